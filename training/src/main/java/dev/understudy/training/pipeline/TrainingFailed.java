package dev.understudy.training.pipeline;

import org.jspecify.annotations.Nullable;

/** Why there is no new version, in a sentence that says what to do about it. */
public final class TrainingFailed extends Exception {
  private static final long serialVersionUID = 1;

  TrainingFailed(String message) {
    super(message);
  }

  TrainingFailed(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
