package dev.understudy.collector.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.collector.comparison.Plans;
import dev.understudy.collector.matching.MatchCounts.PredictionStatus;
import dev.understudy.collector.matching.MatchCounts.ShadowStatus;
import dev.understudy.contracts.v1.ArmProbability;
import dev.understudy.contracts.v1.Count;
import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.ErrorBudget;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.TestDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Candidates "2" and "3" against current "1" at the same time, each in a test of its own. */
class SeveralCandidatesTest {
  private static final Map<String, Double> THIRDS = Map.of("1", 0.4, "2", 0.2, "3", 0.4);

  private static TestDefinition.Builder of(TestDefinition.Builder test, String candidate) {
    test.setRolloutId("r").clearCandidates().addCandidates(candidate);
    test.getPolicyBuilder().setAlphaPromote(0.025).setAlphaRollback(0.025);
    return test.setBudget(
        ErrorBudget.newBuilder().setCandidates(2).setAlphaPromote(0.05).setAlphaRollback(0.05));
  }

  private static Bench shadows() {
    Bench bench = new Bench(1);
    bench.define(of(Plans.shadow("two"), "2"), 1_000);
    bench.define(of(Plans.shadow("three"), "3"), 1_000);
    return bench;
  }

  private static Bench splits() {
    Bench bench = new Bench(1);
    for (String candidate : List.of("2", "3")) {
      bench.define(
          of(Plans.split(candidate.equals("2") ? "two" : "three"), candidate)
              .clearEpochs()
              .addEpochs(Epoch.newBuilder().setShare(0.2)),
          1_000);
    }
    return bench;
  }

  private static PredictionLogged.Builder both(String id) {
    return Events.logged(id, "two").addFurtherTests("three");
  }

  private static Events.Entry triple(long at, String id, double current, double two, double three) {
    return Events.prediction(
        at,
        both(id)
            .addScores(Events.answered("1", current))
            .addScores(Events.answered("2", two))
            .addScores(Events.answered("3", three)));
  }

