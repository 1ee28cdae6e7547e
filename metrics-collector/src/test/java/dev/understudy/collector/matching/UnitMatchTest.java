package dev.understudy.collector.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import dev.understudy.collector.comparison.Plans;
import dev.understudy.collector.matching.MatchCounts.PredictionStatus;
import dev.understudy.collector.state.v1.PartitionReport;
import dev.understudy.contracts.v1.Count;
import dev.understudy.contracts.v1.Evidence;
import dev.understudy.contracts.v1.PredictionLogged;
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

/** A split by unit, from the log to the evidence. */
class UnitMatchTest {
  private static final long BEGIN = 1_000;

  private static Events.Entry[] labelled(long at, String id, int unit, double probability) {
    return new Events.Entry[] {
      Events.prediction(
          at,
          StickyEvents.logged(id, "t", unit, 0, probability)
              .setInputs(StickyEvents.inputs(StickyEvents.number("income", unit)))),
      Events.label(at + 1, id, "bad", 0)
    };
  }

  private static void tick(Bench bench, int partition, long at) {
    bench.feed(partition, Events.tick(true, at));
    bench.feed(partition, Events.tick(false, at));
  }

  private static long count(Evidence evidence, String name) {
    return evidence.getCountsList().stream()
        .filter(count -> count.getName().equals(name))
        .mapToLong(Count::getValue)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no count " + name));
  }

  @Test
  void theRequestsOfAUnitAreOneUnitWhateverPartitionTheyCameBy() {
    Bench bench = new Bench(3);
    bench.define(StickyEvents.definition("t"), BEGIN);

    for (int i = 0; i < 12; i++) {
      for (Events.Entry entry : labelled(2_000 + 10 * i, "p" + i, i % 4, i < 6 ? 0.9 : 0.1)) {
        bench.feed(i % 3, entry);
      }
    }
    for (int partition = 0; partition < 3; partition++) {
      tick(bench, partition, 9_000);
    }
    bench.settle();

    Evidence evidence = bench.evaluations.getLast().getEvidence();
    assertThat(evidence.getUnits()).isEqualTo(4);
    assertThat(evidence.getUnitsCandidate()).isEqualTo(1);
    assertThat(evidence.getUnitFigures().getSeen()).isEqualTo(4);
    assertThat(evidence.getUnitFigures().getPredictions()).isEqualTo(12);
    assertThat(evidence.getPrimary().getCurrentMean()).isCloseTo(4.0 / 9, within(1e-12));
    assertThat(evidence.getPrimary().getCandidateMean()).isCloseTo(2.0 / 3, within(1e-12));
    assertThat(count(evidence, "epoch 0 share 0.25 current units assigned")).isEqualTo(3);
    assertThat(count(evidence, "epoch 0 share 0.25 current assigned")).isEqualTo(9);
    assertThat(bench.evaluations.getLast().getBlockingList())
        .anyMatch(text -> text.contains("units in the smaller arm"))
        .anyMatch(text -> text.contains("accuracy by unit needs 200 units"));
  }

  @Test
  void aRequestThatSaysNoUnitIsLeftOutAndCounted() {
    Bench bench = new Bench(1);
    bench.define(StickyEvents.definition("t"), BEGIN);
    PredictionLogged.Builder none = StickyEvents.logged("none", "t", 1, 0, 0.9).clearUnitHash();
    PredictionLogged.Builder absurd =
        StickyEvents.logged("absurd", "t", 1, 0, 0.9)
            .setUnitHash(ByteString.copyFrom(new byte[65]));

    bench.feed(0, Events.prediction(2_000, none));
    bench.feed(0, Events.prediction(2_001, absurd));
    bench.run(9_000, labelled(2_002, "p", 1, 0.9));

    Evidence evidence = bench.evaluations.getLast().getEvidence();
    assertThat(evidence.getUnitFigures().getWithoutUnit()).isEqualTo(2);
    assertThat(evidence.getUnitFigures().getSeen()).isEqualTo(1);
    assertThat(count(evidence, "epoch 0 share 0.25 current assigned")).isEqualTo(1);
    assertThat(bench.counts.predictions)
        .containsEntry(PredictionStatus.NO_UNIT, 2)
        .containsEntry(PredictionStatus.JUDGED, 1);
  }

