package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.BreakerRule;

/**
 * What the candidate did in ten seconds of log time.
 *
 * @param number as {@link BreakerRule#window} counts
 * @param errors failed, timed out, or without a usable answer
 * @param requests answered or an error
 */
public record ErrorWindow(long number, long errors, long requests) {
  public ErrorWindow {
    if (errors < 0 || errors > requests) {
      throw new IllegalArgumentException("%d errors of %d requests".formatted(errors, requests));
    }
  }

  /** The same window of two partitions. */
  ErrorWindow plus(ErrorWindow other) {
    return new ErrorWindow(number, errors + other.errors, requests + other.requests);
  }

  boolean above(double limit) {
    return errors > limit * requests;
  }
}
