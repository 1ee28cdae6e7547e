package dev.understudy.collector.statistics;

/** On which side of its line a mean is claimed to lie. */
public enum Side {
  /** Claim: the mean is above the line. Null: it is at most the line. */
  GREATER,
  /** Claim: the mean is below the line. Null: it is at least the line. */
  LESS
}
