package dev.understudy.scoring;

/** Why an artefact was not loaded, in a sentence that says what to do about it. */
public final class ModelRefused extends Exception {
  private static final long serialVersionUID = 1;

  /** What was wrong with it. */
  public enum Reason {
    DIGEST_MISMATCH,
    UNKNOWN_FORMAT,
    UNREADABLE,
    AGAINST_CONTRACT,
    UNSUPPORTED_OUTPUT,
    TOO_LARGE,
    NOT_BATCHABLE,
    WARM_UP_FAILED,
    /** It lives on a server that this process may not call. */
    REMOTE_FORBIDDEN,
    /** It lives on a server that does not answer now; later may help. */
    REMOTE_UNAVAILABLE,
    /** It needs a library that this application does not carry. */
    LIBRARY_MISSING
  }

  private final Reason reason;

  ModelRefused(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  ModelRefused(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