  private static RolloutEvaluated last(Bench bench, String testId) {
    return bench.evaluations.stream()
        .filter(one -> one.getTestId().equals(testId))
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  private static long count(RolloutEvaluated evaluation, String name) {
    return evaluation.getEvidence().getCountsList().stream()
        .filter(count -> count.getName().equals(name))
        .mapToLong(Count::getValue)
        .findFirst()
        .orElse(0);
  }

  /** A request of a split, as the gateway logs it: for the tests of its arm. */
  private static Events.Entry assigned(
      long at, String id, String arm, double probability, Map<String, Double> shares) {
    PredictionLogged.Builder logged =
        SplitEvents.arm(id, arm.equals("3") ? "three" : "two", arm).clearProbabilities();
    if (arm.equals("1")) {
      logged.addFurtherTests("three");
    }
    shares.forEach(
        (version, share) ->
            logged.addProbabilities(
                ArmProbability.newBuilder().setVersion(version).setProbability(share)));
    return Events.prediction(at, logged.addScores(Events.answered(arm, probability)));
  }

  @Test
  void oneRequestIsCountedByTheTestOfEachCandidate() {
    Bench bench = shadows();

    bench.run(
        8_000,
        triple(2_000, "a", 0.1, 0.9, 0.1),
        triple(2_100, "b", 0.1, 0.9, 0.9),
        Events.label(2_500, "a", "bad", 0),
        Events.label(2_500, "b", "bad", 0));

    assertThat(last(bench, "two").getCandidate()).isEqualTo("2");
    assertThat(last(bench, "two").getEvidence().getUnits()).isEqualTo(2);
    assertThat(count(last(bench, "two"), "epoch 0 right candidate only")).isEqualTo(2);
    assertThat(last(bench, "three").getEvidence().getUnits()).isEqualTo(2);
    assertThat(count(last(bench, "three"), "epoch 0 right candidate only")).isEqualTo(1);
    assertThat(bench.counts.predictions).containsEntry(PredictionStatus.JUDGED, 4);
  }

  @Test
  void eachShadowIsThatOfItsOwnTestAndNobodyMissesTheOther() {
    Bench bench = shadows();

    bench.run(
        8_000,
        Events.prediction(
            2_000,
            both("a")
                .addScores(Events.answered("1", 0.1))
                .addScores(Events.with("2", ScoreStatus.EXPECTED))
                .addScores(Events.with("3", ScoreStatus.EXPECTED))),
        Events.shadow(2_100, "a", "two", Events.answered("2", 0.9)),
        Events.label(2_500, "a", "bad", 0));

    assertThat(last(bench, "two").getEvidence().getUnits()).isEqualTo(1);
    assertThat(last(bench, "two").getEvidence().getHealth().getCompleteness()).isEqualTo(1);
    assertThat(count(last(bench, "three"), "epoch 0 lost")).isEqualTo(1);
    assertThat(last(bench, "three").getEvidence().getHealth().getCompleteness()).isZero();
    assertThat(bench.counts.shadows).containsEntry(ShadowStatus.KEPT, 1);
  }

  @Test
  void aTestThatEndsLeavesTheRowsToTheOther() {
    Bench bench = shadows();
    bench.feed(0, triple(2_000, "a", 0.1, 0.9, 0.9));
    bench.feed(0, Events.label(2_100, "a", "bad", 0));
    bench.end("two");

    bench.run(4_000);
    bench.run(12_000, triple(4_100, "b", 0.1, 0.9, 0.9), Events.label(4_200, "b", "bad", 0));

    assertThat(last(bench, "three").getEvidence().getUnits()).isEqualTo(2);
    assertThat(bench.evaluations).noneMatch(one -> one.getTestId().equals("two"));
  }

  @Test
  void aLongerHorizonKeepsTheRowForItsTestAfterTheOtherHasCounted() {
    Bench bench = new Bench(1);
    bench.define(of(Plans.shadow("two"), "2"), 1_000);
    bench.define(of(Plans.shadow("three"), "3").setHorizonMs(6_000), 1_000);

    bench.run(6_000, triple(2_000, "a", 0.1, 0.9, 0.9));
    bench.run(12_000, Events.label(7_500, "a", "bad", 0));

    assertThat(count(last(bench, "two"), "epoch 0 unlabelled")).isEqualTo(1);
    assertThat(last(bench, "two").getEvidence().getUnits()).isZero();
    assertThat(last(bench, "three").getEvidence().getUnits()).isEqualTo(1);
  }

  @Test
  void aDefinitionThatComesLateDelaysOnlyItsOwnTest() {
    Bench bench = new Bench(1);
    bench.define(of(Plans.shadow("two"), "2"), 1_000);
    bench.run(7_000, triple(2_000, "a", 0.1, 0.9, 0.9), Events.label(2_500, "a", "bad", 0));
    assertThat(last(bench, "two").getEvidence().getUnits()).isEqualTo(1);

    bench.define(of(Plans.shadow("three"), "3"), 1_000);
    bench.run(9_000);

    assertThat(last(bench, "three").getEvidence().getUnits()).isEqualTo(1);
  }

  @Test
  void aTestThatIsNeverDefinedDoesNotTakeTheRowFromTheOther() {
    Bench bench = new Bench(1, new Keep(60_000, 5_000, 2_000));
    bench.define(of(Plans.shadow("two"), "2").setHorizonMs(90_000), 1_000);

    bench.run(70_000, triple(2_000, "a", 0.1, 0.9, 0.9));
    bench.run(80_000, Events.label(71_000, "a", "bad", 0));
    bench.run(100_000);

    assertThat(last(bench, "two").getEvidence().getUnits()).isEqualTo(1);
  }

  @Test
  void ofThreeArmsEachTestHasTwoAndTheirSharesAreThoseAmongThem() {
    Bench bench = splits();

    bench.run(
        8_000,
        assigned(2_000, "a", "1", 0.9, THIRDS),
        assigned(2_001, "b", "2", 0.9, THIRDS),
        assigned(2_002, "c", "3", 0.9, THIRDS),
        assigned(2_003, "d", "3", 0.9, THIRDS),
        Events.label(2_500, "a", "bad", 0),
        Events.label(2_500, "b", "bad", 0),
        Events.label(2_500, "c", "bad", 0),
        Events.label(2_500, "d", "bad", 0));

    assertThat(last(bench, "two").getEvidence().getUnits()).isEqualTo(2);
    assertThat(last(bench, "two").getEvidence().getUnitsCandidate()).isEqualTo(1);
    assertThat(last(bench, "three").getEvidence().getUnits()).isEqualTo(3);
    assertThat(last(bench, "three").getEvidence().getUnitsCandidate()).isEqualTo(2);
    assertThat(last(bench, "two").getEvidence().getHealth().getCompleteness()).isEqualTo(1);
    assertThat(last(bench, "two").getEvidence().getCountsList())
        .extracting(Count::getName)
        .anyMatch(name -> name.contains("share " + 0.2 / (0.2 + 0.4)));
    assertThat(last(bench, "three").getEvidence().getCountsList())
        .extracting(Count::getName)
        .anyMatch(name -> name.contains("share 0.5 "));
    assertThat(bench.counts.predictions).containsEntry(PredictionStatus.JUDGED, 5);
  }

  @Test
  void theTrafficOfThreeArmsIsAsPlannedForBothTests() {
    Bench bench = splits();
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 4_000; i++) {
      double point = random.nextDouble();
      String arm = point < 0.2 ? "2" : point < 0.6 ? "3" : "1";
      bench.feed(0, assigned(2_000 + i, "p" + i, arm, 0.9, THIRDS));
      bench.feed(0, Events.label(2_000 + i, "p" + i, "bad", 0));
    }

    bench.run(20_000);

    for (String test : List.of("two", "three")) {
      RolloutEvaluated evaluation = last(bench, test);
      assertThat(evaluation.getEvidence().getHealth().getProblemsList()).isEmpty();
      assertThat(evaluation.getEvidence().getHealth().getSampleRatio().getValue()).isLessThan(2);
      double share =
          (double) evaluation.getEvidence().getUnitsCandidate()
              / evaluation.getEvidence().getUnits();
      assertThat(share).isCloseTo(test.equals("two") ? 1.0 / 3 : 0.5, within(0.03));
    }
  }

