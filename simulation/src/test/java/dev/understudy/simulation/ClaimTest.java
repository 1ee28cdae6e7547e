package dev.understudy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.collector.statistics.BoundedBetting;
import dev.understudy.collector.statistics.Bounds;
import dev.understudy.collector.statistics.Side;
import dev.understudy.collector.statistics.Wealth;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ClaimTest {
  private static final Bounds BOUNDS = Bounds.around(1);

  /** Differences between -1 and 1 with a small gain. */
  private static final class Differences implements Claim {
    private final BoundedBetting betting = new BoundedBetting(BOUNDS, 0, Side.GREATER);
    private final boolean sparing;
    private Wealth wealth = Wealth.EMPTY;
    private int looks;

    Differences(boolean sparing) {
      this.sparing = sparing;
    }

    @Override
    public double next(SplittableRandom random) {
      double value = Math.min(1, 2 * random.nextDouble() - 0.95);
      wealth = wealth.merge(betting.observe(value));
      return sparing ? Gains.of(BOUNDS, 0, Side.GREATER, value) : Double.POSITIVE_INFINITY;
    }

    @Override
    public double logE() {
      looks++;
      return wealth.logE();
    }
  }

  @Test
  void looksThatCanFindNothingAreSparedAndNoOthers() {
    for (int seed = 0; seed < 200; seed++) {
      Differences sparing = new Differences(true);
      Differences looking = new Differences(false);

      Ending spared = sparing.follow(new SplittableRandom(seed), 0.05, 2_000);
      Ending looked = looking.follow(new SplittableRandom(seed), 0.05, 2_000);

      assertThat(spared).isEqualTo(looked);
      assertThat(sparing.looks).isLessThan(looking.looks / 2 + 2);
    }
  }
}
