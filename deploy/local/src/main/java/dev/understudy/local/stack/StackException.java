package dev.understudy.local.stack;

/** Something that the person at the terminal can mend; the message says how. */
public final class StackException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With a message for the person at the terminal. */
  public StackException(String message) {
    super(message);
  }

  /** Likewise, with what was behind it. */
  public StackException(String message, Throwable cause) {
    super(message, cause);
  }
}
