package dev.understudy.collector.matching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.collector.comparison.Plans;
import dev.understudy.contracts.v1.BreakerPolicy;
import dev.understudy.contracts.v1.KpiLine;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.contracts.v1.VersionScore;
import dev.understudy.contracts.v1.WatchPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A promotion that is watched, and the breaker, from the log to the verdict. */
class WatchMatchTest {
  private static final long BEGIN = 1_000;
  private static final long END = 100_000;
  private static final VersionScore FAILED = Events.with("2", ScoreStatus.FAILED);

  /** Of a promoted "2", with the former "1" in its shadow. */
  private static TestDefinition.Builder watch() {
    TestDefinition.Builder test =
        Plans.shadow("watch")
            .setRolloutId("rollout-mine")
            .setBreaker(BreakerPolicy.newBuilder().setLimit(0.2).setAlpha(1e-4))
            .setWatch(WatchPolicy.newBuilder().setAlpha(0.01).setSlots(20).setSlotMs(3_000));
    test.getPrimaryBuilder().setLine(KpiLine.NON_INFERIORITY).setMargin(0.03).clearMinimumEffect();
    return test;
  }

  /** The promoted version answers; the former one rehearses. */
  private static void request(
      List<Events.Entry> log, long at, int number, VersionScore promoted, VersionScore former) {
    String id = "p" + number;
    log.add(
        Events.prediction(
            at,
            Events.logged(id, "watch")
                .setArm("2")
                .setAnsweredBy("2")
                .addScores(promoted)
                .addScores(Events.with("1", ScoreStatus.EXPECTED))));
    log.add(Events.shadow(at + 20, id, "watch", former));
    log.add(Events.label(at + 30, id, "bad", 0));
  }

  private static List<Events.Entry> ticked(List<Events.Entry> log) {
    List<Events.Entry> all = new ArrayList<>(log);
    for (long at = 500; at <= END; at += 500) {
      all.add(Events.tick(true, at));
      all.add(Events.tick(false, at));
    }
    all.sort(Comparator.comparingLong(Events.Entry::appendedMs));
    return all;
  }

  private static Bench run(TestDefinition.Builder test, List<Events.Entry> log) {
    Bench bench = new Bench(1);
    bench.define(test, BEGIN);
    ticked(log).forEach(entry -> bench.feed(0, entry));
    bench.settle();
    return bench;
  }

  /** From slot 8 on the promoted version is wrong every third time. */
  private static List<Events.Entry> goingWrong() {
    List<Events.Entry> log = new ArrayList<>();
    for (int i = 0; i < 1_500; i++) {
      long at = BEGIN + 1 + i * 40L;
      boolean wrong = at > BEGIN + 24_000 && i % 3 == 0;
      request(log, at, i, Events.answered("2", wrong ? 0.1 : 0.9), Events.answered("1", 0.9));
    }
    return log;
  }

  private static List<Events.Entry> both(VersionScore promoted, VersionScore former) {
    List<Events.Entry> log = new ArrayList<>();
    for (int i = 0; i < 1_500; i++) {
      request(
          log,
          BEGIN + 1 + i * 40L,
          i,
          i % 4 == 0 ? promoted : Events.answered("2", 0.9),
          i % 4 == 0 ? former : Events.answered("1", 0.9));
    }
    return log;
  }

  @Test
  void whoeverAnswersIsThePromotedVersionAndItsShadowTheFormerOne() {
    RolloutEvaluated worse =
        run(watch(), both(Events.answered("2", 0.1), Events.answered("1", 0.9)))
            .evaluations
            .getLast();
    RolloutEvaluated better =
        run(watch(), both(Events.answered("2", 0.9), Events.answered("1", 0.1)))
            .evaluations
            .getLast();

    assertThat(worse.getVerdict()).isEqualTo(Verdict.ROLLBACK);
    assertThat(worse.getCandidate()).isEqualTo("2");
    assertThat(worse.getEvidence().getPrimary().getEffect()).isNegative();
    assertThat(better.getVerdict()).isEqualTo(Verdict.WATCHED_OK);
    assertThat(better.getEvidence().getPrimary().getEffect()).isPositive();
    assertThat(better.getEvidence().getUnits()).isGreaterThan(1_400);
    // Twenty slots, and what was appended in the last must be mature.
    assertThat(better.getLogTimeMs()).isEqualTo(BEGIN + 60_000 + 3_000);
  }

  @Test
  void aRecordOfTheTestBeforeThePromotionIsNotOfTheWatch() {
    List<Events.Entry> log = new ArrayList<>();
    log.add(Events.pair(2_000, "p", "watch", 0.9, 0.9));

    Bench bench = run(watch(), log);

    assertThat(bench.evaluations.getLast().getEvidence().getUnits()).isZero();
    assertThat(bench.evaluations.getLast().getEvidence().getCountsList())
        .anyMatch(count -> count.getName().equals("refused") && count.getValue() == 1);
  }

  @Test
  void aFaultThatBeginsLateIsFoundSlotsLater() {
    Bench bench = run(watch(), goingWrong());

    RolloutEvaluated last = bench.evaluations.getLast();
    assertThat(last.getVerdict()).isEqualTo(Verdict.ROLLBACK);
    assertThat(last.getLogTimeMs()).isBetween(BEGIN + 27_000, BEGIN + 36_000);
    assertThat(bench.ended("watch")).isTrue();
  }

