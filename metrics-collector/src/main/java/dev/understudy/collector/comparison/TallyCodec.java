package dev.understudy.collector.comparison;

import dev.understudy.collector.state.v1.ArmState;
import dev.understudy.collector.state.v1.ArmsState;
import dev.understudy.collector.state.v1.LabelState;
import dev.understudy.collector.state.v1.PairsState;
import dev.understudy.collector.state.v1.SeveralState;
import dev.understudy.collector.state.v1.TallyState;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** How a tally is kept in stores and internal topics, with a version of the schema. */
public final class TallyCodec {
  /** 2 since there are other KPIs than accuracy and log loss, several rows, and rules of labels. */
  private static final int SCHEMA = 2;

  private TallyCodec() {}

  /** The tally's stored form. */
  public static TallyState write(Tally tally) {
    TallyState.Builder state =
        TallyState.newBuilder().setSchema(SCHEMA).setRefused(tally.refused());
    tally.pairs().forEach((epoch, pairs) -> state.addPairs(write(epoch, pairs)));
    tally.arms().forEach((stratum, arms) -> state.addArms(write(stratum, arms)));
    if (!tally.calibration().drafts().isEmpty()) {
      state.setCalibration(CalibrationCodec.write(tally.calibration()));
    }
    return state.build();
  }

  /** A stored form without what only the partition itself needs to go on counting. */
  public static TallyState forReport(TallyState state) {
    boolean waits =
        state.getPairsList().stream().anyMatch(PairsState::hasAuc)
            || state.getArmsList().stream().anyMatch(ArmsState::hasAuc);
    if (!waits) {
      return state;
    }
    TallyState.Builder report = state.toBuilder();
    report.getPairsBuilderList().forEach(KpiCodec::withoutWaiting);
    report.getArmsBuilderList().forEach(KpiCodec::withoutWaiting);
    return report.build();
  }

  /**
   * The tally of a stored form; the empty tally of an empty one.
   *
   * @throws IllegalStateException when it was written by a newer collector
   */
  public static Tally read(TallyState state) {
    if (state.getSchema() > SCHEMA) {
      throw new IllegalStateException(
          "a tally has schema %d, this collector knows %d: use the newer collector again"
              .formatted(state.getSchema(), SCHEMA));
    }
    SortedMap<Integer, PairTally> pairs = new TreeMap<>();
    for (PairsState one : state.getPairsList()) {
      pairs.put(one.getEpoch(), read(one, state.getSchema()));
    }
    SortedMap<Tally.Stratum, SplitTally> arms = new TreeMap<>();
    state
        .getArmsList()
        .forEach(one -> arms.put(new Tally.Stratum(one.getEpoch(), one.getShare()), read(one)));
    return new Tally(
        pairs,
        arms,
        state.getRefused(),
        UnitTally.EMPTY,
        CalibrationCodec.read(state.getCalibration()));
  }

  private static PairsState write(int epoch, PairTally pairs) {
    PairsState.Builder state =
        PairsState.newBuilder()
            .setEpoch(epoch)
            .setNotSampled(pairs.notSampled())
            .setShed(pairs.shed())
            .setLost(pairs.lost())
            .setUnlabelled(pairs.unlabelled())
            .setLabelled(pairs.labelled())
            .setBothRight(pairs.right().both())
            .setCandidateOnlyRight(pairs.right().candidateOnly())
            .setCurrentOnlyRight(pairs.right().currentOnly())
            .setBothWrong(pairs.right().neither())
            .addAllErrors(list(pairs.harm().errors()))
            .addAllSlow(list(pairs.harm().slow()))
            .addAllTimeouts(list(pairs.harm().timeouts()))
            .addAllInvalid(list(pairs.harm().invalid()))
            .setSeveral(write(pairs.several()))
            .setCurrentLatency(KpiCodec.write(pairs.currentLatency()))
            .setCandidateLatency(KpiCodec.write(pairs.candidateLatency()))
            .setLabels(write(pairs.labels()));
    KpiCodec.write(pairs.kpi(), state);
    return state.build();
  }

