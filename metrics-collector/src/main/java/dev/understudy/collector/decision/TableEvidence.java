package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.Measure;
import dev.understudy.collector.comparison.PairTally;
import dev.understudy.collector.comparison.SparseCounts;
import dev.understudy.collector.comparison.SplitTally;
import dev.understudy.collector.comparison.TableTally;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.AsympCs.BurnIn;
import dev.understudy.collector.statistics.ConfusionCube;
import dev.understudy.collector.statistics.ConfusionTable;
import dev.understudy.collector.statistics.Estimate;
import dev.understudy.collector.statistics.RatioMetric;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.RouteMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Evidence about F1, precision, recall and macro-F1, by the delta method from a table of classes.
 * In a split each epoch and share is estimated apart and weighted by its units; one that is too
 * small to be estimated is left out, which depends on its counts alone.
 */
final class TableEvidence {
  private final TestPlan plan;
  private final Measure measure;
  private final boolean macro;

  private TableEvidence(TestPlan plan) {
    this.plan = plan;
    this.measure = plan.measure();
    this.macro = plan.primary().getKind() == KpiKind.MACRO_F1;
  }

  static PrimaryEvidence of(TestPlan plan, Tally tally) {
    TableEvidence evidence = new TableEvidence(plan);
    return plan.mode() == RouteMode.SHADOW
        ? evidence.paired(tally.allPairs())
        : evidence.split(tally);
  }

  private PrimaryEvidence paired(PairTally pairs) {
    ConfusionCube cube = cube(cells(pairs.kpi()));
    ConfusionTable current = marginal(cube, true);
    ConfusionTable candidate = marginal(cube, false);
    ConfusionCube.Classes classes = cube.classes();
    Estimate effect = macro ? cube.macroF1Difference() : cube.difference(metric());
    long rarer = rarer(current);
    return new AsymptoticEvidence(
            pairs.labelled(),
            pairs.labelled(),
            mean(current, classes.counted()),
            mean(candidate, classes.counted()))
        .of(
            plan,
            effect,
            names(macro ? classes.leftOut() : List.of()),
            waitsFor(cube.records(), rarer, classes.counted()));
  }

  private PrimaryEvidence split(Tally tally) {
    List<Estimate> strata = new ArrayList<>();
    ConfusionTable current = ConfusionTable.EMPTY;
    ConfusionTable candidate = ConfusionTable.EMPTY;
    SortedSet<Integer> leftOut = new TreeSet<>();
    long units = 0;
    long unitsOfCandidate = 0;
    for (SplitTally arms : tally.arms().values()) {
      ConfusionTable ofCurrent = table(cells(arms.kpi()), 0);
      ConfusionTable ofCandidate = table(cells(arms.kpi()), 1);
      ConfusionCube.Classes classes = ConfusionTable.classes(ofCurrent, ofCandidate);
      if (waitsFor(fewer(ofCurrent, ofCandidate), rarer(ofCurrent, ofCandidate), classes.counted())
          .isEmpty()) {
        strata.add(
            macro
                ? ConfusionTable.macroF1Difference(ofCurrent, ofCandidate)
                : ConfusionTable.difference(ofCurrent, ofCandidate, metric()));
        leftOut.addAll(classes.leftOut());
      }
      current = current.merge(ofCurrent);
      candidate = candidate.merge(ofCandidate);
      units += arms.current().labelled() + arms.candidate().labelled();
      unitsOfCandidate += arms.candidate().labelled();
    }
    ConfusionCube.Classes all = ConfusionTable.classes(current, candidate);
    if (strata.isEmpty()) {
      leftOut.addAll(all.leftOut());
    }
    String waitsFor = waitsFor(fewer(current, candidate), rarer(current, candidate), all.counted());
    return new AsymptoticEvidence(
            units, unitsOfCandidate, mean(current, all.counted()), mean(candidate, all.counted()))
        .of(
            plan,
            Estimate.stratified(strata),
            names(macro ? List.copyOf(leftOut) : List.of()),
            strata.isEmpty() && waitsFor.isEmpty()
                ? "no share of the traffic has had enough requests of its own yet"
                : waitsFor);
  }

