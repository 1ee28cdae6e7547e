package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.HarmCounts;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.comparison.UnitCell;
import dev.understudy.collector.comparison.UnitTally;
import dev.understudy.contracts.v1.Count;
import dev.understudy.contracts.v1.Evidence;
import dev.understudy.contracts.v1.Guard;
import dev.understudy.contracts.v1.Sum;
import dev.understudy.contracts.v1.UnitFigures;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The integers and sums behind a test by unit, by name, so that anyone can compute it again. */
final class UnitFigureWriter {
  private final Evidence.Builder evidence;
  private final TestPlan plan;

  private UnitFigureWriter(Evidence.Builder evidence, TestPlan plan) {
    this.evidence = evidence;
    this.plan = plan;
  }

  static void addTo(Evidence.Builder evidence, TestPlan plan, UnitTally units) {
    UnitTally.Totals totals = units.totals();
    UnitFigures.Builder figures =
        UnitFigures.newBuilder()
            .setSeen(totals.seen())
            .setPredictions(totals.predictions())
            .setSwitched(totals.switched())
            .setWithoutUnit(totals.withoutUnit());
    if (!plan.primary().getCovariate().isEmpty()) {
      figures
          .setWithoutCovariate(totals.withoutCovariate())
          .setExplained(UnitEvidence.difference(plan, units).explained());
    }
    evidence.setUnitFigures(figures);
    new UnitFigureWriter(evidence, plan).add(units);
  }

  private void add(UnitTally units) {
    Map<Integer, String> names = new HashMap<>();
    units
        .strata()
        .forEach(
            (stratum, number) -> {
              names.put(2 * number, name(stratum) + "current");
              names.put(2 * number + 1, name(stratum) + "candidate");
              cell(name(stratum) + "candidate units ", units.cell(number, true));
              cell(name(stratum) + "current units ", units.cell(number, false));
            });
    units
        .sums()
        .forEach(
            (first, second, sums) ->
                evidence.addSums(
                    Sum.newBuilder()
                        .setName(
                            "units of %s, %s: 1 x y v"
                                .formatted(names.get(first), names.get(second)))
                        .addAllValues(Arrays.stream(sums).boxed().toList())));
  }

  private static String name(Tally.Stratum stratum) {
    return "epoch %d share %s ".formatted(stratum.epoch(), stratum.share());
  }

  private void cell(String prefix, UnitCell cell) {
    count(prefix + "assigned", cell.assigned());
    count(prefix + "scored", cell.scored());
    count(prefix + "known", cell.units());
    count(prefix + "with a value above 0", cell.earned());
    count(prefix + "with a value below the cap", cell.fellShort());
    count(prefix + "lacking a label", cell.incomplete());
    for (Guard guard : plan.guards()) {
      String name = Words.name(guard.getKind());
      HarmCounts events = cell.events();
      count(prefix + "with " + name, events.of(guard.getKind()));
      count(prefix + "scored here, with " + name + " since", cell.left().of(guard.getKind()));
    }
  }

  private void count(String name, long value) {
    evidence.addCounts(Count.newBuilder().setName(name).setValue(value));
  }
}
