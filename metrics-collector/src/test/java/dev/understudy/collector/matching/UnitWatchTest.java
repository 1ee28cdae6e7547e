package dev.understudy.collector.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.collector.comparison.Plans;
import dev.understudy.contracts.v1.ArmProbability;
import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.contracts.v1.WatchPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A promotion that is watched by a hold-back by unit, from the log to the verdict: a quarter of the
 * units stays with the former version "1".
 */
class UnitWatchTest {
  private static final long BEGIN = 1_000;
  private static final long END = 70_000;
  private static final int UNITS = 1_600;

  private static TestDefinition.Builder watch() {
    TestDefinition.Builder test =
        Plans.split("watch")
            .setRolloutId("rollout-mine")
            .setByUnit(true)
            .clearEpochs()
            .addEpochs(Epoch.newBuilder().setShare(0.75))
            .setWatch(WatchPolicy.newBuilder().setAlpha(0.01).setSlots(1).setSlotMs(60_000));
    test.getPolicyBuilder().setAlphaRollback(0.01);
    test.getPrimaryBuilder().setTuningUnits(1_000);
    return test;
  }

  /** In the route the promoted version is current and the former one its candidate. */
  private static PredictionLogged.Builder logged(int number, int unit, double probability) {
    String version = unit % 4 == 0 ? "1" : "2";
    return Events.logged("p" + number, "watch")
        .setMode(RouteMode.SPLIT)
        .setUnitHash(StickyEvents.hash(unit))
        .setArm(version)
        .setAnsweredBy(version)
        .clearProbabilities()
        .addProbabilities(ArmProbability.newBuilder().setVersion("2").setProbability(0.75))
        .addProbabilities(ArmProbability.newBuilder().setVersion("1").setProbability(0.25))
        .addScores(Events.answered(version, probability));
  }

  /** Four requests of each unit, of which so many are right. */
  private static List<Events.Entry> log(double ofPromoted, double ofFormer) {
    SplittableRandom random = new SplittableRandom(5);
    List<Events.Entry> log = new ArrayList<>();
    for (int i = 0; i < 4 * UNITS; i++) {
      long at = BEGIN + 1 + i * 9L;
      int unit = i % UNITS;
      boolean right = random.nextDouble() < (unit % 4 == 0 ? ofFormer : ofPromoted);
      log.add(Events.prediction(at, logged(i, unit, right ? 0.9 : 0.1)));
      log.add(Events.label(at + 30, "p" + i, "bad", 0));
    }
    return ticked(log);
  }

  private static List<Events.Entry> failing(boolean promoted) {
    List<Events.Entry> log = new ArrayList<>();
    for (int i = 0; i < 4 * UNITS; i++) {
      long at = BEGIN + 1 + i * 9L;
      int unit = i % UNITS;
      PredictionLogged.Builder request = logged(i, unit, 0.9);
      if ((unit % 4 != 0) == promoted && unit / 4 % 5 == 0) {
        request.clearScores().addScores(Events.with(request.getArm(), ScoreStatus.FAILED));
      }
      log.add(Events.prediction(at, request));
      log.add(Events.label(at + 30, "p" + i, "bad", 0));
    }
    return ticked(log);
  }

  private static List<Events.Entry> ticked(List<Events.Entry> log) {
    for (long at = 500; at <= END; at += 500) {
      log.add(Events.tick(true, at));
      log.add(Events.tick(false, at));
    }
    log.sort(Comparator.comparingLong(Events.Entry::appendedMs));
    return log;
  }

  private static Bench run(List<Events.Entry> log) {
    Bench bench = new Bench(1);
    bench.define(watch(), BEGIN);
    log.forEach(entry -> bench.feed(0, entry));
    bench.settle();
    return bench;
  }

  @Test
  void aPromotionThatHarmsNobodyStandsWhenItsOnlySlotIsOver() {
    RolloutEvaluated last = run(log(0.8, 0.8)).evaluations.getLast();

    assertThat(last.getVerdict()).isEqualTo(Verdict.WATCHED_OK);
    assertThat(last.getCandidate()).isEqualTo("2");
    assertThat(last.getEvidence().getUnits()).isEqualTo(UNITS);
    assertThat(last.getEvidence().getUnitsCandidate()).isEqualTo(UNITS * 3 / 4);
    assertThat(last.getEvidence().getWatch().getSlots()).isEqualTo(1);
    assertThat(last.getEvidence().getWatch().getLinesCount()).isZero();
    assertThat(last.getEvidence().getPrimary().getStandardError()).isPositive();
    assertThat(last.getEvidence().getHealth().getHealthy()).isTrue();
    assertThat(last.getReason())
        .startsWith("The watch is over and no harm is proven: accuracy")
        .contains("in 1600 units")
        .doesNotContain("nothing could be said");
  }

