package dev.understudy.collector.outcome;

import dev.understudy.contracts.ProblemType;
import org.jspecify.annotations.Nullable;

/** Why a batch is not taken, as an RFC 9457 problem. */
final class OutcomeProblem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ProblemType type;
  private final @Nullable String field;
  private final @Nullable Integer row;

  private OutcomeProblem(
      ProblemType type, String detail, @Nullable String field, @Nullable Integer row) {
    super(detail);
    this.type = type;
    this.field = field;
    this.row = row;
  }

  static OutcomeProblem of(ProblemType type, String detail) {
    return new OutcomeProblem(type, detail, null, null);
  }

  static OutcomeProblem ofField(String field, String detail) {
    return new OutcomeProblem(ProblemType.INVALID_REQUEST, detail, field, null);
  }

  /** Names the culprit: the first outcome of the batch is row 1. */
  static OutcomeProblem ofRow(int row, String field, String detail) {
    return new OutcomeProblem(
        ProblemType.INVALID_REQUEST,
        "outcome %d, %s: %s".formatted(row, field, detail),
        field,
        row);
  }

  ProblemType type() {
    return type;
  }

  @Nullable String field() {
    return field;
  }

  @Nullable Integer row() {
    return row;
  }
}
