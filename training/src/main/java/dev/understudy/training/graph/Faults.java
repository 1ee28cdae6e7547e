package dev.understudy.training.graph;

import dev.understudy.training.data.CreditColumn;

/**
 * What is wrong with a graph that loads, warms up and answers ordinary rows.
 *
 * @param failing column whose {@code failingCategory} sends an index out of its range
 * @param slow column whose {@code slowCategory} costs so many turns of a loop
 */
public record Faults(
    CreditColumn failing,
    String failingCategory,
    CreditColumn slow,
    String slowCategory,
    long turns) {
  public Faults {
    requireCategory(failing, failingCategory);
    requireCategory(slow, slowCategory);
    if (turns < 1) {
      throw new IllegalArgumentException("turns %d, at least 1".formatted(turns));
    }
  }

  private static void requireCategory(CreditColumn column, String category) {
    if (!column.categories().contains(category)) {
      throw new IllegalArgumentException(
          "%s is no category of %s".formatted(category, column.columnName()));
    }
  }
}