  @Test
  void aPromotedVersionThatIsWorseIsRolledBackAndABetterOneIsNot() {
    RolloutEvaluated worse = run(log(0.6, 0.8)).evaluations.getLast();
    RolloutEvaluated better = run(log(0.8, 0.6)).evaluations.getLast();

    assertThat(worse.getVerdict()).isEqualTo(Verdict.ROLLBACK);
    assertThat(worse.getReason()).startsWith("The promoted version is worse: accuracy");
    assertThat(worse.getEvidence().getPrimary().getEffect()).isNegative();
    assertThat(worse.getEvidence().getPrimary().getWorse().getNeeded())
        .isCloseTo(Math.log((1 + watch().getGuardsCount()) / 0.01), within(1e-12));
    assertThat(better.getVerdict()).isEqualTo(Verdict.WATCHED_OK);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void unitsThatMeetTroubleAreCountedOnceAndBlamedOnTheirArm(boolean promoted) {
    RolloutEvaluated last = run(failing(promoted)).evaluations.getLast();

    assertThat(last.getVerdict()).isEqualTo(promoted ? Verdict.ROLLBACK : Verdict.WATCHED_OK);
    if (promoted) {
      assertThat(last.getReason()).startsWith("The promoted version does harm");
    } else {
      // Each failed four times.
      assertThat(last.getEvidence().getGuards(0).getCurrentEvents()).isEqualTo(UNITS / 20);
    }
  }

  @Test
  void aWatchOfTooFewUnitsSaysThatNothingCouldBeSaid() {
    List<Events.Entry> log = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      log.add(Events.prediction(BEGIN + 1 + i, logged(i, i, i % 3 == 0 ? 0.1 : 0.9)));
      log.add(Events.label(BEGIN + 10 + i, "p" + i, "bad", 0));
    }

    RolloutEvaluated last = run(ticked(log)).evaluations.getLast();

    assertThat(last.getReason())
        .contains("of it nothing could be said: accuracy by unit needs 200 units");
  }

  @Test
  void aJudgeThatIsKilledAgainAndAgainSaysTheSame() {
    Bench undisturbed = run(log(0.7, 0.8));
    Bench disturbed = new Bench(1);
    disturbed.define(watch(), BEGIN);
    int step = 0;
    for (Events.Entry entry : log(0.7, 0.8)) {
      disturbed.feed(0, entry);
      disturbed.advance(0, 7);
      disturbed.deliver(0, 2);
      if (step++ % 53 == 0) {
        disturbed.restartJudge();
        disturbed.restartMatcher(0);
      }
    }
    disturbed.settle();

    assertThat(disturbed.evaluations).isEqualTo(undisturbed.evaluations);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 12})
  void itIsReplayedWithAnyNumberOfPartitions(int partitions) {
    List<Events.Entry> log = log(0.7, 0.8);
    List<RolloutEvaluated> original = run(log).evaluations;
    List<RolloutEvaluated> replayed = new ArrayList<>();
    Replay replay = new Replay("rollout-mine", partitions, Bench.KEEP, replayed::add);
    assertThat(replay.define("watch", Plans.defined(watch()).toByteArray(), BEGIN)).isTrue();
    for (Events.Entry entry : log) {
      for (int to = 0; to < partitions; to++) {
        if (entry.key() == null || Math.floorMod(Arrays.hashCode(entry.key()), partitions) == to) {
          if (entry.ofPredictions()) {
            replay.prediction(to, entry.key(), entry.value(), entry.appendedMs());
          } else {
            replay.outcome(to, entry.key(), entry.value(), entry.appendedMs());
          }
        }
      }
    }

    assertThat(replayed).hasSameSizeAs(original);
    for (int i = 0; i < replayed.size(); i++) {
      RolloutEvaluated one = replayed.get(i);
      RolloutEvaluated other = original.get(i);
      assertThat(one.getVerdict()).isEqualTo(other.getVerdict());
      assertThat(one.getEvidence().getCountsList()).isEqualTo(other.getEvidence().getCountsList());
      assertThat(one.getEvidence().getPrimary().getWorse().getValue())
          .isCloseTo(other.getEvidence().getPrimary().getWorse().getValue(), within(1e-6));
    }
    if (partitions == 1) {
      assertThat(replayed).isEqualTo(original);
    }
  }
}
