package dev.understudy.collector.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.contracts.v1.ScoreStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TallyTest {
  private static final TestPlan SHADOW = Plans.plan(Plans.shadow("t"));
  private static final TestPlan SHADOW_LOSS = Plans.plan(Plans.byLogLoss(Plans.shadow("t")));
  private static final TestPlan SPLIT = Plans.plan(Plans.split("t"));
  private static final TestPlan SPLIT_LOSS = Plans.plan(Plans.byLogLoss(Plans.split("t")));

  private static Scored says(double probability) {
    return new Scored(ScoreStatus.ANSWERED, probability, 1_000);
  }

  private static Scored with(ScoreStatus status) {
    return new Scored(status, Double.NaN, 1_000);
  }

  private static Tally pair(TestPlan plan, Scored current, Scored candidate, Boolean positive) {
    return Tally.EMPTY.plus(plan, new JudgedUnit.Pair(0, current, candidate, positive));
  }

  @Test
  void aPairIsCountedByWhoWasRight() {
    PairTally tally =
        pair(SHADOW, says(0.4), says(0.6), true)
            .merge(pair(SHADOW, says(0.6), says(0.4), true))
            .merge(pair(SHADOW, says(0.5), says(0.9), true))
            .merge(pair(SHADOW, says(0.9), says(0.9), false))
            .allPairs();

    assertThat(tally.right()).isEqualTo(new PairedCounts(1, 1, 1, 1));
    assertThat(tally.labelled()).isEqualTo(4);
    assertThat(tally.harm().errors().neither()).isEqualTo(4);
  }

  @Test
  void whoFailedOrCameTooLateIsWrongAndAnErrorAndAccusesNobodyElse() {
    PairTally tally =
        pair(SHADOW, says(0.1), with(ScoreStatus.FAILED), false)
            .merge(pair(SHADOW, says(0.1), with(ScoreStatus.TIMED_OUT), false))
            .merge(pair(SHADOW, says(0.1), says(Double.NaN), false))
            .merge(pair(SHADOW, says(0.1), says(1.5), false))
            .allPairs();

    assertThat(tally.right().currentOnly()).isEqualTo(4);
    assertThat(tally.harm().errors().candidateOnly()).isEqualTo(4);
    assertThat(tally.harm().slow().candidateOnly()).isEqualTo(1);
  }

  @Test
  void shedAndLostOnlyMakeThePairIncomplete() {
    PairTally tally =
        pair(SHADOW, says(0.1), with(ScoreStatus.SHED), false)
            .merge(pair(SHADOW, says(0.1), Scored.LOST, false))
            .merge(pair(SHADOW, says(0.1), with(ScoreStatus.EXPECTED), false))
            .merge(pair(SHADOW, says(0.1), with(ScoreStatus.NOT_SAMPLED), false))
            .allPairs();

    assertThat(tally.shed()).isEqualTo(1);
    assertThat(tally.lost()).isEqualTo(2);
    assertThat(tally.notSampled()).isEqualTo(1);
    assertThat(tally.complete()).isZero();
    assertThat(tally.labelled()).isZero();
  }

  @Test
  void aPairWithoutALabelStillCountsForTheGuards() {
    PairTally tally = pair(SHADOW, says(0.1), with(ScoreStatus.FAILED), null).allPairs();

    assertThat(tally.unlabelled()).isEqualTo(1);
    assertThat(tally.harm().errors().candidateOnly()).isEqualTo(1);
    assertThat(tally.labelled()).isZero();
  }

  @Test
  void theLossIsThatOfTheClippedProbabilityAndAFailureCostsTheCap() {
    LossSums sure = pair(SHADOW_LOSS, says(0), says(1), true).allPairs().loss();
    LossSums failed =
        pair(SHADOW_LOSS, says(0.5), with(ScoreStatus.FAILED), true).allPairs().loss();

    assertThat(sure.current()).isCloseTo(-Math.log(1e-3), within(1e-12));
    assertThat(sure.candidate()).isCloseTo(-Math.log(1 - 1e-3), within(1e-12));
    assertThat(sure.clipped()).isZero();
    assertThat(failed.candidate()).isEqualTo(6.908);
    assertThat(failed.better().logE()).isNegative();
  }

  @Test
  void aLossAboveASmallerCapIsCutAndCounted() {
    TestPlan plan =
        Plans.plan(
            Plans.shadow("t")
                .setPrimary(Plans.byLogLoss(Plans.shadow("t")).getPrimaryBuilder().setCap(2)));

    LossSums loss = pair(plan, says(0.01), says(0.5), true).allPairs().loss();

    assertThat(loss.current()).isEqualTo(2);
    assertThat(loss.clipped()).isEqualTo(1);
  }

  @Test
  void aSplitKeepsArmsAndSharesApart() {
    Tally tally = Tally.EMPTY;
    for (double share : List.of(0.5, 0.25)) {
      tally =
          tally
              .plus(SPLIT, new JudgedUnit.Assigned(0, share, true, says(0.9), true))
              .plus(SPLIT, new JudgedUnit.Assigned(0, share, false, says(0.9), false))
              .plus(SPLIT, new JudgedUnit.Assigned(0, share, true, with(ScoreStatus.SHED), null));
    }

    assertThat(tally.arms()).hasSize(2);
    SplitTally half = tally.arms().get(new Tally.Stratum(0, 0.5));
    assertThat(half.candidate().assigned()).isEqualTo(2);
    assertThat(half.candidate().shed()).isEqualTo(1);
    assertThat(half.candidate().right()).isEqualTo(1);
    assertThat(half.candidate().wrong()).isZero();
    assertThat(half.current().assigned()).isEqualTo(1);
    assertThat(half.current().wrong()).isEqualTo(1);
    assertThat(half.current().harm()).isEqualTo(HarmCounts.EMPTY);
    assertThat(half.candidate().labels()).isEqualTo(LabelCounts.EMPTY);
    assertThat(half.current().labels()).isEqualTo(LabelCounts.EMPTY);
  }

  @Test
  void anUnknownEpochOrAnImpossibleShareIsRefusedAndCounted() {
    Tally tally =
        Tally.EMPTY
            .plus(SPLIT, new JudgedUnit.Assigned(7, 0.5, true, says(0.9), true))
            .plus(SPLIT, new JudgedUnit.Assigned(0, 0, true, says(0.9), true))
            .plus(SPLIT, new JudgedUnit.Assigned(0, Double.NaN, true, says(0.9), true));

    assertThat(tally.arms()).isEmpty();
    assertThat(tally.refused()).isEqualTo(3);
  }

  @Test
  void mergingPartsGivesTheWholeAndStorageChangesNothing() {
    for (TestPlan plan : List.of(SHADOW, SHADOW_LOSS, SPLIT, SPLIT_LOSS)) {
      SplittableRandom random = new SplittableRandom(11);
      List<Tally> parts = new ArrayList<>(List.of(Tally.EMPTY, Tally.EMPTY, Tally.EMPTY));
      Tally whole = Tally.EMPTY;
      for (int i = 0; i < 600; i++) {
        JudgedUnit unit = unit(plan, random);
        whole = whole.plus(plan, unit);
        int part = random.nextInt(3);
        parts.set(part, parts.get(part).plus(plan, unit));
      }

      Tally merged = Tally.EMPTY;
      for (Tally part : parts) {
        merged = merged.merge(TallyCodec.read(TallyCodec.write(part)));
      }

      assertThat(merged.pairs().keySet()).isEqualTo(whole.pairs().keySet());
      assertThat(merged.allPairs().right()).isEqualTo(whole.allPairs().right());
      assertThat(merged.allPairs().harm().errors()).isEqualTo(whole.allPairs().harm().errors());
      assertThat(merged.allPairs().loss().better().logE())
          .isCloseTo(whole.allPairs().loss().better().logE(), within(1e-9));
      Tally all = whole;
      merged
          .arms()
          .forEach(
              (stratum, arms) -> {
                assertThat(arms.candidate()).isEqualTo(all.arms().get(stratum).candidate());
                assertThat(arms.current()).isEqualTo(all.arms().get(stratum).current());
                assertThat(arms.loss().worse().logE())
                    .isCloseTo(all.arms().get(stratum).loss().worse().logE(), within(1e-9));
              });
      assertThat(TallyCodec.read(TallyCodec.write(whole))).isEqualTo(whole);
    }
  }

  @Test
  void aTallyOfANewerCollectorIsNotGuessedAt() {
    var newer = TallyCodec.write(Tally.EMPTY).toBuilder().setSchema(99).build();

    assertThatIllegalStateException().isThrownBy(() -> TallyCodec.read(newer));
  }

  private static JudgedUnit unit(TestPlan plan, SplittableRandom random) {
    Boolean positive = random.nextInt(10) == 0 ? null : random.nextBoolean();
    Scored one = random.nextInt(20) == 0 ? with(ScoreStatus.FAILED) : says(random.nextDouble());
    Scored other = random.nextInt(20) == 0 ? Scored.LOST : says(random.nextDouble());
    return plan == SHADOW || plan == SHADOW_LOSS
        ? new JudgedUnit.Pair(0, one, other, positive)
        : new JudgedUnit.Assigned(
            0, random.nextBoolean() ? 0.5 : 0.25, random.nextBoolean(), one, positive);
  }
}
