package dev.understudy.collector.matching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.collector.comparison.Plans;
import dev.understudy.contracts.v1.BreakerPolicy;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.contracts.v1.WatchPolicy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The promise of the join: whatever happens to a collector, the evaluations are those of the log. A
 * random log is read in random interleavings of its inputs, with definitions that become known at
 * random moments, killed matchers and judges, small budgets and partitions that lag behind.
 */
class DeterminismTest {
  private static final int PARTITIONS = 3;
  private static final long END = 40_000;

  /** Rows expire during the run, so that clearing early or late is part of the game. */
  private static final Keep KEEP = new Keep(4_000, 5_000, 3_600_000);

  /** The two inputs of each partition. */
  private record Log(List<List<Events.Entry>> inputs) {}

  private static TestDefinition.Builder early() {
    TestDefinition.Builder test = Plans.byLogLoss(Plans.shadow("early")).setBreaker(breaker());
    test.getPolicyBuilder().setAlphaRollback(1e-30);
    return test;
  }

  private static TestDefinition.Builder late() {
    return Plans.split("late")
        .setBreaker(breaker())
        .setWatch(WatchPolicy.newBuilder().setAlpha(1e-9).setSlots(12).setSlotMs(2_000));
  }

  /** Its evidence comes and goes, and is never enough. */
  private static BreakerPolicy breaker() {
    return BreakerPolicy.newBuilder().setLimit(0.05).setAlpha(1e-30).build();
  }

  /** Another candidate beside the one of the early test, with a longer horizon. */
  private static TestDefinition.Builder rival() {
    TestDefinition.Builder test = Plans.byLogLoss(Plans.shadow("rival")).setBreaker(breaker());
    test.getPolicyBuilder().setAlphaRollback(1e-30);
    return test.clearCandidates().addCandidates("3").setHorizonMs(4_500);
  }

  private static TestDefinition.Builder sticky() {
    return StickyEvents.definition("sticky");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void everyReaderOfALogEvaluatesItAlike(long seed) {
    Log log = log(new SplittableRandom(seed));
    List<RolloutEvaluated> undisturbed = undisturbed(log);

    for (int attempt = 0; attempt < 12; attempt++) {
      List<RolloutEvaluated> disturbed =
          disturbed(log, new SplittableRandom(seed * 1_000 + attempt));

      assertThat(of("early", disturbed)).isEqualTo(of("early", undisturbed));
      assertThat(of("rival", disturbed)).isEqualTo(of("rival", undisturbed));
      assertThat(of("late", disturbed)).isEqualTo(of("late", undisturbed));
      assertThat(of("sticky", disturbed)).isEqualTo(of("sticky", undisturbed));
    }
  }

  @Test
  void theLogHasSomethingToJudge() {
    List<RolloutEvaluated> evaluations = undisturbed(log(new SplittableRandom(1)));

    RolloutEvaluated early = of("early", evaluations).getLast();
    assertThat(early.getEvidence().getUnits()).isGreaterThan(90);
    assertThat(early.getEvidence().getHealth().getCompleteness()).isBetween(0.5, 0.99);
    assertThat(of("late", evaluations).getLast().getEvidence().getUnits()).isGreaterThan(90);
    assertThat(of("rival", evaluations).getLast().getEvidence().getUnits()).isBetween(50L, 150L);
    RolloutEvaluated sticky = of("sticky", evaluations).getLast();
    assertThat(sticky.getEvidence().getUnits()).isEqualTo(40);
    assertThat(sticky.getEvidence().getUnitFigures().getPredictions()).isGreaterThan(250);
    assertThat(sticky.getEvidence().getUnitFigures().getWithoutCovariate()).isBetween(1L, 39L);
    assertThat(evaluations).noneMatch(one -> one.getVerdict() == Verdict.PROMOTE);
    assertThat(of("late", evaluations).getLast().getEvidence().getWatch().getSlot()).isEqualTo(12);
    for (String test : List.of("early", "late")) {
      assertThat(of(test, evaluations))
          .anyMatch(one -> one.getEvidence().getBreaker().getEvidence().getValue() != 0);
    }
  }

  private static List<RolloutEvaluated> of(String testId, List<RolloutEvaluated> all) {
    return all.stream().filter(one -> one.getTestId().equals(testId)).toList();
  }

  private static List<RolloutEvaluated> undisturbed(Log log) {
    Bench bench = new Bench(PARTITIONS, KEEP);
    bench.define(early(), 1_000);
    bench.define(rival(), 1_000);
    bench.define(late(), 7_654);
    bench.define(sticky(), 2_345);
    for (int input = 0; input < log.inputs().size(); input++) {
      for (Events.Entry entry : log.inputs().get(input)) {
        bench.feed(input / 2, entry);
      }
    }
    bench.settle();
    return bench.evaluations;
  }

  private static List<RolloutEvaluated> disturbed(Log log, SplittableRandom random) {
    Bench bench = new Bench(PARTITIONS, KEEP);
    List<Deque<Events.Entry>> left = new ArrayList<>();
    log.inputs().forEach(input -> left.add(new ArrayDeque<>(input)));
    int total = log.inputs().stream().mapToInt(List::size).sum();
    int earlyKnown = random.nextInt(total);
    int rivalKnown = random.nextInt(total);
    int lateKnown = random.nextInt(total);
    int stickyKnown = random.nextInt(total);
    int bias = random.nextInt(left.size());
    for (int step = 0; step < total; step++) {
      if (step == earlyKnown) {
        bench.define(early(), 1_000);
      }
      if (step == rivalKnown) {
        bench.define(rival(), 1_000);
      }
      if (step == lateKnown) {
        bench.define(late(), 7_654);
      }
      if (step == stickyKnown) {
        bench.define(sticky(), 2_345);
      }
      int input = random.nextInt(3) == 0 ? bias : random.nextInt(left.size());
      while (left.get(input).isEmpty()) {
        input = random.nextInt(left.size());
      }
      bench.feed(input / 2, left.get(input).remove());
      disturb(bench, input / 2, random);
      bias = random.nextInt(200) == 0 ? random.nextInt(left.size()) : bias;
    }
    bench.settle();
    return bench.evaluations;
  }

  private static void disturb(Bench bench, int partition, SplittableRandom random) {
    if (random.nextInt(2) == 0) {
      bench.advance(partition, 1 + random.nextInt(30));
    }
    if (random.nextInt(3) == 0) {
      bench.deliver(random.nextInt(PARTITIONS), 1 + random.nextInt(3));
    }
    if (random.nextInt(40) == 0) {
      bench.restartMatcher(partition);
    }
    if (random.nextInt(40) == 0) {
      bench.restartJudge();
    }
  }

  private static Log log(SplittableRandom random) {
    List<List<Events.Entry>> inputs = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      List<Events.Entry> predictions = new ArrayList<>();
      List<Events.Entry> outcomes = new ArrayList<>();
      for (int i = 0; i < 250; i++) {
        String id = "p" + partition + "-" + i;
        long at = time(random, 500, 30_000);
        boolean split = at > 8_000 && random.nextBoolean();
        predictions.add(split ? assigned(at, id, random) : paired(at, id, random, predictions));
        if (random.nextInt(40) == 0) {
          predictions.add(Events.pair(time(random, at, at + 3_000), id, "early", 0.9, 0.1));
        }
        labels(at, id, random, outcomes);
      }
      for (int i = 0; i < 150; i++) {
        String id = "s" + partition + "-" + i;
        long at = time(random, 3_000, 30_000);
        predictions.add(
            StickyEvents.request(
                at, id, "sticky", random.nextInt(40), at < 15_000 ? 0 : 1, random));
        labels(at, id, random, outcomes);
      }
      for (long second = 300; second < END; second += 500 + random.nextInt(2_000)) {
        predictions.add(Events.tick(true, second));
        outcomes.add(Events.tick(false, time(random, second, second + 400)));
      }
      predictions.add(Events.tick(true, END + random.nextInt(1_000)));
      outcomes.add(Events.tick(false, END + random.nextInt(1_000)));
      Comparator<Events.Entry> byTime = Comparator.comparingLong(Events.Entry::appendedMs);
      predictions.sort(byTime);
      outcomes.sort(byTime);
      inputs.add(predictions);
      inputs.add(outcomes);
    }
    return new Log(inputs);
  }