  @Test
  void whatTravelsToTheJudgeIsBounded() {
    Bench bench = new Bench(1);
    bench.define(StickyEvents.definition("t"), BEGIN);
    for (int i = 0; i < 2_500; i++) {
      for (Events.Entry entry : labelled(2_001 + i / 10, "p" + i, i, 0.9)) {
        bench.feed(0, entry);
      }
    }
    tick(bench, 0, 9_000);

    bench.advance(0, 100_000);

    List<PartitionReport> sent = List.copyOf(bench.undelivered.getFirst());
    List<PartitionReport> chunks = sent.stream().filter(UnitChunks::isOne).toList();
    assertThat(chunks)
        .extracting(PartitionReport::getUnitsCount)
        .containsExactly(1_000, 1_000, 500);
    assertThat(chunks).allMatch(chunk -> chunk.getSerializedSize() < 200_000);
    assertThat(sent.indexOf(chunks.getLast()) + 1)
        .as("the report of a second follows what it is about")
        .isEqualTo(
            sent.indexOf(
                sent.stream()
                    .filter(one -> !UnitChunks.isOne(one))
                    .filter(one -> one.getFromMs() == chunks.getLast().getFromMs())
                    .findFirst()
                    .orElseThrow()));
    bench.settle();
    assertThat(bench.evaluations.getLast().getEvidence().getUnits()).isEqualTo(2_500);
  }

  @Test
  void aDefinitionThatComesLateFindsUnitAndCovariate() {
    Bench bench = new Bench(1);
    for (int i = 0; i < 300; i++) {
      for (Events.Entry entry : labelled(2_000 + i, "p" + i, i % 100, i % 3 == 0 ? 0.9 : 0.1)) {
        bench.feed(0, entry);
      }
    }
    bench.run(5_000);

    bench.define(StickyEvents.definition("t"), BEGIN);
    bench.run(9_000);

    Evidence evidence = bench.evaluations.getLast().getEvidence();
    assertThat(evidence.getUnits()).isEqualTo(100);
    assertThat(evidence.getUnitFigures().getWithoutCovariate()).isZero();
    assertThat(bench.at(6_000).getEvidence().getUnits()).isEqualTo(100);
  }

  @Test
  void otherInputsAreNotKeptOnceTheDefinitionIsKnown() {
    PredictionLogged logged =
        StickyEvents.logged("p", "t", 1, 0, 0.9)
            .setInputs(
                StickyEvents.inputs(
                    StickyEvents.number("income", 5), StickyEvents.number("age", 7)))
            .build();
    var prediction = EventReader.prediction(logged, 1_000, "");
    var known = new KnownTests.KnownPlan(Plans.plan(StickyEvents.definition("t")), BEGIN);
    var byRequest = new KnownTests.KnownPlan(Plans.plan(Plans.split("t")), BEGIN);

    assertThat(UnitFields.kept(prediction, logged, known).getInputsList())
        .singleElement()
        .satisfies(input -> assertThat(input.getValue()).isEqualTo(5));
    assertThat(UnitFields.kept(prediction, logged, null).getInputsCount()).isEqualTo(2);
    assertThat(UnitFields.kept(prediction, logged, byRequest)).isEqualTo(prediction);
    PredictionLogged secret = logged.toBuilder().setInputsKeyId("key").build();
    assertThat(UnitFields.kept(prediction, secret, known).getInputsCount()).isZero();
    PredictionLogged broken =
        logged.toBuilder().setInputs(ByteString.copyFromUtf8("no tensors")).build();
    assertThat(UnitFields.kept(prediction, broken, known).getInputsCount()).isZero();
  }

