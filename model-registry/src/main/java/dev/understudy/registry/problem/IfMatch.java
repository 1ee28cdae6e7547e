package dev.understudy.registry.problem;

import dev.understudy.contracts.ProblemType;
import org.jspecify.annotations.Nullable;

/** The states of things that requests change, as entity tags. */
public final class IfMatch {
  private IfMatch() {}

  /** The tag of a state, as the header wants it. */
  public static String tag(long change) {
    return "\"" + change + "\"";
  }

  /** Refuses a change of a state that the caller has not seen. */
  public static void check(@Nullable String header, long change) {
    if (header == null || header.isBlank()) {
      throw Refused.of(
          ProblemType.PRECONDITION_REQUIRED,
          "send the ETag of what you mean to change in the header If-Match");
    }
    if (!header.trim().equals("*") && !header.trim().equals(tag(change))) {
      throw Refused.of(
          ProblemType.STALE, "it has the ETag %s now; read it again".formatted(tag(change)));
    }
  }
}