  private static Events.Entry paired(
      long at, String id, SplittableRandom random, List<Events.Entry> predictions) {
    if (random.nextInt(4) == 0) {
      return Events.prediction(
          at,
          Events.logged(id, "early")
              .addFurtherTests("rival")
              .addScores(Events.answered("1", random.nextDouble()))
              .addScores(Events.answered("2", random.nextDouble()))
              .addScores(Events.answered("3", random.nextDouble())));
    }
    if (random.nextInt(3) == 0) {
      return Events.pair(at, id, "early", random.nextDouble(), random.nextDouble());
    }
    if (random.nextInt(10) > 0) {
      long shadow = Math.max(0, time(random, at - 200, at + 1_200));
      predictions.add(
          random.nextInt(6) == 0
              ? Events.shadow(shadow, id, "early", Events.with("2", ScoreStatus.FAILED))
              : Events.shadow(shadow, id, "early", random.nextDouble()));
    }
    return Events.awaiting(at, id, "early", random.nextDouble());
  }

  private static Events.Entry assigned(long at, String id, SplittableRandom random) {
    String arm = random.nextBoolean() ? "1" : "2";
    return Events.prediction(
        at,
        random.nextInt(8) == 0
            ? SplitEvents.arm(id, "late", arm).addScores(Events.with(arm, ScoreStatus.TIMED_OUT))
            : SplitEvents.logged(id, "late", arm, random.nextDouble()));
  }

  private static void labels(
      long at, String id, SplittableRandom random, List<Events.Entry> outcomes) {
    int labels = random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(3);
    for (int revision = 0; revision < labels; revision++) {
      long when = Math.max(0, time(random, at - 5_000, at + (revision == 0 ? 3_100 : 6_000)));
      String value = random.nextBoolean() ? "bad" : "good";
      outcomes.add(Events.label(when, id, value, random.nextInt(3)));
    }
  }

  /** Whole seconds and exact horizons are where mistakes live, so they are frequent. */
  private static long time(SplittableRandom random, long from, long to) {
    long at = random.nextLong(from, to + 1);
    return random.nextInt(3) == 0 ? at / 1_000 * 1_000 : at;
  }
}
