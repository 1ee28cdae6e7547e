package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.AucTally;
import dev.understudy.collector.comparison.Calibrating;
import dev.understudy.collector.comparison.CalibrationTally;
import dev.understudy.collector.comparison.DraftTally;
import dev.understudy.collector.comparison.Measure;
import dev.understudy.collector.comparison.SparseCounts;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.AsympCs;
import dev.understudy.collector.statistics.AucBlocks;
import dev.understudy.collector.statistics.AucSpread;
import dev.understudy.collector.statistics.BlockFilling;
import dev.understudy.collector.statistics.ConfusionTable;
import dev.understudy.collector.statistics.Estimate;
import dev.understudy.collector.statistics.GrowthRate.Chance;
import dev.understudy.collector.statistics.LatencyHistogram;
import dev.understudy.collector.statistics.Moments;
import dev.understudy.collector.statistics.RatioMetric;
import dev.understudy.collector.statistics.ValueHistogram;
import dev.understudy.contracts.v1.CalibratedTest;
import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.Guard;
import dev.understudy.contracts.v1.GuardKind;
import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.Task;
import dev.understudy.contracts.v1.TestDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The figures of one test that follows, from what a calibration has counted. Pure. */
final class Measurement {
  private static final double CAP_SHARE = 0.995;
  private static final double SLOW_SHARE = 0.95;

  /** Steps of a distribution of values; the contrast in shadow has as many squared. */
  private static final int STEPS = 64;

  private static final int RARER = 8;
  private static final int LARGEST_BLOCK = 128;
  private static final double ABOUT_EVEN = 1.5;
  private static final double MOST_TUNING = 1e12;
  private static final double DAY_MS = 24 * 60 * 60 * 1_000.0;

  private final Calibrating.Draft draft;
  private final DraftTally tally;
  private final CalibrationTally all;
  private final double perMs;
  private final CalibratedTest.Builder said = CalibratedTest.newBuilder();

  private Measurement(
      Calibrating.Draft draft, DraftTally tally, CalibrationTally all, double unitsPerDay) {
    this.draft = draft;
    this.tally = tally;
    this.all = all;
    this.perMs = unitsPerDay / DAY_MS;
  }

  /**
   * The figures.
   *
   * @throws IllegalArgumentException naming the field of the test that does not fit them
   */
  static CalibratedTest of(
      Calibrating.Draft draft, DraftTally tally, CalibrationTally all, double unitsPerDay) {
    return new Measurement(draft, tally, all, unitsPerDay).measured();
  }

  private CalibratedTest measured() {
    said.setTestId(draft.given().getTestId()).setKnownUnits(tally.known());
    Measure measure = draft.plan().measure();
    if (measure.task() != Task.MULTICLASS && measure.task() != Task.REGRESSION) {
      said.setPrevalence((double) tally.positives() / tally.labels());
    }
    switch (measure.family()) {
      case CELLS, SUMS -> mean();
      case TABLE -> table();
      case BLOCKS -> blocks();
    }
    for (String word : new CalibrationWords(draft.plan(), said).sentences()) {
      said.addWords(word);
    }
    return said.build();
  }

  /** Units that make so many of what is averaged, of which each arm of a split needs the fewest. */
  @FunctionalInterface
  private interface Units {
    /** Where each unit is one. */
    Units THEMSELVES = (epoch, units, fewest) -> units;

    double of(Epoch epoch, double ones, double fewest);
  }

  private ValueHistogram units() {
    return tally.single().histogram().merge(tally.several().histogram());
  }

  private void mean() {
    ValueHistogram rows = tally.single().histogram().merge(tally.rows().histogram());
    Kpi given = draft.given().getPrimary();
    boolean open = given.getCap() == 0 && Calibrating.capIsOpen(given.getKind());
    double cap = open ? rows.cap(CAP_SHARE) : draft.plan().cap();
    Moments moments = units().moments(cap);
    double centre = draft.centre() ? Math.min(cap, moments.mean()) : given.getCentre();
    said.setMean(moments.mean())
        .setDeviation(Math.sqrt(moments.variance()))
        .setCap(cap)
        .setClippedShare(rows.above(cap));
    TestDefinition.Builder test = withGuards();
    test.getPrimaryBuilder().setCap(cap).setCentre(centre);
    TestPlan plan = Calibrating.plan(test.build());
    if (plan.byUnit()) {
      return;
    }
    Forecast forecast = new Forecast(plan, test.build());
    List<Chance> chances = units().chances(cap, STEPS);
    double mean = chances.stream().mapToDouble(one -> one.value() * one.probability()).sum();
    double fixed = forecast.fixed(forecast.lastEpoch(), chances, mean);
    if (Double.isFinite(fixed)) {
      said.setFixedUnits(fixed);
    }
    if (plan.mode() == RouteMode.SHADOW) {
      double least = forecast.leastInShadow(chances, mean);
      if (Double.isFinite(least)) {
        said.setLeastUnits(least);
      }
    }
    outlook(plan, forecast, forecast.byEpoch(epoch -> forecast.exact(epoch, chances, mean)));
  }

