package dev.understudy.collector.outcome;

import dev.understudy.contracts.ProblemType;

/** How many outcomes one request may bring. */
final class BatchSize {
  private BatchSize() {}

  static void check(int size, int most) {
    if (size == 0) {
      throw OutcomeProblem.ofField("outcomes", "the batch is empty");
    }
    if (size > most) {
      throw OutcomeProblem.of(
          ProblemType.TOO_LARGE,
          "the batch has more than %d outcomes: send it in parts".formatted(most));
    }
  }
}
