package dev.understudy.collector.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.collector.comparison.Plans;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.matching.MatchCounts.OutcomeStatus;
import dev.understudy.collector.state.v1.Waiting;
import dev.understudy.contracts.v1.Count;
import dev.understudy.contracts.v1.LabelPolicy;
import dev.understudy.contracts.v1.OutcomeObserved;
import dev.understudy.contracts.v1.OutcomeValue;
import dev.understudy.contracts.v1.RolloutEvaluated;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whose labels are wanted first, what became of each, and what one that was drawn counts; one
 * partition, no Kafka. The horizon is 3 s, the shadow's deadline 1 s; the test begins at 1 s.
 */
class LabelWatchTest {
  private final Bench bench = new Bench(1);
  private LabelQueue queue;
  private PartitionMatcher matcher;

  @BeforeEach
  void start() {
    bench.define(Plans.shadow("t"), 1_000);
    restart();
  }

  private void restart() {
    queue = new LabelQueue(bench.counts);
    matcher =
        new PartitionMatcher(
            0, bench.tables.getFirst(), Bench.KEEP, bench, bench.counts, report -> {}, queue);
  }

  private void feed(Events.Entry... entries) {
    for (Events.Entry entry : entries) {
      if (entry.ofPredictions()) {
        matcher.prediction(entry.key(), entry.value(), entry.appendedMs());
      } else {
        matcher.outcome(entry.key(), entry.value(), entry.appendedMs());
      }
    }
  }

  private void passUntil(long at) {
    feed(Events.tick(true, at), Events.tick(false, at));
    while (matcher.advance(1_000)) {
      // Until nothing is left to do.
    }
  }

  private List<String> wanted() {
    return queue.first("demo", "credit-risk", 0, 1_000).stream()
        .map(LabelQueue.Wanted::predictionId)
        .toList();
  }