  private void table() {
    Measure measure = draft.plan().measure();
    Map<ConfusionTable.Cell, Long> counts = new HashMap<>();
    int base = measure.base();
    tally
        .table()
        .forEach(
            (number, count) ->
                counts.put(new ConfusionTable.Cell(number / base, number % base), count));
    ConfusionTable table = new ConfusionTable(counts);
    double units = tally.known();
    if (draft.given().getPrimary().getKind() == KpiKind.MACRO_F1) {
      Estimate twice = ConfusionTable.macroF1Difference(table, table);
      List<Integer> classes = ConfusionTable.classes(table, table).counted();
      double sum = 0;
      for (int one : classes) {
        sum += table.estimate(RatioMetric.f1(one)).value();
      }
      double variance = twice.standardError() * twice.standardError() / 2 * units;
      asymptotic(sum / classes.size(), variance, Units.THEMSELVES, AsympCs.BurnIn.OF_UNITS, said);
      return;
    }
    Estimate estimate = table.estimate(metric());
    double variance = estimate.standardError() * estimate.standardError() * units;
    asymptotic(estimate.value(), variance, Units.THEMSELVES, AsympCs.BurnIn.OF_UNITS, said);
  }

  private RatioMetric metric() {
    return switch (draft.given().getPrimary().getKind()) {
      case PRECISION -> RatioMetric.precision(1);
      case RECALL -> RatioMetric.recall(1);
      default -> RatioMetric.f1(1);
    };
  }

  private void blocks() {
    AucSpread spread = new AucSpread(map(tally.ranksOfPositives()), map(tally.ranksOfNegatives()));
    Kpi given = draft.given().getPrimary();
    double prevalence = said.getPrevalence();
    double ratio = Math.max(prevalence, 1 - prevalence) / Math.min(prevalence, 1 - prevalence);
    int rarer = ratio <= ABOUT_EVEN ? 2 * RARER : RARER;
    int other = (int) Math.min(LARGEST_BLOCK, Math.round(rarer * ratio));
    boolean rare = prevalence <= 0.5;
    int positives =
        given.getBlockPositives() > 0 ? given.getBlockPositives() : rare ? rarer : other;
    int negatives =
        given.getBlockNegatives() > 0 ? given.getBlockNegatives() : rare ? other : rarer;
    said.setBlockPositives(positives).setBlockNegatives(negatives);
    BlockFilling filling =
        new BlockFilling(new AucBlocks.Size(positives, negatives), prevalence, AucTally.SHARDS);
    boolean pairs = draft.plan().mode() == RouteMode.SHADOW;
    asymptotic(
        spread.area(),
        spread.variance(positives, negatives),
        (epoch, blocks, fewest) ->
            pairs ? filling.records(blocks) : filling.records(epoch.getShare(), blocks, fewest),
        AsympCs.BurnIn.OF_BLOCKS,
        said);
  }

  /**
   * Figures of a KPI that is no mean.
   *
   * @param variance of what is averaged: a unit's influence, or a block
   * @param units how many units make so many of those
   */
  private void asymptotic(
      double value,
      double variance,
      Units units,
      AsympCs.BurnIn burnIn,
      CalibratedTest.Builder to) {
    to.setCap(draft.plan().cap());
    if (Double.isFinite(value) && Double.isFinite(variance)) {
      to.setMean(value).setDeviation(Math.sqrt(variance));
    }
    TestDefinition.Builder test = withGuards();
    test.getPrimaryBuilder()
        .setBlockPositives(to.getBlockPositives())
        .setBlockNegatives(to.getBlockNegatives());
    Forecast rough = new Forecast(Calibrating.plan(test.build()), test.build());
    double fixed = rough.fixedAsymptotic(rough.lastEpoch(), variance);
    if (Double.isFinite(fixed)) {
      to.setFixedUnits(units.of(rough.lastEpoch(), fixed, 0));
    }
    if (test.getPrimary().getTuningUnits() == 0 && Double.isFinite(fixed)) {
      test.getPrimaryBuilder()
          .setTuningUnits((long) Math.max(1, Math.min(MOST_TUNING, Math.ceil(fixed))));
    }
    TestPlan plan = Calibrating.plan(test.build());
    to.setTuningUnits(plan.tuningUnits());
    Forecast forecast = new Forecast(plan, test.build());
    outlook(
        plan,
        forecast,
        forecast.byEpoch(
            epoch ->
                units.of(epoch, forecast.asymptotic(epoch, variance, burnIn), burnIn.units())));
  }

