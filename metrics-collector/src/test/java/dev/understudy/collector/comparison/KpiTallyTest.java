package dev.understudy.collector.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.collector.state.v1.LossState;
import dev.understudy.collector.state.v1.PairsState;
import dev.understudy.collector.state.v1.TallyState;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.Task;
import dev.understudy.contracts.v1.TestDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tallies of every KPI, in both modes, with requests of one and of several rows. */
class KpiTallyTest {
  static Stream<Arguments> everyKpi() {
    List<Arguments> all = new ArrayList<>();
    for (Task task : List.of(Task.BINARY, Task.MULTICLASS, Task.REGRESSION)) {
      for (KpiKind kind : KpiKind.values()) {
        for (RouteMode mode : List.of(RouteMode.SHADOW, RouteMode.SPLIT)) {
          if (kind != KpiKind.KPI_KIND_UNSPECIFIED && kind != KpiKind.UNRECOGNIZED) {
            add(all, kind, task, mode);
          }
        }
      }
    }
    return all.stream();
  }

  private static void add(List<Arguments> all, KpiKind kind, Task task, RouteMode mode) {
    TestDefinition.Builder test =
        mode == RouteMode.SHADOW ? KpiPlans.shadow(kind, task) : KpiPlans.split(kind, task);
    if (kind == KpiKind.AUC) {
      test.getPrimaryBuilder().setBlockPositives(3).setBlockNegatives(4);
    }
    try {
      all.add(Arguments.of(kind, task, mode, Plans.plan(test)));
    } catch (IllegalArgumentException e) {
      // A KPI that does not fit the task or the mode: see KpiRulesTest.
    }
  }

  @Test
  void fifteenKindsAndTasksFitInShadowAndThreeMoreInASplit() {
    assertThat(everyKpi().filter(one -> one.get()[2] == RouteMode.SHADOW)).hasSize(15);
    assertThat(everyKpi().filter(one -> one.get()[2] == RouteMode.SPLIT)).hasSize(18);
  }

  @ParameterizedTest
  @MethodSource("everyKpi")
  void mergingPartsGivesTheWholeAndStorageChangesNothing(
      KpiKind kind, Task task, RouteMode mode, TestPlan plan) {
    SplittableRandom random = new SplittableRandom(7);
    List<Tally> parts = new ArrayList<>(List.of(Tally.EMPTY, Tally.EMPTY, Tally.EMPTY));
    Tally whole = Tally.EMPTY;
    for (int i = 0; i < 900; i++) {
      // As with three partitions: a shard lies in one of them.
      int shard = random.nextInt(AucTally.SHARDS);
      JudgedUnit unit = unit(plan, shard, random);
      whole = whole.plus(plan, unit);
      parts.set(shard % 3, parts.get(shard % 3).plus(plan, unit));
    }

    Tally merged = Tally.EMPTY;
    for (Tally part : parts) {
      merged = merged.merge(TallyCodec.read(TallyCodec.write(part)));
    }

    assertThat(TallyCodec.read(TallyCodec.write(whole))).isEqualTo(whole);
    assertThat(merged.refused()).isZero();
    if (plan.measure().family() == Measure.Family.SUMS
        || plan.measure().family() == Measure.Family.CELLS) {
      assertSameSums(merged, whole);
    } else {
      assertThat(merged).isEqualTo(whole);
    }
  }

  private static void assertSameSums(Tally merged, Tally whole) {
    PairTally one = merged.allPairs();
    PairTally other = whole.allPairs();
    assertThat(one.labelled()).isEqualTo(other.labelled());
    assertThat(one.harm()).isEqualTo(other.harm());
    assertThat(one.several()).isEqualTo(other.several());
    assertThat(one.currentLatency()).isEqualTo(other.currentLatency());
    assertSame(one.loss(), other.loss());
    whole
        .arms()
        .forEach(
            (stratum, arms) -> {
              SplitTally same = merged.arms().get(stratum);
              assertThat(same.candidate()).isEqualTo(arms.candidate());
              assertThat(same.current()).isEqualTo(arms.current());
              assertSame(same.loss(), arms.loss());
            });
  }

