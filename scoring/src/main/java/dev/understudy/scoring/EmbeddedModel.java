package dev.understudy.scoring;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * One version inside an application: the same artefact, checks and runs as behind a gateway, and no
 * port, no router and no log of its own. Thread-safe.
 *
 * <pre>{@code
 * try (EmbeddedModel model = EmbeddedModel.fromRegistry(registry, "bank", "credit-risk", "3")) {
 *   Score score = model.score(inputs, Duration.ofMillis(50)).toCompletableFuture().join();
 * }
 * }</pre>
 */
public final class EmbeddedModel implements AutoCloseable {
  private static final int PLACES = 1024;

  private final Model model;
  private final ModelContract contract;
  private final Source source;
  private final ScoringRoom room;
  private final Consumer<PredictionRecord> log;

  /** Where a version comes from; the names are empty for a plain file. */
  record Source(String project, String model, String version) {}

  private EmbeddedModel(
      Model model,
      ModelContract contract,
      Source source,
      ScoringRoom room,
      Consumer<PredictionRecord> log) {
    this.model = model;
    this.contract = contract;
    this.source = source;
    this.room = room;
    this.log = log;
  }

  /**
   * A warm version from a file.
   *
   * @param sha256 lower-case hex; content with another digest is refused
   */
  public static EmbeddedModel open(Path file, String sha256, ModelContract contract)
      throws IOException, ModelRefused {
    return open(Files.readAllBytes(file), sha256, contract, new Source("", "", ""));
  }

  /**
   * A warm version from a registry, which is asked once: for the model's contract, the version's
   * digest and the artefact of that digest.
   *
   * @param registry without the API's own path, e.g. {@code http://registry:8081}
   */
  public static EmbeddedModel fromRegistry(
      URI registry, String project, String model, String version) throws IOException, ModelRefused {
    try (RegistrySource source = new RegistrySource(registry)) {
      ModelContract contract = source.contract(project, model);
      String sha256 = source.digest(project, model, version);
      return open(source.artefact(sha256), sha256, contract, new Source(project, model, version));
    }
  }

  private static EmbeddedModel open(
      byte[] content, String sha256, ModelContract contract, Source source) throws ModelRefused {
    Model model = ModelLoader.load(content, sha256, contract);
    int threads = Runtime.getRuntime().availableProcessors();
    ScoringRoom room = new ScoringRoom("embedded-" + sha256.substring(0, 8), threads, PLACES);
    return new EmbeddedModel(model, contract, source, room, prediction -> {});
  }

  /**
   * The same model, telling of every prediction; the one to close is still either of them.
   *
   * @param log called on a scoring thread before the score is given, so it must only pass the
   *     record on; what it throws is the score's failure
   */
  public EmbeddedModel logging(Consumer<PredictionRecord> log) {
    return new EmbeddedModel(model, contract, source, room, log);
  }

  /** What it takes and answers. */
  public ModelContract contract() {
    return contract;
  }

  /**
   * Scores rows without blocking the caller. Columns that may be missing may be left out.
   *
   * @param deadline from now, waiting included
   * @throws IllegalArgumentException if the columns do not keep the contract; the message says how
   */
  public CompletionStage<Score> score(Map<String, Tensor> inputs, Duration deadline) {
    Instant at = Instant.now();
    Map<String, Tensor> complete = complete(inputs);
    return model
        .score(complete, deadline, room)
        .thenApply(
            score -> {
              log.accept(
                  new PredictionRecord(
                      PredictionRecord.nextId(at, ThreadLocalRandom.current()),
                      source.project(),
                      source.model(),
                      source.version(),
                      at,
                      complete,
                      score));
              return score;
            });
  }

  /**
   * Explains the score of one row without blocking the caller; see {@link Explainer}.
   *
   * @param output of the contract, with one floating-point number per row
   * @param row one row; columns that may be missing may be left out, here and in the reference
   * @param deadline for all runs together
   * @throws IllegalArgumentException if the columns do not keep the contract; the message says how
   */
  public CompletionStage<Explanation> explain(
      String output, Map<String, Tensor> row, Map<String, Tensor> reference, Duration deadline) {
    if (contract.outputs().stream()
        .noneMatch(spec -> spec.name().equals(output) && Explainer.canExplain(spec))) {
      throw new IllegalArgumentException(
          "output %s is not one floating-point number per row of the contract %s"
              .formatted(output, contract.outputs()));
    }
    return Explainer.explain(
        (rows, left) -> model.score(rows, left, room),
        model.inputs(),
        output,
        complete(row),
        complete(reference),
        deadline);
  }

  private Map<String, Tensor> complete(Map<String, Tensor> given) {
    for (String name : given.keySet()) {
      if (contract.inputs().column(name).isEmpty()) {
        throw new IllegalArgumentException(
            "input %s is not in the model's contract, which has %s"
                .formatted(name, contract.inputs().names()));
      }
    }
    int rows = given.isEmpty() ? 1 : Answers.rows(List.copyOf(given.values()));
    Map<String, Tensor> complete = new HashMap<>();
    for (Column column : contract.inputs().columns()) {
      Tensor tensor = given.get(column.name());
      if (tensor == null) {
        if (!column.mayBeLeftOut()) {
          throw new IllegalArgumentException(
              "input %s is missing, and must not be".formatted(column.spec()));
        }
        tensor = column.missing(rows);
      } else {
        requireFit(tensor, column);
      }
      complete.put(column.name(), tensor);
    }
    return complete;
  }

  private static void requireFit(Tensor tensor, Column column) {
    if (tensor.datatype() != column.datatype() || !column.spec().admits(Answers.shape(tensor))) {
      throw new IllegalArgumentException(
          "input %s does not fit the model's contract, which says %s"
              .formatted(tensor, column.spec()));
    }
    for (int i = 0; i < tensor.size(); i++) {
      if (tensor.isMissing(i) && !column.mayBeMissing() && !column.mayBeNan()) {
        throw new IllegalArgumentException(
            "input %s[%d] is missing, and must not be".formatted(column.name(), i));
      }
    }
  }

  /** Ends what is under way as shed, and gives the memory back. */
  @Override
  public void close() {
    room.close();
    model.close();
  }
}
