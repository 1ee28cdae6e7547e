package dev.understudy.registry.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.contracts.Digest;
import dev.understudy.registry.artefact.ArtefactFormat;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A version as it is written in a request: which artefact, and how it came to be. Unchecked until
 * {@link #check}.
 *
 * @param metrics figures of the training run by name, e.g. {@code accuracy}
 * @param parameters how it was trained
 * @param run which run made it: id, seed, digest of the data, and what else the pipeline knows
 */
public record VersionSpec(
    @Nullable String sha256,
    @Nullable String format,
    @Nullable String description,
    @Nullable Map<String, Double> metrics,
    @Nullable Map<String, JsonNode> parameters,
    @Nullable Map<String, JsonNode> run) {
  static final int LONGEST_DESCRIPTION = 4_000;
  private static final int MOST_ENTRIES = 1_000;

  void check() {
    digest();
    artefactFormat();
    describedAs();
    Checks.between("metrics", metricsOrNone().size(), 0, MOST_ENTRIES);
    metricsOrNone()
        .forEach(
            (name, value) ->
                Checks.between(
                    "metrics." + name,
                    Checks.present("metrics." + name, value),
                    -Double.MAX_VALUE,
                    Double.MAX_VALUE));
    Checks.between("parameters", parametersOrNone().size(), 0, MOST_ENTRIES);
    Checks.between("run", runOrNone().size(), 0, MOST_ENTRIES);
  }

  String digest() {
    String digest = Checks.present("sha256", sha256);
    if (!Digest.isOne(digest)) {
      throw Refused.field("sha256", "a digest has 64 lower-case hex digits");
    }
    return digest;
  }

  ArtefactFormat artefactFormat() {
    return ArtefactFormat.of(Checks.present("format", format))
        .orElseThrow(
            () -> Refused.field("format", "'format' must be one of " + ArtefactFormat.ids()));
  }

  String describedAs() {
    return Checks.text("description", description, LONGEST_DESCRIPTION);
  }

  Map<String, Double> metricsOrNone() {
    return metrics == null ? Map.of() : metrics;
  }

  Map<String, JsonNode> parametersOrNone() {
    return parameters == null ? Map.of() : parameters;
  }

  Map<String, JsonNode> runOrNone() {
    return run == null ? Map.of() : run;
  }
}
