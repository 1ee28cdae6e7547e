package dev.understudy.training.register;

import org.jspecify.annotations.Nullable;

/** Why the registry did not do it, in a sentence that says what to do about it. */
public final class RegistryRefused extends Exception {
  private static final long serialVersionUID = 1;

  RegistryRefused(String message) {
    super(message);
  }

  RegistryRefused(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