  /** The given test with the threshold of its guard SLOW. */
  private TestDefinition.Builder withGuards() {
    TestDefinition.Builder test = draft.given().toBuilder();
    for (Guard.Builder guard : test.getGuardsBuilderList()) {
      if (guard.getKind() == GuardKind.SLOW) {
        if (guard.getSlowThresholdUs() == 0) {
          guard.setSlowThresholdUs(quantile(all.latency(), SLOW_SHARE));
        }
        said.setSlowThresholdUs(guard.getSlowThresholdUs());
      }
    }
    return test;
  }

  /**
   * How long it will take. Not told of a split by unit: how many units it needs depends on how
   * alike the requests of one are, which is not measured.
   */
  private void outlook(TestPlan plan, Forecast forecast, double[] unitsForKpi) {
    double sampled = plan.mode() == RouteMode.SHADOW ? forecast.lastEpoch().getShare() : 1;
    double scored = perMs * sampled * tally.scored() / all.units();
    double known =
        plan.labels().drawn() ? scored : scored * tally.known() / Math.max(1, tally.scored());
    double longest = forecast.time(unitsForKpi, known);
    String what = "kpi";
    double fewest = plan.policy().getMinimumUnits();
    double[] minimum =
        forecast.byEpoch(
            epoch ->
                plan.mode() == RouteMode.SHADOW
                    ? fewest
                    : fewest / Math.min(epoch.getShare(), 1 - epoch.getShare()));
    double untilMinimum = forecast.time(minimum, known);
    if (untilMinimum > longest) {
      longest = untilMinimum;
      what = "units";
    }
    for (Guard guard : plan.guards()) {
      double rate = (double) events(guard) / tally.scored();
      double untilSafe =
          guard.getRequired()
              ? forecast.time(forecast.byEpoch(epoch -> forecast.guard(epoch, guard, rate)), scored)
              : 0;
      if (untilSafe > longest) {
        longest = untilSafe;
        what = guard.getKind().name().toLowerCase(Locale.ROOT);
      }
    }
    if (Double.isFinite(longest)) {
      said.setExpectedUnits(longest * known * forecast.inTest());
    }
    double elapsed = longest + plan.maturesAfterMs();
    if (elapsed < plan.policy().getMinimumDurationMs()) {
      elapsed = plan.policy().getMinimumDurationMs();
      what = "duration";
    }
    // What takes longer than longs can hold is as good as never.
    if (elapsed < Long.MAX_VALUE / 2.0) {
      said.setExpectedMs((long) Math.ceil(elapsed));
    }
    said.setLongest(what);
  }

  private long events(Guard guard) {
    if (guard.getKind() != GuardKind.SLOW || draft.plan().slowThresholdUs() != Long.MAX_VALUE) {
      return tally.harm().of(guard.getKind());
    }
    long[] slow = {0};
    all.latency()
        .forEach(
            (bucket, count) ->
                slow[0] +=
                    LatencyHistogram.upperEdge(bucket) > guard.getSlowThresholdUs() ? count : 0);
    return Math.min(tally.scored(), slow[0]);
  }

  /** The upper edge of the bucket of a quantile in whole microseconds, at least 1. */
  static long quantile(SparseCounts latency, double share) {
    long[] below = {0};
    double[] edge = {1};
    double needed = share * latency.total();
    latency.forEach(
        (bucket, count) -> {
          if (below[0] < needed) {
            edge[0] = LatencyHistogram.upperEdge(bucket);
          }
          below[0] += count;
        });
    return (long) Math.ceil(Math.min(LatencyHistogram.LONGEST_US, Math.max(1, edge[0])));
  }

  private static NavigableMap<Integer, Long> map(SparseCounts counts) {
    NavigableMap<Integer, Long> map = new TreeMap<>();
    counts.forEach(map::put);
    return map;
  }
}
