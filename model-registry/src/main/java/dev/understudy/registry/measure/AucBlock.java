package dev.understudy.registry.measure;

import dev.understudy.registry.problem.Checks;

/**
 * How many positives and negatives make a block of AUC. The rarer kind has 8, the other as many as
 * come with them, at most 128; where both are about as frequent, blocks of twice that size waste
 * less.
 */
record AucBlock(int positives, int negatives) {
  /** As at a prevalence of 0.1. */
  static final AucBlock USUAL = new AucBlock(8, 72);

  private static final int RARER = 8;
  private static final int LARGEST = 128;
  private static final double ABOUT_EVEN = 1.5;

  /** The block for that share of positives. */
  static AucBlock at(String field, double prevalence) {
    Checks.between(field, prevalence, 1e-6, 1 - 1e-6);
    double ratio = Math.max(prevalence, 1 - prevalence) / Math.min(prevalence, 1 - prevalence);
    int rarer = ratio <= ABOUT_EVEN ? 2 * RARER : RARER;
    int other = (int) Math.min(LARGEST, Math.round(rarer * ratio));
    return prevalence <= 0.5 ? new AucBlock(rarer, other) : new AucBlock(other, rarer);
  }
}
