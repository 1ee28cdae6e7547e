package dev.understudy.simulation;

import dev.understudy.collector.statistics.EValues;
import java.util.SplittableRandom;

/**
 * One rollout in the making, followed for one claim: units come one by one, and the evidence for
 * the claim is looked at after each that might raise it.
 */
interface Claim {
  /**
   * The next unit happens.
   *
   * @return whether it may have raised the evidence; the others need no look
   */
  boolean next(SplittableRandom random);

  /** The evidence so far, in nats. */
  double logE();

  /**
   * By how many nats one unit can raise the evidence at most; infinite where no bound is known. It
   * spares looks that cannot find anything, and never one that could: while n units with that gain
   * would not suffice, the evidence is not computed.
   */
  default double mostGain() {
    return Double.POSITIVE_INFINITY;
  }

  /** Follows the claim until the evidence suffices at level α, or to the last unit. */
  default Ending follow(SplittableRandom random, double alpha, long units) {
    double needed = EValues.needed(alpha);
    long untilLook = 1;
    for (long unit = 1; unit <= units; unit++) {
      if (next(random) && --untilLook <= 0) {
        double missing = needed - logE();
        if (missing <= 0) {
          return Ending.claimed(unit);
        }
        // A little less than the quotient, so that rounding never skips the unit that suffices.
        untilLook = Math.max(1, (long) Math.ceil(Math.min(missing / mostGain() - 1e-9, 1e9)));
      }
    }
    return Ending.open(units);
  }
}