  private static PairTally read(PairsState state, int schema) {
    PairedCounts right =
        new PairedCounts(
            state.getBothRight(),
            state.getCandidateOnlyRight(),
            state.getCurrentOnlyRight(),
            state.getBothWrong());
    return new PairTally(
        state.getNotSampled(),
        state.getShed(),
        state.getLost(),
        state.getUnlabelled(),
        schema < 2 ? right.total() : state.getLabelled(),
        read(state.getSeveral()),
        right,
        new PairedHarm(
            table(state.getErrorsList()),
            table(state.getSlowList()),
            table(state.getTimeoutsList()),
            table(state.getInvalidList())),
        KpiCodec.read(state),
        KpiCodec.read(state.getCurrentLatency()),
        KpiCodec.read(state.getCandidateLatency()),
        read(state.getLabels()));
  }

  private static ArmsState write(Tally.Stratum stratum, SplitTally arms) {
    ArmsState.Builder state =
        ArmsState.newBuilder()
            .setEpoch(stratum.epoch())
            .setShare(stratum.share())
            .setCandidate(write(arms.candidate()))
            .setCurrent(write(arms.current()));
    KpiCodec.write(arms.kpi(), state);
    return state.build();
  }

  private static SplitTally read(ArmsState state) {
    return new SplitTally(
        read(state.getCandidate()), read(state.getCurrent()), KpiCodec.read(state));
  }

  private static ArmState write(ArmTally arm) {
    return ArmState.newBuilder()
        .setAssigned(arm.assigned())
        .setShed(arm.shed())
        .setUnlabelled(arm.unlabelled())
        .setRight(arm.right())
        .setWrong(arm.wrong())
        .setOthers(arm.others())
        .setErrors(arm.harm().errors())
        .setSlow(arm.harm().slow())
        .setTimeouts(arm.harm().timeouts())
        .setInvalid(arm.harm().invalid())
        .setSeveral(write(arm.several()))
        .setLatency(KpiCodec.write(arm.latency()))
        .setLabels(write(arm.labels()))
        .build();
  }

  private static ArmTally read(ArmState state) {
    return new ArmTally(
        state.getAssigned(),
        state.getShed(),
        state.getUnlabelled(),
        state.getRight(),
        state.getWrong(),
        state.getOthers(),
        new HarmCounts(state.getErrors(), state.getSlow(), state.getTimeouts(), state.getInvalid()),
        read(state.getSeveral()),
        KpiCodec.read(state.getLatency()),
        read(state.getLabels()));
  }

  private static LabelState write(LabelCounts labels) {
    return LabelState.newBuilder()
        .setAgreed(labels.agreed())
        .setConfirmed(labels.confirmed())
        .setSpare(write(labels.spare()))
        .setUndrawn(labels.undrawn())
        .setOutside(labels.outside())
        .setSurplus(labels.surplus())
        .setSurplusNeeded(labels.surplusNeeded())
        .build();
  }

  private static LabelCounts read(LabelState state) {
    return new LabelCounts(
        state.getAgreed(),
        state.getConfirmed(),
        read(state.getSpare()),
        state.getUndrawn(),
        state.getOutside(),
        state.getSurplus(),
        state.getSurplusNeeded());
  }

  private static SeveralState write(SeveralRows several) {
    return SeveralState.newBuilder()
        .setRequests(several.requests())
        .setLabelled(several.labelled())
        .setPartly(several.partly())
        .setRows(several.rows())
        .setLabelledRows(several.labelledRows())
        .build();
  }

  private static SeveralRows read(SeveralState state) {
    return new SeveralRows(
        state.getRequests(),
        state.getLabelled(),
        state.getPartly(),
        state.getRows(),
        state.getLabelledRows());
  }

  private static List<Long> list(PairedCounts table) {
    return List.of(table.both(), table.candidateOnly(), table.currentOnly(), table.neither());
  }

  /** Schema 1 had no timeouts and no invalid answers of their own. */
  private static PairedCounts table(List<Long> counts) {
    return counts.isEmpty()
        ? PairedCounts.EMPTY
        : new PairedCounts(counts.get(0), counts.get(1), counts.get(2), counts.get(3));
  }
}
