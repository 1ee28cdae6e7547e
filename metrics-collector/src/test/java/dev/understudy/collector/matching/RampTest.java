package dev.understudy.collector.matching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.collector.comparison.Plans;
import dev.understudy.contracts.v1.ArmProbability;
import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A split whose share grows while it is judged. */
class RampTest {
  private static final long BEGIN = 1_000;
  private static final long WIDENED = 20_000;

  private static TestDefinition.Builder ramp() {
    TestDefinition.Builder test =
        Plans.split("ramp")
            .clearGuards()
            .clearEpochs()
            .addEpochs(Epoch.newBuilder().setNumber(0).setShare(0.25))
            .addEpochs(Epoch.newBuilder().setNumber(1).setShare(0.5));
    test.getPolicyBuilder().setMinimumUnits(1);
    return test;
  }

  /** The candidate is always right and the current version always wrong. */
  private static void request(List<Events.Entry> log, long at, int number, int epoch, int period) {
    boolean toCandidate = number % period == 0;
    double share = 1.0 / period;
    String id = "p" + number;
    PredictionLogged.Builder logged =
        SplitEvents.logged(id, "ramp", toCandidate ? "2" : "1", toCandidate ? 0.9 : 0.1)
            .setEpoch(epoch)
            .clearProbabilities()
            .addProbabilities(ArmProbability.newBuilder().setVersion("1").setProbability(1 - share))
            .addProbabilities(ArmProbability.newBuilder().setVersion("2").setProbability(share));
    log.add(Events.prediction(at, logged));
    log.add(Events.label(at + 1, id, "bad", 0));
  }

  @Test
  void aPromotionOfAShareThatWasWidenedIsNotTheLastWord() {
    List<Events.Entry> log = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      request(log, BEGIN + 1 + i * 40L, i, 0, 4);
    }
    for (int i = 400; i < 600; i++) {
      request(log, WIDENED + i * 10L, i, 1, 2);
    }
    Bench bench = new Bench(1);
    bench.define(ramp(), BEGIN);

    bench.run(400_000, log.toArray(Events.Entry[]::new));

    List<RolloutEvaluated> promoting =
        bench.evaluations.stream().filter(one -> one.getVerdict() == Verdict.PROMOTE).toList();
    assertThat(promoting).extracting(RolloutEvaluated::getEpoch).contains(0, 1);
    assertThat(promoting.stream().filter(one -> one.getEpoch() == 1)).hasSize(1);
    assertThat(bench.evaluations.getLast()).isEqualTo(promoting.getLast());
    assertThat(bench.ended("ramp")).isTrue();
  }
}
