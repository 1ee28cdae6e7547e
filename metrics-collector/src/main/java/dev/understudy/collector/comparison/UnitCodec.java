package dev.understudy.collector.comparison;

import dev.understudy.collector.state.v1.CrossState;
import dev.understudy.collector.state.v1.UnitCellState;
import dev.understudy.collector.state.v1.UnitDeltaState;
import dev.understudy.collector.state.v1.UnitPartState;
import dev.understudy.collector.state.v1.UnitRowState;
import dev.understudy.collector.state.v1.UnitSumsState;
import java.util.List;

/** How units, and the sums over them, are kept in stores and internal topics. */
public final class UnitCodec {
  private UnitCodec() {}

  /** What a request adds, as it travels. */
  public static UnitDeltaState write(UnitDelta delta) {
    UnitDeltaState.Builder state =
        UnitDeltaState.newBuilder()
            .setUnit(delta.unit())
            .setAppendedMs(delta.appendedMs())
            .setEpoch(delta.stratum().epoch())
            .setShare(delta.stratum().share())
            .setToCandidate(delta.toCandidate())
            .setRows(delta.rows())
            .setDeviation(delta.deviation())
            .setClipped(delta.clipped())
            .setTraits(delta.traits());
    if (!Double.isNaN(delta.covariate())) {
      state.setCovariate(delta.covariate());
    }
    return state.build();
  }

  /** What a request adds. */
  public static UnitDelta read(UnitDeltaState state) {
    return new UnitDelta(
        state.getUnit(),
        state.getAppendedMs(),
        new Tally.Stratum(state.getEpoch(), state.getShare()),
        state.getToCandidate(),
        state.getRows(),
        state.getDeviation(),
        state.getClipped(),
        state.getTraits(),
        state.hasCovariate() ? state.getCovariate() : Double.NaN);
  }

  /** A unit's row. */
  public static UnitRowState write(UnitRow row) {
    UnitRowState.Builder state =
        UnitRowState.newBuilder()
            .setFirstMs(row.firstMs())
            .setTraits(row.traits())
            .setScoredIn(row.scoredIn() + 1);
    if (!Double.isNaN(row.covariate())) {
      state.setCovariate(row.covariate());
    }
    for (UnitRow.Part part : row.parts()) {
      state.addParts(
          UnitPartState.newBuilder()
              .setCell(part.cell())
              .setRows(part.rows())
              .setDeviation(part.deviation())
              .setTraits(part.traits()));
    }
    return state.build();
  }

  /** A unit's row. */
  public static UnitRow read(UnitRowState state) {
    return new UnitRow(
        state.getFirstMs(),
        state.hasCovariate() ? state.getCovariate() : Double.NaN,
        state.getTraits(),
        state.getScoredIn() - 1,
        state.getPartsList().stream()
            .map(
                part ->
                    new UnitRow.Part(
                        part.getCell(), part.getRows(), part.getDeviation(), part.getTraits()))
            .toList());
  }

  /** The sums over all units. */
  public static UnitSumsState write(UnitSums sums) {
    UnitTally.Totals totals = sums.totals;
    UnitSumsState.Builder state =
        UnitSumsState.newBuilder()
            .setSeen(totals.seen())
            .setUnits(totals.units())
            .setUnitsOfCandidate(totals.unitsOfCandidate())
            .setPredictions(totals.predictions())
            .setClipped(totals.clipped())
            .setSwitched(totals.switched())
            .setWithoutUnit(totals.withoutUnit())
            .setWithoutCovariate(totals.withoutCovariate());
    for (Tally.Stratum stratum : sums.strata) {
      state.addEpochs(stratum.epoch()).addShares(stratum.share());
    }
    sums.cells.forEach(cell -> state.addCells(write(cell)));
    sums.sums.forEach(
        (first, second, products) -> {
          CrossState.Builder cross = CrossState.newBuilder().setFirst(first).setSecond(second);
          for (double product : products) {
            cross.addSums(product);
          }
          state.addProducts(cross);
        });
    return state.build();
  }

  /** The sums over all units; those of none from an empty state. */
  public static UnitSums read(UnitSumsState state) {
    UnitSums sums = UnitSums.empty();
    for (int i = 0; i < state.getEpochsCount(); i++) {
      sums.strata.add(new Tally.Stratum(state.getEpochs(i), state.getShares(i)));
    }
    state.getCellsList().forEach(cell -> sums.cells.add(read(cell)));
    for (CrossState cross : state.getProductsList()) {
      sums.sums.put(
          cross.getFirst(),
          cross.getSecond(),
          cross.getSumsList().stream().mapToDouble(Double::doubleValue).toArray());
    }
    sums.totals =
        new UnitTally.Totals(
            state.getSeen(),
            state.getUnits(),
            state.getUnitsOfCandidate(),
            state.getPredictions(),
            state.getClipped(),
            state.getSwitched(),
            state.getWithoutUnit(),
            state.getWithoutCovariate());
    return sums;
  }

  private static UnitCellState write(UnitCell cell) {
    return UnitCellState.newBuilder()
        .setAssigned(cell.assigned())
        .setScored(cell.scored())
        .setUnits(cell.units())
        .setEarned(cell.earned())
        .setFellShort(cell.fellShort())
        .setIncomplete(cell.incomplete())
        .addAllEvents(list(cell.events()))
        .addAllLeft(list(cell.left()))
        .build();
  }

  private static UnitCell read(UnitCellState state) {
    return new UnitCell(
        state.getAssigned(),
        state.getScored(),
        state.getUnits(),
        state.getEarned(),
        state.getFellShort(),
        state.getIncomplete(),
        harm(state.getEventsList()),
        harm(state.getLeftList()));
  }

  private static List<Long> list(HarmCounts harm) {
    return List.of(harm.errors(), harm.slow(), harm.timeouts(), harm.invalid());
  }

  private static HarmCounts harm(List<Long> counts) {
    return new HarmCounts(counts.get(0), counts.get(1), counts.get(2), counts.get(3));
  }
}
