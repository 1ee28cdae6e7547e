package dev.understudy.scoring;

import java.util.List;

/** ONNX Runtime said no; the message is its own. */
final class OnnxFailure extends Exception {
  private static final long serialVersionUID = 1;

  /** The runtime has no code for it: what its allocators say, and C++'s own words. */
  private static final List<String> MEMORY =
      List.of("Available memory of", "Failed to allocate memory", "bad_alloc", "bad allocation");

  OnnxFailure(String message) {
    super(message, null, false, false);
  }

  /** Whether what was missing is memory, of the shared limit or of the machine. */
  boolean isOfMemory() {
    String message = String.valueOf(getMessage());
    return MEMORY.stream().anyMatch(message::contains);
  }
}
