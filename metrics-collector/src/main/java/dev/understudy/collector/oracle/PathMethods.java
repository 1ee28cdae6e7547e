package dev.understudy.collector.oracle;

import dev.understudy.collector.statistics.AsympCs;
import dev.understudy.collector.statistics.BoundedBetting;
import dev.understudy.collector.statistics.Bounds;
import dev.understudy.collector.statistics.CellBetting;
import dev.understudy.collector.statistics.CellBetting.Cell;
import dev.understudy.collector.statistics.DirichletMultinomial;
import dev.understudy.collector.statistics.Moments;
import dev.understudy.collector.statistics.Side;
import dev.understudy.collector.statistics.Wealth;
import dev.understudy.collector.statistics.Welch;
import java.util.SplittableRandom;

/**
 * Whole tests of random data that every JVM draws alike: when the evidence first suffices, and what
 * it is at some times. What never suffices has no first time.
 */
final class PathMethods {
  private static final double PROMOTION = Math.log(20);
  private static final double ALARM = Math.log(1_000);
  private static final String FIRST = "firstN";

  private PathMethods() {}

  /** 4 % only the candidate right, 2 % only current, over 5 000 requests. */
  static Figures pairedBinary(Inputs in) {
    SplittableRandom random = random(in);
    Path path = new Path(PROMOTION);
    long better = 0;
    long worse = 0;
    double early = 0;
    for (int n = 1; n <= 5_000; n++) {
      double u = random.nextDouble();
      better += u < .04 ? 1 : 0;
      worse += u >= .04 && u < .06 ? 1 : 0;
      CellBetting cells =
          CellBetting.of(new Cell(1, better), new Cell(-1, worse), new Cell(0, n - better - worse));
      path.at(n, cells.logE(0, Side.GREATER));
      early = n == 1_000 ? path.last : early;
    }
    return Figures.of(FIRST, path.first).and("logE1000", early).and("logE5000", path.last);
  }

  /** 55 % of 5 000 units in an arm that was to have half. */
  static Figures srm(Inputs in) {
    SplittableRandom random = random(in);
    Path path = new Path(ALARM);
    long candidate = 0;
    for (int n = 1; n <= 5_000; n++) {
      candidate += random.nextDouble() < .55 ? 1 : 0;
      path.at(
          n,
          DirichletMultinomial.sampleRatioLogE(
              new long[] {candidate, n - candidate}, new double[] {.5, .5}));
    }
    return Figures.of(FIRST, path.first).and("logE5000", path.last);
  }

  /** Three times as many events in the candidate's half of 20 000 requests. */
  static Figures eventShare(Inputs in) {
    SplittableRandom random = random(in);
    Path path = new Path(PROMOTION);
    long candidate = 0;
    long current = 0;
    for (int n = 1; n <= 20_000; n++) {
      boolean toCandidate = random.nextDouble() < .5;
      boolean event = random.nextDouble() < .005 * (toCandidate ? 3 : 1);
      candidate += event && toCandidate ? 1 : 0;
      current += event && !toCandidate ? 1 : 0;
      path.at(
          n, CellBetting.of(new Cell(1, candidate), new Cell(0, current)).logE(.5, Side.GREATER));
    }
    return Figures.of(FIRST, path.first).and("logELast", path.last);
  }

  /** Accuracy .85 against .80 in a split of 6 000 requests, from 200 per arm on. */
  static Figures acsWelch(Inputs in) {
    SplittableRandom random = random(in);
    AsympCs sequence = new AsympCs(0.05, 2_000);
    AsympCs.BurnIn burnIn = new AsympCs.BurnIn(200, 0);
    Path path = new Path(Math.nextUp(0.0));
    Moments current = Moments.EMPTY;
    Moments candidate = Moments.EMPTY;
    for (int n = 1; n <= 6_000; n++) {
      boolean toCandidate = random.nextDouble() < .5;
      double right = random.nextDouble() < (toCandidate ? .85 : .80) ? 1 : 0;
      if (toCandidate) {
        candidate = candidate.add(right);
      } else {
        current = current.add(right);
      }
      if (burnIn.isOver(Math.min(current.count(), candidate.count()), 0)) {
        path.at(n, sequence.oneSided(Welch.of(current, candidate).difference()).lower());
      }
    }
    return Figures.of(FIRST, path.first).and("lowerAt6000", path.last);
  }

  /** Brier scores of 4 000 requests. */
  static Figures brierBet(Inputs in) {
    SplittableRandom random = random(in);
    BoundedBetting betting = new BoundedBetting(Bounds.around(1), 0, Side.GREATER);
    Path path = new Path(PROMOTION);
    Wealth wealth = Wealth.EMPTY;
    for (int n = 1; n <= 4_000; n++) {
      double y = random.nextDouble() < .3 ? 1 : 0;
      double q = .1 + .5 * random.nextDouble();
      double ofCurrent = q + (y == 1 ? .15 : 0);
      double ofCandidate = ofCurrent + (y == 1 ? .03 : -.02) + .1 * (random.nextDouble() - .5);
      double benefit = (ofCurrent - y) * (ofCurrent - y) - (ofCandidate - y) * (ofCandidate - y);
      wealth = wealth.merge(betting.observe(benefit));
      path.at(n, wealth.logE());
    }
    return Figures.of(FIRST, path.first).and("logE4000", path.last);
  }

  private static SplittableRandom random(Inputs in) {
    return new SplittableRandom(in.whole("seed"));
  }

  /** The last value of a run, and when it first reached the level. */
  private static final class Path {
    private final double level;
    private double first = Double.NaN;
    private double last = Double.NaN;

    Path(double level) {
      this.level = level;
    }

    void at(int n, double value) {
      last = value;
      if (Double.isNaN(first) && value >= level) {
        first = n;
      }
    }
  }
}
