package dev.understudy.scoring;

/** The memory outside the heap that ONNX graphs take, all those of this process together. */
public final class NativeMemory {
  private static boolean limited;

  private NativeMemory() {}

  /**
   * Limits what graphs that are loaded from now on may take during their runs; what goes beyond it
   * fails, as a run with a score of {@link Score.Failed}, and the process lives on. Large weights
   * are not in it, since the runtime keeps them elsewhere: those are bounded by {@link ModelPool}.
   * A load that finds too little memory is refused as {@link ModelRefused.Reason#TOO_LARGE}. The
   * runtime can be told so once only.
   *
   * @return false: it was limited before, and nothing has changed
   */
  public static synchronized boolean limitTo(long bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException("a limit of %d bytes leaves no memory".formatted(bytes));
    }
    if (limited) {
      return false;
    }
    try {
      OnnxRuntime.limitMemory(bytes);
    } catch (OnnxFailure e) {
      throw new IllegalStateException("ONNX Runtime takes no limit: " + e.getMessage(), e);
    }
    limited = true;
    return true;
  }
}
