package dev.understudy.collector.matching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.collector.comparison.CalibrationPlans;
import dev.understudy.collector.comparison.Plans;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A calibration through the join: read once, replayed, and however divided. */
class CalibrationTest {
  private static final Keep KEEP = new Keep(60_000, 60_000, 3_600_000);

  private static TestDefinition.Builder calibration() {
    return CalibrationPlans.before(
        "mine", Plans.byLogLoss(Plans.shadow("mine-shadow")), CalibrationPlans.split("mine-split"));
  }

  private static List<Events.Entry> log() {
    SplittableRandom random = new SplittableRandom(7);
    List<Events.Entry> log = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      String id = "p" + i;
      long at = 2_000 + random.nextLong(20_000);
      log.add(
          Events.prediction(
              at,
              Events.logged(id, "mine")
                  .setMode(RouteMode.SINGLE)
                  .addScores(Events.answered("1", random.nextDouble()))));
      log.add(
          Events.label(at + random.nextLong(4_000), id, random.nextBoolean() ? "bad" : "good", 0));
    }
    for (long at = 0; at < 30_000; at += 500) {
      log.add(Events.tick(true, at));
      log.add(Events.tick(false, at));
    }
    log.sort(Comparator.comparingLong(Events.Entry::appendedMs));
    return log;
  }

  private static List<RolloutEvaluated> read() {
    Bench bench = new Bench(1, KEEP);
    bench.define(calibration(), 1_000);
    log().forEach(entry -> bench.feed(0, entry));
    bench.settle();
    return bench.evaluations;
  }

  @Test
  void itSpeaksOnceWhenThereIsEnough() {
    List<RolloutEvaluated> evaluations = read();

    assertThat(evaluations).hasSize(1);
    RolloutEvaluated said = evaluations.getFirst();
    assertThat(said.getVerdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(said.getCalibration().getTestsList())
        .allSatisfy(test -> assertThat(test.getKnownUnits()).isBetween(100L, 140L))
        .extracting(test -> test.getTestId())
        .containsExactly("mine-shadow", "mine-split");
    // A third of the labels comes too late.
    assertThat(said.getCalibration().getUnits())
        .isGreaterThan(said.getCalibration().getTests(0).getKnownUnits());
  }

  @Test
  void aCollectorThatIsKilledAgainAndAgainSaysTheSame() {
    Bench bench = new Bench(1, KEEP);
    bench.define(calibration(), 1_000);
    int fed = 0;
    for (Events.Entry entry : log()) {
      bench.feed(0, entry);
      if (++fed % 40 == 0) {
        bench.settle();
        bench.restartMatcher(0);
        bench.restartJudge();
      }
    }
    bench.settle();

    assertThat(bench.evaluations).isEqualTo(read());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 12})
  void aReplaySaysTheSameToTheLastBitWithAnyNumberOfPartitions(int partitions) {
    List<RolloutEvaluated> replayed = new ArrayList<>();
    Replay replay = new Replay("rollout-mine", partitions, KEEP, replayed::add);
    assertThat(replay.define("mine", Plans.defined(calibration()).toByteArray(), 1_000)).isTrue();

    for (Events.Entry entry : log()) {
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

    assertThat(replayed).isEqualTo(read());
    assertThat(replay.finished()).isTrue();
  }

  @Test
  void whatIsOfAnotherVersionOrModeIsNotMeasured() {
    Bench bench = new Bench(1, KEEP);
    bench.define(calibration(), 1_000);
    for (int i = 0; i < 300; i++) {
      var logged = Events.logged("p" + i, "mine").addScores(Events.answered("1", 0.7));
      bench.feed(
          0,
          Events.prediction(
              2_000 + i,
              i % 2 == 0
                  ? logged.setMode(RouteMode.SHADOW)
                  : logged.setMode(RouteMode.SINGLE).setArm("2")));
      bench.feed(0, Events.label(2_000 + i, "p" + i, "bad", 0));
    }
    bench.feed(0, Events.tick(true, 40_000));
    bench.feed(0, Events.tick(false, 40_000));
    bench.settle();

    assertThat(bench.evaluations).isEmpty();
  }
}
