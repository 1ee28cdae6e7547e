package dev.understudy.collector.comparison;

import dev.understudy.collector.state.v1.ArmsState;
import dev.understudy.collector.state.v1.AucShardState;
import dev.understudy.collector.state.v1.AucState;
import dev.understudy.collector.state.v1.CountsState;
import dev.understudy.collector.state.v1.LossState;
import dev.understudy.collector.state.v1.PairsState;
import dev.understudy.collector.statistics.BiMoments;
import dev.understudy.collector.statistics.Wealth;
import java.util.Arrays;
import java.util.List;

/** How a {@link KpiTally} is kept: the field that is present says of which family it is. */
final class KpiCodec {
  private KpiCodec() {}

  static void write(KpiTally kpi, PairsState.Builder state) {
    switch (kpi) {
      case KpiTally.Nothing nothing -> {}
      case LossSums sums -> state.setLoss(write(sums));
      case TableTally table -> state.setTable(write(table.cells()));
      case AucTally auc -> state.setAuc(write(auc));
    }
  }

  static void write(KpiTally kpi, ArmsState.Builder state) {
    switch (kpi) {
      case KpiTally.Nothing nothing -> {}
      case LossSums sums -> state.setLoss(write(sums));
      case TableTally table -> state.setTable(write(table.cells()));
      case AucTally auc -> state.setAuc(write(auc));
    }
  }

  static KpiTally read(PairsState state) {
    if (state.hasTable()) {
      return new TableTally(read(state.getTable()));
    }
    if (state.hasAuc()) {
      return read(state.getAuc());
    }
    return read(state.getLoss());
  }

  static KpiTally read(ArmsState state) {
    if (state.hasTable()) {
      return new TableTally(read(state.getTable()));
    }
    if (state.hasAuc()) {
      return read(state.getAuc());
    }
    return read(state.getLoss());
  }

  static void withoutWaiting(PairsState.Builder state) {
    if (state.hasAuc()) {
      state.getAucBuilder().getShardsBuilderList().forEach(KpiCodec::withoutWaiting);
    }
  }

  static void withoutWaiting(ArmsState.Builder state) {
    if (state.hasAuc()) {
      state.getAucBuilder().getShardsBuilderList().forEach(KpiCodec::withoutWaiting);
    }
  }

  private static void withoutWaiting(AucShardState.Builder shard) {
    shard.clearPositives().clearNegatives();
  }

  static CountsState write(SparseCounts counts) {
    CountsState.Builder state = CountsState.newBuilder();
    counts.forEach((number, count) -> state.addNumbers(number).addCounts(count));
    return state.build();
  }

  static SparseCounts read(CountsState state) {
    SparseCounts counts = SparseCounts.EMPTY;
    for (int i = 0; i < state.getNumbersCount(); i++) {
      counts = counts.plus(state.getNumbers(i), state.getCounts(i));
    }
    return counts;
  }

  private static AucState write(AucTally auc) {
    AucState.Builder state = AucState.newBuilder();
    for (int number = 0; number < 2 * AucTally.SHARDS; number++) {
      AucShard shard = auc.shard(number);
      if (!shard.equals(AucShard.EMPTY)) {
        BiMoments blocks = shard.blocks();
        AucShardState.Builder one =
            AucShardState.newBuilder()
                .setNumber(number)
                .addAllPositives(list(shard.positives()))
                .addAllNegatives(list(shard.negatives()))
                .setBlocks(blocks.count())
                .setDropped(shard.dropped());
        if (blocks.count() > 0) {
          one.addAllMoments(
              List.of(blocks.meanX(), blocks.meanY(), blocks.xx(), blocks.yy(), blocks.xy()));
        }
        state.addShards(one);
      }
    }
    return state.build();
  }

  private static AucTally read(AucState state) {
    AucTally auc = AucTally.EMPTY;
    for (AucShardState one : state.getShardsList()) {
      BiMoments blocks =
          one.getBlocks() == 0
              ? BiMoments.EMPTY
              : new BiMoments(
                  one.getBlocks(),
                  one.getMoments(0),
                  one.getMoments(1),
                  one.getMoments(2),
                  one.getMoments(3),
                  one.getMoments(4));
      auc =
          auc.with(
              one.getNumber(),
              AucShard.of(
                  array(one.getPositivesList()),
                  array(one.getNegativesList()),
                  blocks,
                  one.getDropped()));
    }
    return auc;
  }

  private static LossState write(LossSums loss) {
    LossState.Builder state = LossState.newBuilder();
    if (loss.equals(LossSums.EMPTY)) {
      return state.build();
    }
    LossSums.Squares squares = loss.squares();
    if (!squares.equals(LossSums.Squares.NONE)) {
      state.addAllSquares(List.of(squares.current(), squares.candidate(), squares.products()));
    }
    return state
        .setClipped(loss.clipped())
        .setCurrentSum(loss.current())
        .setCandidateSum(loss.candidate())
        .addAllBetter(list(loss.better().sums()))
        .addAllWorse(list(loss.worse().sums()))
        .addAllFutile(list(loss.futile().sums()))
        .build();
  }

  /** Schema 1 wrote sums that were empty for a KPI without any. */
  private static KpiTally read(LossState state) {
    if (state.equals(LossState.getDefaultInstance())) {
      return KpiTally.NOTHING;
    }
    return new LossSums(
        state.getClipped(),
        state.getCurrentSum(),
        state.getCandidateSum(),
        state.getSquaresCount() == 0
            ? LossSums.Squares.NONE
            : new LossSums.Squares(state.getSquares(0), state.getSquares(1), state.getSquares(2)),
        wealth(state.getBetterList()),
        wealth(state.getWorseList()),
        wealth(state.getFutileList()));
  }

  private static List<Double> list(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static Wealth wealth(List<Double> sums) {
    return sums.isEmpty() ? Wealth.EMPTY : Wealth.of(array(sums));
  }
}
