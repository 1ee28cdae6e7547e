package dev.understudy.collector.comparison;

import java.util.List;

/**
 * All that a test knows of one unit. Immutable.
 *
 * @param firstMs append time of its first request in the test
 * @param covariate of that request; NaN where it had none
 * @param traits of all its requests, bits of {@link UnitTrait}
 * @param scoredIn cell of its first scored request; -1 before
 * @param parts what it did, by epoch
 */
public record UnitRow(long firstMs, double covariate, int traits, int scoredIn, List<Part> parts) {
  /**
   * What a unit did in one epoch.
   *
   * @param cell as {@link UnitSums} numbers them
   * @param rows that have a known outcome
   * @param deviation sum of their values, each less the centre
   * @param traits of its requests in the epoch
   */
  record Part(int cell, long rows, double deviation, int traits) {}

  public UnitRow {
    parts = List.copyOf(parts);
  }

  /** Rows with a known outcome in any epoch. */
  long rows() {
    long rows = 0;
    for (Part part : parts) {
      rows += part.rows();
    }
    return rows;
  }

  /** Whether a row has a known outcome in a cell of the candidate. */
  boolean knownToCandidate() {
    return parts.stream().anyMatch(part -> part.rows() > 0 && part.cell() % 2 == 1);
  }
}
