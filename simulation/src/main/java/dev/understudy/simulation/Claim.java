package dev.understudy.simulation;

import dev.understudy.collector.statistics.EValues;
import java.util.SplittableRandom;

/**
 * One rollout in the making, followed for one claim: units come one by one, and the evidence for
 * the claim is looked at after each that might make it suffice.
 */
interface Claim {
  /**
   * The next unit happens.
   *
   * @return by how many nats it can have raised the evidence at most: 0 of one that cannot, or
   *     after which nobody looks; infinite where no bound is known
   */
  double next(SplittableRandom random);

  /** The evidence so far, in nats; 0 or less before the first unit. */
  double logE();

  /**
   * Follows the claim until the evidence suffices at level α, or to the last unit. It is not
   * computed while all units since the last look together could not have made it suffice.
   */
  default Ending follow(SplittableRandom random, double alpha, long units) {
    // A little less than is needed, so that rounding never skips the unit that suffices.
    double needed = EValues.needed(alpha);
    double possible = 0;
    for (long unit = 1; unit <= units; unit++) {
      possible += next(random);
      if (possible >= needed - 1e-9) {
        possible = logE();
        if (possible >= needed) {
          return Ending.claimed(unit);
        }
      }
    }
    return Ending.open(units);
  }
}
