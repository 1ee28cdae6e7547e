package dev.understudy.collector.comparison;

import dev.understudy.collector.state.v1.ArmState;
import dev.understudy.collector.state.v1.ArmsState;
import dev.understudy.collector.state.v1.LabelState;
import dev.understudy.collector.state.v1.LossState;
import dev.understudy.collector.state.v1.PairsState;
import dev.understudy.collector.state.v1.TallyState;
import dev.understudy.collector.statistics.Wealth;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** How a tally is kept in stores and internal topics, with a version of the schema. */
public final class TallyCodec {
  private static final int SCHEMA = 1;

  private TallyCodec() {}

  /** The tally's stored form. */
  public static TallyState write(Tally tally) {
    TallyState.Builder state =
        TallyState.newBuilder().setSchema(SCHEMA).setRefused(tally.refused());
    tally.pairs().forEach((epoch, pairs) -> state.addPairs(write(epoch, pairs)));
    tally.arms().forEach((stratum, arms) -> state.addArms(write(stratum, arms)));
    return state.build();
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
    state.getPairsList().forEach(one -> pairs.put(one.getEpoch(), read(one)));
    SortedMap<Tally.Stratum, SplitTally> arms = new TreeMap<>();
    state
        .getArmsList()
        .forEach(one -> arms.put(new Tally.Stratum(one.getEpoch(), one.getShare()), read(one)));
    return new Tally(pairs, arms, state.getRefused());
  }

  private static PairsState write(int epoch, PairTally pairs) {
    return PairsState.newBuilder()
        .setEpoch(epoch)
        .setNotSampled(pairs.notSampled())
        .setShed(pairs.shed())
        .setLost(pairs.lost())
        .setUnlabelled(pairs.unlabelled())
        .setBothRight(pairs.right().both())
        .setCandidateOnlyRight(pairs.right().candidateOnly())
        .setCurrentOnlyRight(pairs.right().currentOnly())
        .setBothWrong(pairs.right().neither())
        .addAllErrors(list(pairs.errors()))
        .addAllSlow(list(pairs.slow()))
        .setLoss(write(pairs.loss()))
        .setLabels(write(pairs.labels()))
        .build();
  }

  private static PairTally read(PairsState state) {
    return new PairTally(
        state.getNotSampled(),
        state.getShed(),
        state.getLost(),
        state.getUnlabelled(),
        new PairedCounts(
            state.getBothRight(),
            state.getCandidateOnlyRight(),
            state.getCurrentOnlyRight(),
            state.getBothWrong()),
        table(state.getErrorsList()),
        table(state.getSlowList()),
        read(state.getLoss()),
        read(state.getLabels()));
  }

  private static ArmsState write(Tally.Stratum stratum, SplitTally arms) {
    return ArmsState.newBuilder()
        .setEpoch(stratum.epoch())
        .setShare(stratum.share())
        .setCandidate(write(arms.candidate()))
        .setCurrent(write(arms.current()))
        .setLoss(write(arms.loss()))
        .build();
  }

  private static SplitTally read(ArmsState state) {
    return new SplitTally(
        read(state.getCandidate()), read(state.getCurrent()), read(state.getLoss()));
  }

  private static ArmState write(ArmTally arm) {
    return ArmState.newBuilder()
        .setAssigned(arm.assigned())
        .setShed(arm.shed())
        .setUnlabelled(arm.unlabelled())
        .setRight(arm.right())
        .setWrong(arm.wrong())
        .setErrors(arm.errors())
        .setSlow(arm.slow())
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
        state.getErrors(),
        state.getSlow(),
        read(state.getLabels()));
  }

  private static LabelState write(LabelCounts labels) {
    return LabelState.newBuilder()
        .setAgreed(labels.agreed())
        .setConfirmed(labels.confirmed())
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
        state.getUndrawn(),
        state.getOutside(),
        state.getSurplus(),
        state.getSurplusNeeded());
  }

  private static LossState write(LossSums loss) {
    LossState.Builder state = LossState.newBuilder();
    if (loss.equals(LossSums.EMPTY)) {
      return state.build();
    }
    return state
        .setClipped(loss.clipped())
        .setCurrentSum(loss.current())
        .setCandidateSum(loss.candidate())
        .addAllBetter(list(loss.better()))
        .addAllWorse(list(loss.worse()))
        .addAllFutile(list(loss.futile()))
        .build();
  }

  private static LossSums read(LossState state) {
    return new LossSums(
        state.getClipped(),
        state.getCurrentSum(),
        state.getCandidateSum(),
        wealth(state.getBetterList()),
        wealth(state.getWorseList()),
        wealth(state.getFutileList()));
  }

  private static List<Long> list(PairedCounts table) {
    return List.of(table.both(), table.candidateOnly(), table.currentOnly(), table.neither());
  }

  private static PairedCounts table(List<Long> counts) {
    return new PairedCounts(counts.get(0), counts.get(1), counts.get(2), counts.get(3));
  }

  private static List<Double> list(Wealth wealth) {
    return Arrays.stream(wealth.sums()).boxed().toList();
  }

  private static Wealth wealth(List<Double> sums) {
    return sums.isEmpty()
        ? Wealth.EMPTY
        : Wealth.of(sums.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
