package dev.understudy.simulation;

import dev.understudy.collector.statistics.AsympCs;
import dev.understudy.collector.statistics.BoundedBetting;
import dev.understudy.collector.statistics.Bounds;
import dev.understudy.collector.statistics.CellBetting;
import dev.understudy.collector.statistics.CellBetting.Cell;
import dev.understudy.collector.statistics.EValues;
import dev.understudy.collector.statistics.Interval;
import dev.understudy.collector.statistics.Moments;
import dev.understudy.collector.statistics.Side;
import dev.understudy.collector.statistics.Wealth;
import dev.understudy.simulation.Chart.Axis;
import dev.understudy.simulation.Chart.Line;
import dev.understudy.simulation.Chart.Point;
import dev.understudy.simulation.Chart.Stroke;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * The pictures of the documentation, of paired accuracy with a discordance of 6 %. The naive test
 * beside ours is McNemar's z against 1.645, looked at after every pair from the 200th on.
 */
final class Pictures {
  private static final double DISCORDANCE = 0.06;
  private static final double ALPHA = 0.05;
  private static final double NAIVE_NEEDED = 1.645;
  private static final int FIRST_LOOK = 200;
  private static final int PAIRS = 20_000;
  private static final Axis PAIRS_AXIS = new Axis("pairs", ticks(0, 5_000, PAIRS));

  private Pictures() {}

  /** Writes all pictures into the directory, which is made if it is missing. */
  static List<Path> write(Path directory, long seed, int runs) throws IOException {
    Map<String, Chart> charts = new LinkedHashMap<>();
    charts.put("evidence-of-nothing.svg", evidenceOfNothing(seed));
    charts.put("evidence-of-a-gain.svg", evidenceOfAGain(seed));
    charts.put("interval.svg", interval(seed));
    charts.put("false-promotions.svg", falsePromotions(seed, runs));
    charts.put("time-to-decide.svg", timeToDecide(seed, runs));
    charts.put("rare-disasters.svg", rareDisasters(seed, runs));
    Files.createDirectories(directory);
    List<Path> written = new ArrayList<>();
    for (Map.Entry<String, Chart> chart : charts.entrySet()) {
      written.add(Files.writeString(directory.resolve(chart.getKey()), chart.getValue().svg()));
    }
    return written;
  }

  /** The pairs so far. */
  private static final class Pairs {
    private final double onlyCandidate;
    private long n;
    private long candidate;
    private long current;

    Pairs(double effect) {
      this.onlyCandidate = (DISCORDANCE + effect) / 2;
    }

    void next(SplittableRandom random) {
      double u = random.nextDouble();
      n++;
      candidate += u < onlyCandidate ? 1 : 0;
      current += u >= onlyCandidate && u < DISCORDANCE ? 1 : 0;
    }

    CellBetting cells() {
      return CellBetting.of(
          new Cell(1, candidate), new Cell(-1, current), new Cell(0, n - candidate - current));
    }

    double logE() {
      return cells().logE(0, Side.GREATER);
    }

    double z() {
      long discordant = candidate + current;
      return discordant == 0 ? 0 : (candidate - current) / Math.sqrt(discordant);
    }
  }

  private static Chart evidenceOfNothing(long seed) {
    // The first rollout of two equal versions that the naive test would have promoted late.
    SplittableRandom root = new SplittableRandom(seed);
    while (true) {
      SplittableRandom random = root.split();
      Pairs pairs = new Pairs(0);
      List<Point> ours = new ArrayList<>();
      List<Point> naive = new ArrayList<>();
      boolean deceived = false;
      for (int n = 1; n <= PAIRS; n++) {
        pairs.next(random);
        deceived |= n > PAIRS / 4 && pairs.z() >= NAIVE_NEEDED;
        if (n % 50 == 0) {
          ours.add(new Point(n, pairs.logE() / EValues.needed(ALPHA)));
          naive.add(new Point(n, pairs.z() / NAIVE_NEEDED));
        }
      }
      if (deceived) {
        return evidence(
            "Two equal versions: one rollout, looked at after every pair", 3, ours, naive);
      }
    }
  }

  private static Chart evidenceOfAGain(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Pairs pairs = new Pairs(0.01);
    List<Point> ours = new ArrayList<>();
    List<Point> naive = new ArrayList<>();
    for (int n = 1; n <= PAIRS; n++) {
      pairs.next(random);
      if (n % 50 == 0) {
        ours.add(new Point(n, pairs.logE() / EValues.needed(ALPHA)));
        naive.add(new Point(n, pairs.z() / NAIVE_NEEDED));
      }
    }
    return evidence("The candidate is one point better: one rollout", 5, ours, naive);
  }

  private static Chart evidence(String title, int highest, List<Point> ours, List<Point> naive) {
    return new Chart(
        title,
        PAIRS_AXIS,
        new Axis("evidence, as a part of what is needed", ticks(-1, 1, highest)),
        List.of(
            Line.level("needed for a promotion", Stroke.THRESHOLD, PAIRS_AXIS, 1),
            new Line("z against 1.645, a test for one look", Stroke.NAIVE, naive),
            new Line("ln E against ln 20, ours", Stroke.OURS, ours)));
  }

