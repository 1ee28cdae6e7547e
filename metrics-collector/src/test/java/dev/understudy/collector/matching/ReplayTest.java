package dev.understudy.collector.matching;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.collector.comparison.Plans;
import dev.understudy.contracts.v1.BreakerPolicy;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.TestDefinition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A log judged once by the join of the tests and once by {@link Replay}, however divided. */
class ReplayTest {
  private static final Keep KEEP = new Keep(60_000, 60_000, 3_600_000);

  private static List<Events.Entry> log() {
    SplittableRandom random = new SplittableRandom(5);
    List<Events.Entry> log = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      String id = "p" + i;
      long at = 2_000 + random.nextLong(20_000);
      String test = random.nextBoolean() ? "mine" : "theirs";
      log.add(Events.pair(at, id, test, random.nextDouble(), random.nextDouble()));
      log.add(
          Events.label(at + random.nextLong(2_900), id, random.nextBoolean() ? "bad" : "good", 0));
    }
    for (long at = 0; at < 30_000; at += 500) {
      log.add(Events.tick(true, at));
      log.add(Events.tick(false, at));
    }
    log.sort(Comparator.comparingLong(Events.Entry::appendedMs));
    return log;
  }

  private static Replay replay(int partitions, List<RolloutEvaluated> evaluations) {
    Replay replay = new Replay("rollout-mine", partitions, KEEP, evaluations::add);
    assertThat(replay.define("mine", defined("mine"), 1_000)).isTrue();
    assertThat(replay.define("theirs", defined("theirs"), 1_000)).isFalse();
    return replay;
  }

  private static byte[] defined(String id) {
    return Plans.defined(test(id)).toByteArray();
  }

  private static TestDefinition.Builder test(String id) {
    return Plans.byLogLoss(Plans.shadow(id))
        .setBreaker(BreakerPolicy.newBuilder().setLimit(0.2).setAlpha(1e-4));
  }

  private static void feed(Replay replay, int partitions, List<Events.Entry> log) {
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
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 12})
  void theRolloutIsJudgedAsItWasWithAnyNumberOfPartitions(int partitions) {
    Bench bench = new Bench(1, KEEP);
    bench.define(test("mine"), 1_000);
    bench.define(test("theirs"), 1_000);
    log().forEach(entry -> bench.feed(0, entry));
    bench.settle();
    List<RolloutEvaluated> original =
        bench.evaluations.stream().filter(one -> one.getTestId().equals("mine")).toList();

    List<RolloutEvaluated> replayed = new ArrayList<>();
    feed(replay(partitions, replayed), partitions, log());

    assertThat(original).hasSizeGreaterThan(20);
    assertThat(original.getLast().getEvidence().getUnits()).isGreaterThan(100);
    assertThat(original.getLast().getEvidence().getBreaker().getRequests()).isGreaterThan(100);
    assertThat(replayed).hasSameSizeAs(original);
    for (int i = 0; i < original.size(); i++) {
      assertThat(replayed.get(i).getVerdict()).isEqualTo(original.get(i).getVerdict());
      assertThat(replayed.get(i).getEvidence().getCountsList())
          .isEqualTo(original.get(i).getEvidence().getCountsList());
      assertThat(replayed.get(i).getEvidence().getBreaker())
          .isEqualTo(original.get(i).getEvidence().getBreaker());
    }
    if (partitions == 1) {
      assertThat(replayed).isEqualTo(original);
    }
  }

  @Test
  void itIsFinishedWithTheLastVerdictOfItsOwnTests() {
    List<RolloutEvaluated> evaluations = new ArrayList<>();
    Replay replay = new Replay("rollout-mine", 1, KEEP, evaluations::add);
    var test = Plans.shadow("mine");
    test.getPolicyBuilder().setMaximumDurationMs(6_000).setMinimumUnits(1).setAlphaPromote(1e-300);
    test.getPolicyBuilder().setAlphaRollback(1e-300).setAlphaFutility(1e-300);
    assertThat(replay.define("mine", Plans.defined(test).toByteArray(), 1_000)).isTrue();
    assertThat(replay.finished()).isFalse();

    feed(replay, 1, log());

    assertThat(replay.finished()).isTrue();
    assertThat(evaluations.getLast().getLogTimeMs()).isLessThan(20_000);
  }

  @Test
  void whatIsNoDefinitionDefinesNothingAndTheFirstIsTheDefinition() {
    Replay replay = new Replay("rollout-mine", 1, KEEP, one -> {});

    assertThat(replay.define("mine", "no definition".getBytes(UTF_8), 1_000)).isFalse();
    assertThat(replay.define("another", defined("mine"), 1_000)).isFalse();
    assertThat(replay.define("mine", defined("mine"), 1_000)).isTrue();
    assertThat(replay.define("mine", defined("theirs"), 2_000)).isTrue();
  }
}
