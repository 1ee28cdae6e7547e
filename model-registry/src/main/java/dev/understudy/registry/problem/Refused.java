package dev.understudy.registry.problem;

import dev.understudy.contracts.ProblemType;
import org.jspecify.annotations.Nullable;

/**
 * A request that is not carried out: the kind of problem, what is wrong with a way out, and the
 * field that is to blame where there is one. Leaves the service as a problem document; a
 * transaction that it passes through is rolled back.
 */
public final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ProblemType type;
  private final @Nullable String field;

  private Refused(ProblemType type, @Nullable String field, String detail) {
    super(detail);
    this.type = type;
    this.field = field;
  }

  /** A field of the request is wrong. */
  public static Refused field(String field, String detail) {
    return new Refused(ProblemType.INVALID_REQUEST, field, detail);
  }

  /** A field of the request is wrong, in a way that has a type of its own. */
  public static Refused field(ProblemType type, String field, String detail) {
    return new Refused(type, field, detail);
  }

  /** No single field is to blame. */
  public static Refused of(ProblemType type, String detail) {
    return new Refused(type, null, detail);
  }

  /** There is no such thing, e.g. {@code missing("model", "credit-risk")}. */
  public static Refused missing(String what, String name) {
    return new Refused(ProblemType.NOT_FOUND, null, "there is no %s '%s'".formatted(what, name));
  }

  /** The kind of problem. */
  public ProblemType type() {
    return type;
  }

  /** The field to blame, as a path such as {@code shadow.kpi.margin}. */
  public @Nullable String field() {
    return field;
  }

  /** What is wrong, for people. */
  public String detail() {
    return String.valueOf(getMessage());
  }
}
