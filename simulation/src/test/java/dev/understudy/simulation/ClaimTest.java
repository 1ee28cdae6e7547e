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
    private final double mostGain;
    private Wealth wealth = Wealth.EMPTY;
    private int looks;

    Differences(double mostGain) {
      this.mostGain = mostGain;
    }

    @Override
    public boolean next(SplittableRandom random) {
      double value = 2 * random.nextDouble() - 0.95;
      wealth = wealth.merge(betting.observe(Math.min(1, value)));
      return value > 0;
    }

    @Override
    public double logE() {
      looks++;
      return wealth.logE();
    }

    @Override
    public double mostGain() {
      return mostGain;
    }
  }

  @Test
  void looksThatCanFindNothingAreSparedAndNoOthers() {
    for (int seed = 0; seed < 200; seed++) {
      Differences sparing = new Differences(Gains.most(BOUNDS, 0, Side.GREATER));
      Differences looking = new Differences(Double.POSITIVE_INFINITY);

      Ending spared = sparing.follow(new SplittableRandom(seed), 0.05, 2_000);
      Ending looked = looking.follow(new SplittableRandom(seed), 0.05, 2_000);

      assertThat(spared).isEqualTo(looked);
      assertThat(sparing.looks).isLessThan(looking.looks / 2 + 2);
    }
  }
}
