package dev.understudy.collector.comparison;

import dev.understudy.collector.state.v1.CalibrationState;
import dev.understudy.collector.state.v1.DraftState;
import dev.understudy.collector.state.v1.SketchState;
import java.util.List;

/** How a {@link CalibrationTally} is kept. */
final class CalibrationCodec {
  private static final int KINDS_OF_HARM = 4;

  private CalibrationCodec() {}

  static CalibrationState write(CalibrationTally tally) {
    CalibrationState.Builder state =
        CalibrationState.newBuilder()
            .setUnits(tally.units())
            .setShed(tally.shed())
            .setLatency(KpiCodec.write(tally.latency()));
    tally.drafts().forEach(draft -> state.addDrafts(write(draft)));
    return state.build();
  }

  static CalibrationTally read(CalibrationState state) {
    return new CalibrationTally(
        state.getUnits(),
        state.getShed(),
        KpiCodec.read(state.getLatency()),
        state.getDraftsList().stream().map(CalibrationCodec::read).toList());
  }

  private static DraftState write(DraftTally draft) {
    HarmCounts harm = draft.harm();
    return DraftState.newBuilder()
        .setScored(draft.scored())
        .setKnown(draft.known())
        .setLabels(draft.labels())
        .setPositives(draft.positives())
        .setSingle(write(draft.single()))
        .setSeveral(write(draft.several()))
        .setRows(write(draft.rows()))
        .setTable(KpiCodec.write(draft.table()))
        .setRanksOfPositives(KpiCodec.write(draft.ranksOfPositives()))
        .setRanksOfNegatives(KpiCodec.write(draft.ranksOfNegatives()))
        .addAllHarm(List.of(harm.errors(), harm.slow(), harm.timeouts(), harm.invalid()))
        .build();
  }

  private static DraftTally read(DraftState state) {
    return new DraftTally(
        state.getScored(),
        state.getKnown(),
        state.getLabels(),
        state.getPositives(),
        read(state.getSingle()),
        read(state.getSeveral()),
        read(state.getRows()),
        KpiCodec.read(state.getTable()),
        KpiCodec.read(state.getRanksOfPositives()),
        KpiCodec.read(state.getRanksOfNegatives()),
        state.getHarmCount() == KINDS_OF_HARM
            ? new HarmCounts(state.getHarm(0), state.getHarm(1), state.getHarm(2), state.getHarm(3))
            : HarmCounts.EMPTY);
  }

  private static SketchState write(ValueSketch sketch) {
    return SketchState.newBuilder()
        .setCounts(KpiCodec.write(sketch.counts()))
        .setOffsets(KpiCodec.write(sketch.offsets()))
        .setInfinite(sketch.infinite())
        .build();
  }

  private static ValueSketch read(SketchState state) {
    return new ValueSketch(
        KpiCodec.read(state.getCounts()), KpiCodec.read(state.getOffsets()), state.getInfinite());
  }
}