  private static void assertSame(LossSums one, LossSums other) {
    assertThat(one.clipped()).isEqualTo(other.clipped());
    assertThat(one.current()).isCloseTo(other.current(), within(1e-6));
    assertThat(one.squares().products()).isCloseTo(other.squares().products(), within(1e-6));
    assertThat(one.better().logE()).isCloseTo(other.better().logE(), within(1e-9));
    assertThat(one.worse().logE()).isCloseTo(other.worse().logE(), within(1e-9));
  }

  private static JudgedUnit unit(TestPlan plan, int shard, SplittableRandom random) {
    int rows = random.nextInt(5) == 0 ? 3 : 1;
    double[] truth = new double[rows];
    for (int i = 0; i < rows; i++) {
      truth[i] = random.nextInt(8) == 0 ? Double.NaN : truth(plan, random);
    }
    return plan.mode() == RouteMode.SHADOW
        ? new JudgedUnit.Pair(
            0, scored(plan, rows, random), scored(plan, rows, random), Truth.of(truth), shard)
        : new JudgedUnit.Assigned(
            0,
            random.nextBoolean() ? 0.5 : 0.25,
            random.nextBoolean(),
            scored(plan, rows, random),
            Truth.of(truth),
            shard);
  }

  private static double truth(TestPlan plan, SplittableRandom random) {
    if (plan.primary().getKind() == KpiKind.VALUE) {
      return random.nextInt(120);
    }
    return switch (plan.measure().task()) {
      case MULTICLASS -> random.nextInt(3);
      case REGRESSION -> random.nextInt(12);
      default -> random.nextInt(2);
    };
  }

  private static Scored scored(TestPlan plan, int rows, SplittableRandom random) {
    long latency = random.nextInt(100_000);
    switch (random.nextInt(30)) {
      case 0:
        return new Scored(ScoreStatus.FAILED, null, latency, false);
      case 1:
        return new Scored(ScoreStatus.TIMED_OUT, null, latency, false);
      case 2:
        return Scored.answered(plan, null, rows, latency);
      case 3:
        return Scored.LOST;
      default:
    }
    double[] numbers = new double[rows];
    double[] scores = new double[3 * rows];
    for (int i = 0; i < rows; i++) {
      numbers[i] = random.nextInt(21) / 20.0;
      scores[3 * i] = numbers[i] / 2;
      scores[3 * i + 1] = numbers[i] / 2;
      scores[3 * i + 2] = 1 - numbers[i];
    }
    return Scored.answered(
        plan,
        plan.measure().task() == Task.MULTICLASS
            ? new Predictions.Scores(scores, 3)
            : new Predictions.Numbers(numbers),
        rows,
        latency);
  }

  @Test
  void ofARequestWithSeveralRowsEachCountsTowardsTheLabelsAndTheRequestTowardsTheRest() {
    TestPlan plan = Plans.plan(KpiPlans.shadow(KpiKind.ACCURACY, Task.BINARY));
    Scored right =
        Scored.answered(plan, new Predictions.Numbers(new double[] {0.9, 0.9, 0.9}), 3, 1);
    Scored wrong =
        Scored.answered(plan, new Predictions.Numbers(new double[] {0.1, 0.9, 0.1}), 3, 1);

    PairTally tally =
        Tally.EMPTY
            .plus(plan, new JudgedUnit.Pair(0, wrong, right, Truth.of(1, 1, Double.NaN), 0))
            .plus(
                plan,
                new JudgedUnit.Pair(
                    0, wrong, right, Truth.of(Double.NaN, Double.NaN, Double.NaN), 0))
            .plus(plan, new JudgedUnit.Pair(0, right, right, Truth.of(1, 1, 1), 0))
            .allPairs();

    assertThat(tally.complete()).isEqualTo(3);
    assertThat(tally.labelled()).isEqualTo(2);
    assertThat(tally.unlabelled()).isEqualTo(1);
    assertThat(tally.several()).isEqualTo(new SeveralRows(3, 2, 1, 9, 5));
    assertThat(tally.rows()).isEqualTo(9);
    assertThat(tally.labelledRows()).isEqualTo(5);
    assertThat(tally.right()).isEqualTo(PairedCounts.EMPTY);
    assertThat(tally.loss().current()).isEqualTo(0.5 + 1);
    assertThat(tally.loss().candidate()).isEqualTo(2);
  }

