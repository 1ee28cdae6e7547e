package dev.understudy.registry.rollout;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.understudy.contracts.ValueSource;
import dev.understudy.contracts.v1.InputColumn;
import dev.understudy.contracts.v1.Segment;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.registry.catalog.ModelSpec;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Requests that the tests of a rollout are not for, as they are written in a request. Unchecked
 * until {@link #checked}.
 *
 * @param source header:NAME, parameter:NAME or input:NAME
 * @param values any of these
 * @param version who answers; the current version by default
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record SegmentRequest(
    @Nullable String name,
    @Nullable String source,
    @Nullable List<String> values,
    @Nullable String version) {
  private static final int MOST = 50;
  private static final int MOST_VALUES = 1_000;
  private static final int LONGEST_VALUE = 1_000;
  private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,20}");
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?[0-9]{1,400}(\\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?");

  /**
   * The segments as the gateways get them, once everything in them is right.
   *
   * @param versions finds a version of the model
   */
  static List<Segment> checked(
      List<SegmentRequest> segments,
      ModelSpec model,
      Function<String, Optional<VersionRef>> versions) {
    Checks.between("segments", segments.size(), 0, MOST);
    List<Segment> checked = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < segments.size(); i++) {
      String at = "segments[%d]".formatted(i);
      Segment segment = Checks.present(at, segments.get(i)).one(at, model, versions);
      if (!names.add(segment.getName())) {
        throw Refused.field(at + ".name", "'%s' is there twice".formatted(segment.getName()));
      }
      checked.add(segment);
    }
    return List.copyOf(checked);
  }

  private Segment one(String at, ModelSpec model, Function<String, Optional<VersionRef>> versions) {
    ValueSource from = Sources.checked(at + ".source", source, model);
    List<String> any = Checks.present(at + ".values", values);
    Checks.between(at + ".values", any.size(), 1, MOST_VALUES);
    Segment.Builder segment =
        Segment.newBuilder().setName(Checks.name(at + ".name", name)).setSource(from.toString());
    for (int i = 0; i < any.size(); i++) {
      String each = "%s.values[%d]".formatted(at, i);
      String value = Checks.text(each, Checks.present(each, any.get(i)), LONGEST_VALUE);
      if (value.isEmpty()) {
        throw Refused.field(each, "a value is not empty");
      }
      if (from.kind() == ValueSource.Kind.INPUT) {
        requirePossible(each, value, model.input(from.name()).orElseThrow());
      }
      segment.addValues(value);
    }
    if (version != null) {
      segment.setVersion(
          versions
              .apply(version)
              .orElseThrow(
                  () ->
                      Refused.field(
                          at + ".version", "the model has no version '%s'".formatted(version))));
    }
    return segment.build();
  }

  private static void requirePossible(String field, String value, InputColumn column) {
    boolean possible =
        switch (column.getDatatype()) {
          case "BYTES" ->
              column.getCategoriesCount() == 0 || column.getCategoriesList().contains(value);
          case "BOOL" -> value.equals("true") || value.equals("false");
          case "FP32", "FP64" -> DECIMAL.matcher(value).matches();
          default -> WHOLE.matcher(value).matches();
        };
    if (!possible) {
      throw Refused.field(
          field, "input '%s' never has the value '%s'".formatted(column.getName(), value));
    }
  }
}