  private OutcomeState state(String id) {
    PartitionMatcher.Tables tables = bench.tables.getFirst();
    TestPlan plan = bench.find("t").plan();
    byte[] row = tables.waiting().get(Keys.id(id));
    WaitingRoom.Standing standing = Maturity.standing(tables.progress().get(Keys.test("t")), plan);
    try {
      return OutcomeState.of(
          id,
          row == null
              ? null
              : WaitingRoom.seen(id, Waiting.parseFrom(row), any -> standing, Bench.KEEP),
          plan);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void disagreementsAreWantedTheWidestFirst() {
    feed(
        Events.pair(2_000, "narrow", "t", 0.4, 0.6),
        Events.pair(2_000, "agreed", "t", 0.6, 0.9),
        Events.pair(2_000, "wide", "t", 0.1, 0.9),
        Events.pair(2_000, "other", "unheard-of", 0.1, 0.9),
        Events.pair(2_000, "middle", "t", 0.2, 0.7));

    assertThat(wanted()).containsExactly("wide", "middle", "narrow");
    assertThat(queue.first("demo", "credit-risk", 0, 2)).hasSize(2);
    assertThat(queue.first("demo", "other", 0, 10)).isEmpty();
    assertThat(queue.first("demo", "credit-risk", 5_000, 10)).isEmpty();
    assertThat(queue.first("demo", "credit-risk", 4_999, 1).getFirst())
        .isEqualTo(new LabelQueue.Wanted("t", "wide", 0.8, 2_000, 5_000));
  }

  @Test
  void aPredictionThatSeveralTestsWantIsNamedOnce() {
    for (String test : List.of("t", "u")) {
      queue.offer(
          "demo",
          "credit-risk",
          new LabelQueue.Wanted(test, "a", test.equals("t") ? 0.2 : 0.6, 2_000, 5_000));
    }
    queue.offer("demo", "credit-risk", new LabelQueue.Wanted("t", "b", 0.4, 2_000, 5_000));

    assertThat(queue.first("demo", "credit-risk", 0, 10))
        .extracting(LabelQueue.Wanted::predictionId, LabelQueue.Wanted::testId)
        .containsExactly(tuple("a", "u"), tuple("b", "t"));
  }

  @Test
  void aShadowThatComesLaterMakesADisagreement() {
    feed(Events.awaiting(2_000, "a", "t", 0.1));
    List<String> before = wanted();
    feed(Events.shadow(2_100, "a", "t", 0.9));

    assertThat(before).isEmpty();
    assertThat(wanted()).containsExactly("a");
  }

  @Test
  void whatIsLabelledOrMatureIsNotWantedAnyMore() {
    feed(
        Events.pair(2_000, "a", "t", 0.1, 0.9),
        Events.pair(2_000, "b", "t", 0.1, 0.9),
        Events.label(2_500, "a", "bad", 0),
        Events.label(2_500, "b", "nonsense", 0));
    List<String> labelled = wanted();
    passUntil(5_001);

    assertThat(labelled).containsExactly("b");
    assertThat(wanted()).isEmpty();
  }

  @Test
  void aTestThatHasEndedWantsNothing() {
    feed(Events.pair(2_000, "a", "t", 0.1, 0.9));
    bench.end("t");
    passUntil(3_000);

    assertThat(wanted()).isEmpty();
  }

  @Test
  void afterARestartAndALateDefinitionTheQueueIsThereAgain() {
    feed(Events.pair(2_000, "a", "t", 0.1, 0.9), Events.pair(2_000, "b", "u", 0.1, 0.9));
    restart();
    List<String> before = wanted();
    passUntil(2_500);
    List<String> known = wanted();
    bench.define(Plans.shadow("u"), 1_000);
    passUntil(2_600);

    assertThat(before).isEmpty();
    assertThat(known).containsExactly("a");
    assertThat(wanted()).containsExactly("a", "b");
  }

  @Test
  void whoFindsNoRoomIsCountedAndTheMostTellingStay() {
    for (int i = 0; i < LabelQueue.MOST + 10; i++) {
      feed(Events.pair(2_000, "p" + i, "t", 0.4, 0.5 + i * 0.001));
    }

    assertThat(wanted()).hasSize(LabelQueue.MOST).startsWith("p209").doesNotContain("p9");
    assertThat(bench.counts.queueFull).isEqualTo(10);
  }

  @Test
  void ofALossEveryDifferenceIsWanted() {
    bench.define(Plans.byLogLoss(Plans.shadow("l")), 1_000);

    feed(
        Events.pair(2_000, "same", "l", 0.6, 0.6),
        Events.pair(2_000, "small", "l", 0.6, 0.7),
        Events.pair(2_000, "large", "l", 0.6, 0.999));

    assertThat(wanted()).containsExactly("large", "small");
  }

  @Test
  void whatBecameOfAnOutcomeCanBeAsked() {
    feed(Events.label(1_500, "early", "bad", 0));
    OutcomeState early = state("early");
    feed(
        Events.pair(2_000, "a", "t", 0.1, 0.9),
        Events.pair(2_000, "early", "t", 0.1, 0.9),
        Events.pair(2_000, "never", "t", 0.1, 0.9));
    OutcomeState awaited = state("a");
    feed(Events.label(2_500, "a", "bad", 0));
    OutcomeState matched = state("a");
    feed(Events.label(2_600, "a", "bad", 0));
    OutcomeState repeated = state("a");
    feed(Events.label(2_700, "a", "good", 1));
    OutcomeState corrected = state("a");
    feed(Events.label(2_800, "a", "excellent", 2));
    OutcomeState unusable = state("a");
    feed(Events.label(5_100, "a", "bad", 3));
    OutcomeState late = state("a");
    passUntil(6_000);
    feed(Events.label(7_000, "never", "bad", 0));

    assertThat(state("nobody").status()).isEqualTo("unknown");
    assertThat(early.status()).isEqualTo("pending");
    assertThat(early.waitsFor()).isEqualTo("prediction");
    assertThat(state("early").status()).isEqualTo("matched");
    assertThat(awaited.status()).isEqualTo("pending");
    assertThat(awaited.waitsFor()).isEqualTo("outcome");
    assertThat(awaited.labelUntil()).isEqualTo(Instant.ofEpochMilli(5_000));
    assertThat(awaited.testId()).isEqualTo("t");
    assertThat(matched.status()).isEqualTo("matched");
    assertThat(matched.waitsFor()).isNull();
    assertThat(repeated.status()).isEqualTo("duplicate");
    assertThat(repeated.lastOutcome().at()).isEqualTo(Instant.ofEpochMilli(2_600));
    assertThat(repeated.outcomes()).hasSize(1);
    assertThat(corrected.status()).isEqualTo("corrected");
    assertThat(corrected.outcomes()).extracting(OutcomeState.Seen::revision).containsExactly(0, 1);
    assertThat(unusable.status()).isEqualTo("unusable");
    assertThat(late.status()).isEqualTo("late");
    assertThat(late.judged()).isFalse();
    assertThat(state("a").judged()).isTrue();
    assertThat(state("a").lastOutcome().revision()).isEqualTo(3);
    assertThat(state("never").status()).isEqualTo("late");
    assertThat(state("never").outcomes()).isEmpty();
  }

  @Test
  void whatWasJudgedWithoutALabelIsUnlabelled() {
    feed(Events.pair(2_000, "a", "t", 0.1, 0.9));
    passUntil(6_000);

    assertThat(state("a").status()).isEqualTo("unlabelled");
    assertThat(state("a").judged()).isTrue();
    assertThat(state("a").labelUntil()).isNull();
  }

  @Test
  void anOutcomeOfAnotherModelSaysNothingAboutThePrediction() {
    feed(
        Events.pair(2_000, "a", "t", 0.1, 0.9),
        Events.outcome(2_500, outcome("a", "bad").setModel("other")));

    assertThat(state("a").status()).isEqualTo("pending");
    assertThat(state("a").lastOutcome()).isNull();
  }

  @Test
  void howLongLabelsTakeIsMeasured() {
    feed(
        Events.pair(2_000, "a", "t", 0.1, 0.9),
        Events.label(2_700, "a", "bad", 0),
        Events.label(4_000, "a", "good", 1),
        Events.label(4_000, "a", "good", 1));

    assertThat(bench.counts.lags).containsExactly(700L, 2_000L);
  }

  @Test
  void aDrawnLabelNeedsAProbabilityThatCanBeUsed() {
    Bench drawn = new Bench(1);
    drawn.define(
        Plans.shadow("d").setLabels(LabelPolicy.newBuilder().setLeastProbability(0.25)), 1_000);

    drawn.run(
        9_000,
        Events.pair(2_000, "a", "d", 0.1, 0.9),
        Events.pair(2_000, "b", "d", 0.1, 0.9),
        Events.pair(2_000, "c", "d", 0.1, 0.9),
        Events.pair(2_000, "e", "d", 0.1, 0.9),
        Events.pair(2_000, "f", "d", 0.1, 0.9),
        Events.outcome(2_500, outcome("a", "bad").setLabellingProbability(0.25)),
        Events.outcome(2_500, outcome("b", "bad").setLabellingProbability(0.2)),
        Events.outcome(2_500, outcome("c", "bad")),
        Events.outcome(2_500, outcome("e", "bad").setLabellingProbability(1.5)));

    RolloutEvaluated evaluation = drawn.at(8_000);
    assertThat(count(evaluation, "right candidate only")).isEqualTo(1);
    assertThat(count(evaluation, "unlabelled")).isEqualTo(2);
    assertThat(count(evaluation, "no label drawn")).isEqualTo(2);
    assertThat(evaluation.getEvidence().getUnits()).isEqualTo(3);
    assertThat(evaluation.getEvidence().getPrimary().getEffect()).isEqualTo(4.0 / 3);
    assertThat(drawn.counts.outcomes)
        .containsEntry(OutcomeStatus.MATCHED, 1)
        .containsEntry(OutcomeStatus.UNUSABLE, 2)
        .containsEntry(OutcomeStatus.REFUSED, 1);
  }

  private static OutcomeObserved.Builder outcome(String id, String value) {
    return OutcomeObserved.newBuilder()
        .setPredictionId(id)
        .setName("status")
        .setValue(OutcomeValue.newBuilder().setText(value));
  }

  private static long count(RolloutEvaluated evaluation, String name) {
    return evaluation.getEvidence().getCountsList().stream()
        .filter(count -> count.getName().equals("epoch 0 " + name))
        .mapToLong(Count::getValue)
        .findFirst()
        .orElse(0);
  }
}