  @Test
  void aJudgeThatIsKilledAgainAndAgainRemembersTheSame() {
    Bench undisturbed = run(watch(), goingWrong());
    Bench disturbed = new Bench(1);
    disturbed.define(watch(), BEGIN);
    int step = 0;
    for (Events.Entry entry : ticked(goingWrong())) {
      disturbed.feed(0, entry);
      disturbed.advance(0, 7);
      disturbed.deliver(0, 2);
      if (step++ % 13 == 0) {
        disturbed.restartJudge();
        disturbed.restartMatcher(0);
      }
    }
    disturbed.settle();

    assertThat(disturbed.evaluations).isEqualTo(undisturbed.evaluations);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 12})
  void aWatchIsReplayedWithAnyNumberOfPartitions(int partitions) {
    List<RolloutEvaluated> original = run(watch(), goingWrong()).evaluations;
    List<RolloutEvaluated> replayed = new ArrayList<>();
    Replay replay = new Replay("rollout-mine", partitions, Bench.KEEP, replayed::add);
    assertThat(replay.define("watch", Plans.defined(watch()).toByteArray(), BEGIN)).isTrue();
    for (Events.Entry entry : ticked(goingWrong())) {
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

    assertThat(replayed).isEqualTo(original);
  }

  @Test
  void theBreakerWaitsForNoLabel() {
    TestDefinition.Builder test =
        Plans.shadow("watch")
            .setHorizonMs(14L * 24 * 60 * 60 * 1000)
            .setBreaker(BreakerPolicy.newBuilder().setLimit(0.2).setAlpha(1e-4));
    List<Events.Entry> log = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      long at = BEGIN + 1 + i * 200L;
      log.add(Events.awaiting(at, "p" + i, "watch", 0.9));
      log.add(
          Events.shadow(
              at + 20, "p" + i, "watch", at < 40_000 ? Events.answered("2", 0.9) : FAILED));
    }

    Bench bench = run(test, log);

    RolloutEvaluated last = bench.evaluations.getLast();
    assertThat(last.getVerdict()).isEqualTo(Verdict.ROLLBACK);
    assertThat(last.getReason()).startsWith("The breaker: ");
    assertThat(last.getLogTimeMs()).isEqualTo(50_000);
    assertThat(last.getEvidence().getUnits()).isZero();
    assertThat(last.getEvidence().getBreaker().getErrors()).isEqualTo(50);
    // Only a test that is over has nothing left.
    assertThat(
            bench
                .tables
                .getFirst()
                .progress()
                .rows(Keys.window("watch", 0), Keys.window("watch", Long.MAX_VALUE), 9))
        .isEmpty();
  }

  @Test
  void anUnusableAnswerIsAnErrorAndALateShadowIsNone() {
    TestDefinition.Builder test =
        Plans.shadow("watch").setBreaker(BreakerPolicy.newBuilder().setLimit(0.2).setAlpha(1e-4));
    List<Events.Entry> log = new ArrayList<>();
    log.add(Events.awaiting(2_000, "unusable", "watch", 0.9));
    log.add(Events.shadow(2_010, "unusable", "watch", Events.answered("2", Double.NaN)));
    log.add(Events.awaiting(2_100, "late", "watch", 0.9));
    log.add(Events.shadow(3_101, "late", "watch", FAILED));
    log.add(Events.awaiting(2_200, "shed", "watch", 0.9));
    log.add(Events.shadow(2_210, "shed", "watch", Events.with("2", ScoreStatus.SHED)));
    log.add(Events.shadow(2_300, "early", "watch", FAILED));
    log.add(Events.awaiting(2_310, "early", "watch", 0.9));
    log.add(Events.shadow(2_320, "early", "watch", FAILED));

    RolloutEvaluated evaluation = run(test, log).at(20_000);

    assertThat(evaluation.getEvidence().getBreaker().getErrors()).isEqualTo(2);
    assertThat(evaluation.getEvidence().getBreaker().getRequests()).isEqualTo(2);
  }

  @Test
  void inASplitOnlyTheCandidatesArmCounts() {
    TestDefinition.Builder test =
        Plans.split("watch").setBreaker(BreakerPolicy.newBuilder().setLimit(0.2).setAlpha(1e-4));
    List<Events.Entry> log = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      String arm = i % 2 == 0 ? "2" : "1";
      log.add(
          Events.prediction(
              BEGIN + 1 + i * 100L,
              SplitEvents.arm("p" + i, "watch", arm)
                  .addScores(Events.with(arm, ScoreStatus.TIMED_OUT))));
    }

    RolloutEvaluated last = run(test, log).evaluations.getLast();

    assertThat(last.getVerdict()).isEqualTo(Verdict.ROLLBACK);
    assertThat(last.getReason()).startsWith("The breaker: ");
    assertThat(last.getLogTimeMs()).isEqualTo(10_000);
    assertThat(last.getEvidence().getBreaker().getRequests()).isEqualTo(45);
  }
}
