package dev.understudy.scoring;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * Turns the bytes of an artefact into a model that is ready to answer: digest checked, format
 * recognised, contract checked, warmed up. Stateless. Another format is one more {@link Model} and
 * one line here.
 */
public final class ModelLoader {
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
    return loadWarm(content, sha256, contract, List.of(), access).model();
  }

  /**
   * A warm model, and what its runs cost.
   *
   * @param recorded requests of the model's contract that were served before; what this one makes
   *     of them is not judged, since they may be at fault themselves
   * @param access which servers it may live on
   */
  static WarmModel loadWarm(
      byte[] content,
      String sha256,
      ModelContract contract,
      List<Map<String, Tensor>> recorded,
      RemoteAccess access)
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
      return WarmModel.warmUp(model, contract.inputs(), recorded);
    } catch (ModelRefused | RuntimeException | Error e) {
      model.close();
      throw e;
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
