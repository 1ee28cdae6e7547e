package dev.understudy.gateway.protocol;

import dev.understudy.contracts.ProblemType;

/** A request that is not served; the message names what is wrong and the way out. */
final class RequestRefused extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final int QUOTED = 64;

  private final ProblemType problem;

  RequestRefused(ProblemType problem, String message) {
    super(message, null, false, false);
    this.problem = problem;
  }

  static RequestRefused invalid(String message, Object... details) {
    return new RequestRefused(ProblemType.INVALID_REQUEST, message.formatted(details));
  }

  /** What a client has sent, short enough to be sent back. */
  static String quote(String text) {
    String shortened = text.length() <= QUOTED ? text : text.substring(0, QUOTED) + "…";
    return "'" + shortened + "'";
  }

  ProblemType problem() {
    return problem;
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