  @Test
  void theUnitsOfATestThatIsOverAreDeletedStepByStepAlsoAfterARestart() {
    Bench bench = new Bench(1);
    TestDefinition.Builder test = StickyEvents.definition("t");
    test.getPolicyBuilder().setMaximumDurationMs(8_000).setMinimumUnits(1);
    bench.define(test, BEGIN);
    bench.define(StickyEvents.definition("t2"), BEGIN);
    for (int i = 0; i < 500; i++) {
      for (Events.Entry entry : labelled(2_000 + i, "p" + i, i, 0.9)) {
        bench.feed(0, entry);
      }
    }
    bench.feed(0, Events.prediction(2_600, StickyEvents.logged("q", "t2", 7, 0, 0.9)));
    tick(bench, 0, 12_000);
    while (bench.advance(0, 1_000)) {
      bench.deliver(0, 1);
    }
    while (bench.deliver(0, 10)) {
      assertThat(bench.units.size()).isLessThan(600);
    }
    int before = bench.units.size();

    bench.restartJudge();
    bench.deliver(0, 100);

    assertThat(before).isGreaterThan(200);
    assertThat(bench.units.size()).isEqualTo(before - 100);
    bench.settle();
    for (int i = 0; i < 10; i++) {
      bench.deliver(0, 100);
    }
    assertThat(bench.units.size()).as("the other test's").isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 12})
  void aReplayWithAnyNumberOfPartitionsJudgesAlike(int partitions) {
    SplittableRandom random = new SplittableRandom(9);
    List<Events.Entry> log = new ArrayList<>();
    for (int i = 0; i < 1_500; i++) {
      long at = 2_000 + random.nextInt(20_000);
      String id = "p" + i;
      log.add(StickyEvents.request(at, id, "t", random.nextInt(700), at < 12_000 ? 0 : 1, random));
      log.add(Events.label(at + 1, id, random.nextBoolean() ? "bad" : "good", 0));
    }
    log.sort(Comparator.comparingLong(Events.Entry::appendedMs));
    Bench bench = new Bench(1);
    bench.define(StickyEvents.definition("t"), BEGIN);
    bench.run(30_000, log.toArray(Events.Entry[]::new));
    List<RolloutEvaluated> replayed = new ArrayList<>();
    Replay replay = new Replay("rollout-t", partitions, Bench.KEEP, replayed::add);
    replay.define("t", Plans.defined(StickyEvents.definition("t")).toByteArray(), BEGIN);

    for (Events.Entry entry : log) {
      int to = Math.floorMod(Arrays.hashCode(entry.key()), partitions);
      if (entry.ofPredictions()) {
        replay.prediction(to, entry.key(), entry.value(), entry.appendedMs());
      } else {
        replay.outcome(to, entry.key(), entry.value(), entry.appendedMs());
      }
    }
    for (int partition = 0; partition < partitions; partition++) {
      replay.prediction(partition, null, Events.tick(true, 30_000).value(), 30_000);
      replay.outcome(partition, null, Events.tick(false, 30_000).value(), 30_000);
    }

    assertThat(bench.evaluations.getLast().getEvidence().getPrimary().getStandardError())
        .isPositive();
    assertThat(replayed).hasSameSizeAs(bench.evaluations);
    for (int i = 0; i < replayed.size(); i++) {
      RolloutEvaluated one = replayed.get(i);
      RolloutEvaluated other = bench.evaluations.get(i);
      assertThat(one.getVerdict()).isEqualTo(other.getVerdict());
      assertThat(one.getEvidence().getUnits()).isEqualTo(other.getEvidence().getUnits());
      assertThat(one.getEvidence().getUnitFigures().getWithoutCovariate())
          .isEqualTo(other.getEvidence().getUnitFigures().getWithoutCovariate());
      assertThat(one.getEvidence().getPrimary().getEffect())
          .isCloseTo(other.getEvidence().getPrimary().getEffect(), within(1e-9));
      assertThat(one.getEvidence().getPrimary().getStandardError())
          .isCloseTo(other.getEvidence().getPrimary().getStandardError(), within(1e-9));
    }
    if (partitions == 1) {
      assertThat(replayed).isEqualTo(bench.evaluations);
    }
  }
}
