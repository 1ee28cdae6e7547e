package dev.understudy.scoring;

/** ONNX Runtime said no; the message is its own. */
final class OnnxFailure extends Exception {
  private static final long serialVersionUID = 1;

  OnnxFailure(String message) {
    super(message, null, false, false);
  }
}