  private String waitsFor(long units, long rarer, List<Integer> counted) {
    BurnIn burnIn = BurnIn.OF_UNITS;
    String name = Words.name(plan.primary());
    if (macro) {
      return units >= burnIn.units() && !counted.isEmpty()
          ? ""
          : "%s needs %d requests with a known outcome%s and %d of a class; there are %d"
              .formatted(name, burnIn.units(), perVersion(), ConfusionCube.FEWEST_POSITIVES, units);
    }
    return burnIn.isOver(units, rarer)
        ? ""
        : ("%s needs %d requests with a known outcome%s, and %d of the rarer outcome among them;"
                + " there are %d and %d")
            .formatted(name, burnIn.units(), perVersion(), burnIn.events(), units, rarer);
  }

  private String perVersion() {
    return plan.mode() == RouteMode.SHADOW ? "" : " for each version";
  }

  private RatioMetric metric() {
    return switch (plan.primary().getKind()) {
      case F1 -> RatioMetric.f1(1);
      case PRECISION -> RatioMetric.precision(1);
      case RECALL -> RatioMetric.recall(1);
      default -> throw new IllegalStateException(plan.primary().getKind() + " has no table");
    };
  }

  private double mean(ConfusionTable table, List<Integer> counted) {
    if (!macro) {
      return table.estimate(metric()).value();
    }
    double sum = 0;
    for (int one : counted) {
      sum += table.estimate(RatioMetric.f1(one)).value();
    }
    return counted.isEmpty() ? 0 : sum / counted.size();
  }

  /** The names of classes; that of no answer has none. */
  private List<String> names(List<Integer> numbers) {
    return numbers.stream()
        .filter(number -> number < measure.classes().size())
        .map(number -> measure.classes().get(number))
        .toList();
  }

  private static SparseCounts cells(Object kpi) {
    return kpi instanceof TableTally table ? table.cells() : SparseCounts.EMPTY;
  }

  private ConfusionCube cube(SparseCounts cells) {
    int base = measure.base();
    Map<ConfusionCube.Cell, Long> counts = new HashMap<>();
    cells.forEach(
        (number, count) ->
            counts.put(
                new ConfusionCube.Cell(number / (base * base), number / base % base, number % base),
                count));
    return new ConfusionCube(counts);
  }

  private ConfusionTable table(SparseCounts cells, int arm) {
    int base = measure.base();
    Map<ConfusionTable.Cell, Long> counts = new HashMap<>();
    cells.forEach(
        (number, count) -> {
          if (number / (base * base) == arm) {
            counts.put(new ConfusionTable.Cell(number / base % base, number % base), count);
          }
        });
    return new ConfusionTable(counts);
  }

  private static ConfusionTable marginal(ConfusionCube cube, boolean ofCurrent) {
    Map<ConfusionTable.Cell, Long> counts = new HashMap<>();
    cube.counts()
        .forEach(
            (cell, count) ->
                counts.merge(
                    new ConfusionTable.Cell(
                        cell.label(), ofCurrent ? cell.current() : cell.candidate()),
                    count,
                    Long::sum));
    return new ConfusionTable(counts);
  }

  private static long fewer(ConfusionTable current, ConfusionTable candidate) {
    return Math.min(records(current), records(candidate));
  }

  private static long rarer(ConfusionTable... arms) {
    long rarer = Long.MAX_VALUE;
    for (ConfusionTable arm : arms) {
      long positives = 0;
      for (Map.Entry<ConfusionTable.Cell, Long> entry : arm.counts().entrySet()) {
        positives += entry.getKey().label() == 1 ? entry.getValue() : 0;
      }
      rarer = Math.min(rarer, Math.min(positives, records(arm) - positives));
    }
    return rarer;
  }

  private static long records(ConfusionTable table) {
    return table.counts().values().stream().mapToLong(Long::longValue).sum();
  }
}