  private static Chart interval(long seed) {
    double effect = 0.01;
    SplittableRandom random = new SplittableRandom(seed);
    Pairs pairs = new Pairs(effect);
    List<Point> lower = new ArrayList<>();
    List<Point> upper = new ArrayList<>();
    List<Point> mean = new ArrayList<>();
    for (int n = 1; n <= PAIRS; n++) {
      pairs.next(random);
      if (n % 100 == 0) {
        Interval interval = pairs.cells().interval(ALPHA);
        lower.add(new Point(n, 100 * interval.lower()));
        upper.add(new Point(n, 100 * interval.upper()));
        mean.add(new Point(n, 100 * pairs.cells().mean()));
      }
    }
    return new Chart(
        "What is not ruled out: one rollout whose candidate is one point better",
        PAIRS_AXIS,
        new Axis("gain in points", ticks(-6, 2, 6)),
        List.of(
            Line.level("the true gain", Stroke.TRUTH, PAIRS_AXIS, 100 * effect),
            new Line("measured so far", Stroke.THRESHOLD, mean),
            new Line("lower bound: promoted once above 0", Stroke.OURS, lower),
            new Line("upper bound", Stroke.OURS, upper)));
  }

  private static Chart falsePromotions(long seed, int runs) {
    List<long[]> crossings = crossings(seed, runs, 0);
    return new Chart(
        "Two equal versions: share of %,d rollouts that were promoted".formatted(runs),
        PAIRS_AXIS,
        new Axis("promoted so far, in %", ticks(0, 10, 50)),
        List.of(
            Line.level("what was promised", Stroke.THRESHOLD, PAIRS_AXIS, 100 * ALPHA),
            new Line("z, looked at after every pair", Stroke.NAIVE, share(crossings, 1)),
            new Line("ours, looked at after every pair", Stroke.OURS, share(crossings, 0))));
  }

  private static Chart timeToDecide(long seed, int runs) {
    List<long[]> crossings = crossings(seed, runs, 0.01);
    double fixed = 3_704;
    Axis y = new Axis("promoted so far, in %", ticks(0, 20, 100));
    return new Chart(
        "The candidate is one point better: share of %,d rollouts that were promoted"
            .formatted(runs),
        PAIRS_AXIS,
        y,
        List.of(
            new Line(
                "one look at 3,704 pairs finds it in 80 %",
                Stroke.TRUTH, List.of(new Point(fixed, 0), new Point(fixed, 80), new Point(0, 80))),
            new Line("ours, looked at after every pair", Stroke.OURS, share(crossings, 0))));
  }

  private static Chart rareDisasters(long seed, int runs) {
    List<long[]> crossings = each(seed, runs, Pictures::disasters);
    return new Chart(
        "0.1 better in 99 %% of the pairs, 10 worse in 1 %%: share of %,d rollouts promoted"
            .formatted(runs),
        PAIRS_AXIS,
        new Axis("promoted so far, in %", ticks(0, 5, 25)),
        List.of(
            Line.level("what was promised", Stroke.THRESHOLD, PAIRS_AXIS, 100 * ALPHA),
            new Line("asymptotic sequence, from 200 pairs on", Stroke.NAIVE, share(crossings, 1)),
            new Line("betting, ours for such a KPI", Stroke.OURS, share(crossings, 0))));
  }

  /** As {@link #crossings}, of the betting test and of the asymptotic sequence. */
  private static long[] disasters(SplittableRandom random) {
    BoundedBetting betting = new BoundedBetting(Bounds.around(10), 0, Side.GREATER);
    AsympCs sequence = new AsympCs(ALPHA, 5_000);
    long[] first = {Long.MAX_VALUE, Long.MAX_VALUE};
    Wealth wealth = Wealth.EMPTY;
    Moments moments = Moments.EMPTY;
    for (int n = 1; n <= PAIRS; n++) {
      double benefit = random.nextDouble() < 10 / 10.1 ? 0.1 : -10;
      wealth = wealth.merge(betting.observe(benefit));
      moments = moments.add(benefit);
      if (first[0] == Long.MAX_VALUE && wealth.logE() >= EValues.needed(ALPHA)) {
        first[0] = n;
      }
      if (n >= FIRST_LOOK
          && first[1] == Long.MAX_VALUE
          && sequence.logE(moments.estimate(), 0, Side.GREATER) >= EValues.needed(ALPHA)) {
        first[1] = n;
      }
    }
    return first;
  }

  /** Of each run, when our test and when the naive one was first over its threshold. */
  private static List<long[]> crossings(long seed, int runs, double effect) {
    return each(seed, runs, random -> crossings(random, effect));
  }

  private static List<long[]> each(
      long seed, int runs, Function<SplittableRandom, long[]> rollout) {
    SplittableRandom root = new SplittableRandom(seed);
    List<SplittableRandom> generators = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      generators.add(root.split());
    }
    return generators.parallelStream().map(rollout).toList();
  }

  private static long[] crossings(SplittableRandom random, double effect) {
    Pairs pairs = new Pairs(effect);
    long[] first = {Long.MAX_VALUE, Long.MAX_VALUE};
    for (int n = 1; n <= PAIRS; n++) {
      long before = pairs.candidate;
      pairs.next(random);
      boolean raised = pairs.candidate > before;
      if (raised && first[0] == Long.MAX_VALUE && pairs.logE() >= EValues.needed(ALPHA)) {
        first[0] = n;
      }
      if (n >= FIRST_LOOK && first[1] == Long.MAX_VALUE && pairs.z() >= NAIVE_NEEDED) {
        first[1] = n;
      }
    }
    return first;
  }

  private static List<Point> share(List<long[]> crossings, int which) {
    List<Point> points = new ArrayList<>();
    for (int n = 0; n <= PAIRS; n += 100) {
      int until = n;
      long crossed = crossings.stream().filter(first -> first[which] <= until).count();
      points.add(new Point(n, 100.0 * crossed / crossings.size()));
    }
    return points;
  }

  private static List<Double> ticks(double from, double step, double to) {
    List<Double> ticks = new ArrayList<>();
    for (double tick = from; tick <= to; tick += step) {
      ticks.add(tick);
    }
    return ticks;
  }
}
