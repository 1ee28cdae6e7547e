package dev.understudy.scoring;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * Turns the bytes of an artefact into a model that is ready to answer: digest checked, format
 * recognised, contract checked, warmed up. Stateless. Another format is one more {@link Model} and
 * one line here.
 */
public final class ModelLoader {
  private static final int WARM_UP_RUNS = 3;
  private static final Duration WARM_UP_LIMIT = Duration.ofSeconds(10);

  private ModelLoader() {}

  /** A warm model; none that lives on another server. */
  public static Model load(byte[] content, String sha256, ModelContract contract)
      throws ModelRefused {
    return load(content, sha256, contract, RemoteAccess.NONE);
  }

  /**
   * A warm model.
   *
   * @param sha256 lower-case hex; content with another digest is refused
   * @param access which servers it may live on
   */
  public static Model load(
      byte[] content, String sha256, ModelContract contract, RemoteAccess access)
      throws ModelRefused {
    String actual = digest(content);
    if (!actual.equals(sha256)) {
      throw new ModelRefused(
          ModelRefused.Reason.DIGEST_MISMATCH,
          "the artefact has the SHA-256 %s, announced was %s".formatted(actual, sha256));
    }
    ModelFormat format =
        ModelFormat.of(content)
            .orElseThrow(
                () ->
                    new ModelRefused(
                        ModelRefused.Reason.UNKNOWN_FORMAT,
                        "the content is of no known model format; give an ONNX model, a PMML document"
                            + " or the description of a remote model"));
    Model model =
        switch (format) {
          case ONNX -> OnnxModel.open(content, contract);
          case PMML -> PmmlModel.open(content, contract);
          case REMOTE -> RemoteModel.open(content, contract, access);
        };
    try {
      warmUp(model, contract.inputs());
    } catch (ModelRefused | RuntimeException e) {
      model.close();
      throw e;
    }
    return model;
  }

  private static void warmUp(Model model, InputContract contract) throws ModelRefused {
    Map<String, Tensor> row = new HashMap<>();
    for (Column column : contract.columns()) {
      row.put(column.name(), column.harmless(1));
    }
    try (ScoringRoom room = new ScoringRoom("warm-up", 1, 1)) {
      for (int i = 0; i < WARM_UP_RUNS; i++) {
        Score score = model.score(row, WARM_UP_LIMIT, room).toCompletableFuture().join();
        switch (score) {
          case Score.Answered answered -> {}
          case Score.Failed failed ->
              throw new ModelRefused(
                  failed.errorClass().equals(RemoteModel.UNAVAILABLE)
                      ? ModelRefused.Reason.REMOTE_UNAVAILABLE
                      : ModelRefused.Reason.WARM_UP_FAILED,
                  "it fails on a harmless row: " + failed.reason());
          case Score.TimedOut late ->
              throw new ModelRefused(
                  ModelRefused.Reason.WARM_UP_FAILED,
                  "one harmless row takes it longer than %s".formatted(WARM_UP_LIMIT));
          case Score.Shed shed ->
              throw new ModelRefused(
                  ModelRefused.Reason.WARM_UP_FAILED, "the warm-up was shed: " + shed.cause());
        }
      }
    }
  }

  /** SHA-256 as lower-case hex. */
  static String digest(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