  @Test
  void whatTheOtherCandidateDoesChangesNoEvidence() {
    Map<String, Double> alone = Map.of("1", 0.5, "2", 0.5);
    Map<String, Double> among = Map.of("1", 0.25, "2", 0.25, "3", 0.5);
    Bench without = splits();
    Bench with = splits();
    SplittableRandom random = new SplittableRandom(9);
    for (int i = 0; i < 600; i++) {
      String id = "p" + i;
      String arm = random.nextBoolean() ? "1" : "2";
      double probability = random.nextDouble();
      String outcome = random.nextBoolean() ? "bad" : "good";
      without.feed(0, assigned(2_000 + 10 * i, id, arm, probability, alone));
      with.feed(0, assigned(2_000 + 10 * i, id, arm, probability, among));
      with.feed(0, assigned(2_000 + 10 * i, "q" + i, "3", random.nextDouble(), among));
      for (Bench bench : List.of(without, with)) {
        bench.feed(0, Events.label(2_100 + 10 * i, id, outcome, 0));
      }
    }

    without.run(20_000);
    with.run(20_000);

    assertThat(last(with, "two")).isEqualTo(last(without, "two"));
    assertThat(last(with, "two").getEvidence().getUnits()).isEqualTo(600);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aReplayOfTheRolloutJudgesBothTestsAsTheyWere(int partitions) {
    List<Events.Entry> log = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < 300; i++) {
      long at = 2_000 + 40L * i;
      log.add(triple(at, "p" + i, random.nextDouble(), random.nextDouble(), random.nextDouble()));
      log.add(Events.label(at + 20, "p" + i, random.nextBoolean() ? "bad" : "good", 0));
    }
    Bench bench = shadows();
    bench.run(25_000, log.toArray(Events.Entry[]::new));

    List<RolloutEvaluated> replayed = new ArrayList<>();
    Replay replay = new Replay("r", partitions, Bench.KEEP, replayed::add);
    for (String candidate : List.of("2", "3")) {
      String test = candidate.equals("2") ? "two" : "three";
      TestDefinition.Builder defined = of(Plans.shadow(test), candidate);
      assertThat(replay.define(test, Plans.defined(defined).toByteArray(), 1_000)).isTrue();
    }
    log.add(Events.tick(true, 25_000));
    log.add(Events.tick(false, 25_000));
    for (Events.Entry entry : log) {
      for (int to = 0; to < partitions; to++) {
        boolean here =
            entry.key() == null || entry.key()[entry.key().length - 1] % partitions == to;
        if (here && entry.ofPredictions()) {
          replay.prediction(to, entry.key(), entry.value(), entry.appendedMs());
        } else if (here) {
          replay.outcome(to, entry.key(), entry.value(), entry.appendedMs());
        }
      }
    }

    for (String test : List.of("two", "three")) {
      List<RolloutEvaluated> before =
          bench.evaluations.stream().filter(one -> one.getTestId().equals(test)).toList();
      List<RolloutEvaluated> after =
          replayed.stream().filter(one -> one.getTestId().equals(test)).toList();
      assertThat(before.getLast().getEvidence().getUnits()).isEqualTo(300);
      assertThat(after).isEqualTo(before);
    }
  }

  @Test
  void aRecordThatNamesATestTwiceIsRefused() {
    Bench bench = shadows();

    bench.run(
        8_000,
        Events.prediction(2_000, Events.logged("a", "two").addFurtherTests("two")),
        Events.prediction(2_000, Events.logged("b", "").addFurtherTests("two")),
        Events.prediction(2_000, Events.logged("c", "two").addFurtherTests("no name")));

    assertThat(bench.counts.predictions).containsEntry(PredictionStatus.REFUSED, 3);
  }
}