  @Test
  void aTallyOfTheFirstSchemaIsStillRead() {
    TallyState old =
        TallyState.newBuilder()
            .setSchema(1)
            .addPairs(
                PairsState.newBuilder()
                    .setUnlabelled(2)
                    .setBothRight(5)
                    .setCandidateOnlyRight(3)
                    .setCurrentOnlyRight(1)
                    .setBothWrong(4)
                    .addAllErrors(List.of(0L, 1L, 0L, 14L))
                    .addAllSlow(List.of(0L, 0L, 0L, 15L))
                    .setLoss(LossState.getDefaultInstance()))
            .build();

    PairTally pairs = TallyCodec.read(old).allPairs();

    assertThat(pairs.labelled()).isEqualTo(13);
    assertThat(pairs.complete()).isEqualTo(15);
    assertThat(pairs.right()).isEqualTo(new PairedCounts(5, 3, 1, 4));
    assertThat(pairs.harm().errors().candidateOnly()).isEqualTo(1);
    assertThat(pairs.kpi()).isEqualTo(KpiTally.NOTHING);
    assertThat(pairs.labelledRows()).isEqualTo(13);
  }

  @Test
  void whatWaitsForItsBlockStaysInThePartition() {
    TestPlan plan = Plans.plan(KpiPlans.shadow(KpiKind.AUC, Task.BINARY));
    Scored scored = new Scored(ScoreStatus.ANSWERED, 0.4, 1);
    Tally tally = Tally.EMPTY.plus(plan, new JudgedUnit.Pair(0, scored, scored, Truth.of(1), 5));

    TallyState kept = TallyCodec.write(tally);
    TallyState report = TallyCodec.forReport(kept);

    assertThat(kept.getPairs(0).getAuc().getShards(0).getPositivesList()).containsExactly(0.4, 0.4);
    assertThat(report.getPairs(0).getAuc().getShards(0).getPositivesList()).isEmpty();
    assertThat(TallyCodec.read(report).allPairs().labelled()).isEqualTo(1);
  }

  @Test
  void aClassThatIsMuchCommonerThanPlannedWaitsWithinBoundsAndIsCounted() {
    TestPlan plan = Plans.plan(KpiPlans.shadow(KpiKind.AUC, Task.BINARY));
    Scored scored = new Scored(ScoreStatus.ANSWERED, 0.4, 1);
    Tally tally = Tally.EMPTY;
    for (int i = 0; i < 500; i++) {
      tally = tally.plus(plan, new JudgedUnit.Pair(0, scored, scored, Truth.of(0), 5));
    }

    AucShard shard = ((AucTally) tally.allPairs().kpi()).shard(5);

    assertThat(shard.negatives()).hasSize(2 * 4 * 72);
    assertThat(shard.dropped()).isEqualTo(500 - 4 * 72);
  }

  @Test
  void talliesOfDifferentKpisDoNotAdd() {
    assertThatIllegalStateException()
        .isThrownBy(() -> LossSums.EMPTY.merge((KpiTally) TableTally.EMPTY));
    assertThatIllegalStateException().isThrownBy(() -> AucTally.EMPTY.merge(LossSums.EMPTY));
  }

  @Test
  void sparseCountsAddAndKeepTheirOrder() {
    SparseCounts counts =
        SparseCounts.EMPTY
            .plus(500)
            .plus(3)
            .plus(3)
            .plus(40, 7)
            .merge(SparseCounts.EMPTY.plus(41).plus(3));
    List<Integer> seen = new ArrayList<>();
    counts.forEach((number, count) -> seen.add(number));

    assertThat(seen).containsExactly(3, 40, 41, 500);
    assertThat(counts.of(3)).isEqualTo(3);
    assertThat(counts.of(4)).isZero();
    assertThat(counts.of(4_000)).isZero();
    assertThat(counts.total()).isEqualTo(12);
    assertThat(SparseCounts.EMPTY.total()).isZero();
    assertThatIllegalArgumentException().isThrownBy(() -> counts.plus(-1));
  }
}
