package dev.understudy.collector.matching;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.understudy.collector.comparison.KpiPlans;
import dev.understudy.collector.comparison.Plans;
import dev.understudy.collector.matching.MatchCounts.OutcomeStatus;
import dev.understudy.collector.matching.MatchCounts.PredictionStatus;
import dev.understudy.contracts.v1.Count;
import dev.understudy.contracts.v1.Evidence;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.OutcomeObserved;
import dev.understudy.contracts.v1.OutcomeValue;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.Task;
import dev.understudy.contracts.v1.TensorValue;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.VersionScore;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** From the records of the log to the evidence: rows, classes, amounts and values. */
class KpiMatcherTest {
  private static final long END = 9_000;

  private static TensorValue.Builder output() {
    return TensorValue.newBuilder().setName("probability");
  }

  private static TensorValue.Builder numbers(double... values) {
    TensorValue.Builder output = output().setDatatype("FP64");
    for (double value : values) {
      output.addNumbers(value);
    }
    return output;
  }

  private static TensorValue.Builder texts(String... values) {
    TensorValue.Builder output = output().setDatatype("BYTES");
    for (String value : values) {
      output.addTexts(ByteString.copyFromUtf8(value));
    }
    return output;
  }

  private static TensorValue.Builder integers(long... values) {
    TensorValue.Builder output = output().setDatatype("INT64");
    for (long value : values) {
      output.addIntegers(value);
    }
    return output;
  }

  private static VersionScore score(String version, TensorValue.Builder output) {
    return VersionScore.newBuilder()
        .setVersion(version)
        .setStatus(ScoreStatus.ANSWERED)
        .setLatencyUs(900)
        .addOutputs(output)
        .build();
  }

  private static Events.Entry pair(
      String id, int rows, TensorValue.Builder current, TensorValue.Builder candidate) {
    return Events.prediction(
        2_000,
        Events.logged(id, "t")
            .setRows(rows)
            .addScores(score("1", current))
            .addScores(score("2", candidate)));
  }

  private static Events.Entry label(String id, int row, OutcomeValue.Builder value) {
    return Events.outcome(
        2_500,
        OutcomeObserved.newBuilder()
            .setPredictionId(id)
            .setRow(row)
            .setName("status")
            .setValue(value));
  }

  private static OutcomeValue.Builder text(String text) {
    return OutcomeValue.newBuilder().setText(text);
  }

  private static OutcomeValue.Builder number(double number) {
    return OutcomeValue.newBuilder().setNumber(number);
  }

  private static Bench bench(KpiKind kind, Task task) {
    Bench bench = new Bench(1);
    bench.define(KpiPlans.shadow(kind, task), 1_000);
    return bench;
  }

  private static Evidence evidence(Bench bench) {
    return bench.at(8_000).getEvidence();
  }

  private static long count(Bench bench, String name) {
    return evidence(bench).getCountsList().stream()
        .filter(count -> count.getName().equals("epoch 0 " + name))
        .mapToLong(Count::getValue)
        .findFirst()
        .orElse(0);
  }

  @Test
  void eachRowHasAnOutcomeOfItsOwnAndTheRequestIsTheUnit() {
    Bench bench = bench(KpiKind.ACCURACY, Task.BINARY);
    bench.run(
        END,
        label("a", 2, text("good")),
        pair("a", 3, numbers(0.1, 0.1, 0.1), numbers(0.9, 0.9, 0.1)),
        label("a", 0, text("bad")),
        label("a", 1, text("bad")),
        pair("b", 1, numbers(0.1), numbers(0.9)),
        label("b", 0, text("bad")));

    assertThat(evidence(bench).getUnits()).isEqualTo(2);
    assertThat(evidence(bench).getPrimary().getCandidateMean()).isEqualTo(1);
    assertThat(evidence(bench).getPrimary().getCurrentMean()).isEqualTo((1 / 3.0 + 0) / 2);
    assertThat(evidence(bench).getHealth().getCoverage()).isEqualTo(1);
    assertThat(count(bench, "of several rows")).isEqualTo(1);
    assertThat(bench.counts.predictions).containsEntry(PredictionStatus.JUDGED, 2);
  }

  @Test
  void aRowThatTheRequestDoesNotHaveIsRefusedInEitherOrder() {
    Bench bench = bench(KpiKind.ACCURACY, Task.BINARY);
    bench.run(
        END,
        label("a", 2, text("bad")),
        pair("a", 2, numbers(0.1, 0.1), numbers(0.9, 0.9)),
        label("a", 3, text("bad")),
        label("a", 1, text("bad")));

    assertThat(bench.counts.outcomes)
        .containsEntry(OutcomeStatus.REFUSED, 2)
        .containsEntry(OutcomeStatus.MATCHED, 1);
    assertThat(evidence(bench).getHealth().getCoverage()).isEqualTo(0.5);
    assertThat(count(bench, "partly labelled")).isEqualTo(1);
  }

  @Test
  void anAnswerWithTooFewRowsIsInvalid() {
    Bench bench = bench(KpiKind.ACCURACY, Task.BINARY);
    bench.run(
        END,
        pair("a", 2, numbers(0.1, 0.1), numbers(0.9)),
        label("a", 0, text("bad")),
        label("a", 1, text("bad")));

    assertThat(count(bench, "errors candidate only")).isEqualTo(1);
    assertThat(evidence(bench).getPrimary().getCandidateMean()).isZero();
  }

  @Test
  void theNewestRevisionOfEachRowCounts() {
    Bench bench = bench(KpiKind.ACCURACY, Task.BINARY);
    OutcomeObserved.Builder correction =
        OutcomeObserved.newBuilder()
            .setPredictionId("a")
            .setRow(1)
            .setName("status")
            .setRevision(1)
            .setValue(text("good"));
    bench.run(
        END,
        pair("a", 2, numbers(0.9, 0.9), numbers(0.9, 0.1)),
        label("a", 0, text("bad")),
        label("a", 1, text("bad")),
        Events.outcome(2_600, correction));

    assertThat(evidence(bench).getPrimary().getCandidateMean()).isEqualTo(1);
    assertThat(evidence(bench).getPrimary().getCurrentMean()).isEqualTo(0.5);
    assertThat(bench.counts.outcomes).containsEntry(OutcomeStatus.CORRECTED, 1);
  }

  @Test
  void classesComeAsScoresAsNamesOrAsNumbers() {
    Bench bench = bench(KpiKind.ACCURACY, Task.MULTICLASS);
    bench.run(
        END,
        pair("a", 1, numbers(0.8, 0.1, 0.1), numbers(0.1, 0.8, 0.1)),
        pair("b", 1, texts("red"), texts("green")),
        pair("c", 1, integers(0), integers(1)),
        pair("d", 2, numbers(0.8, 0.1, 0.1, 0.8, 0.1, 0.1), texts("green", "red")),
        label("a", 0, text("green")),
        label("b", 0, text("green")),
        label("c", 0, text("green")),
        label("d", 0, text("green")),
        label("d", 1, text("red")));

    assertThat(evidence(bench).getUnits()).isEqualTo(4);
    assertThat(evidence(bench).getPrimary().getCandidateMean()).isEqualTo(1);
    assertThat(evidence(bench).getPrimary().getCurrentMean()).isEqualTo(0.125);
  }

  @Test
  void aClassThatIsNoneOfTheModelsIsAnErrorOfItsVersionAndNoLabel() {
    Bench bench = bench(KpiKind.ACCURACY, Task.MULTICLASS);
    bench.run(
        END,
        pair("a", 1, texts("red"), texts("violet")),
        pair("b", 1, texts("red"), integers(3)),
        pair("c", 1, texts("red"), numbers(0.5, 0.5)),
        pair("d", 1, texts("red"), texts("green")),
        label("a", 0, text("red")),
        label("b", 0, text("red")),
        label("c", 0, text("red")),
        label("d", 0, text("violet")));

    assertThat(count(bench, "errors candidate only")).isEqualTo(3);
    assertThat(count(bench, "right current only")).isEqualTo(3);
    assertThat(count(bench, "unlabelled")).isEqualTo(1);
    assertThat(bench.counts.outcomes).containsEntry(OutcomeStatus.UNUSABLE, 1);
  }

  @Test
  void amountsAreComparedWithNumbersAndNothingElseIsALabel() {
    Bench bench = bench(KpiKind.MAE, Task.REGRESSION);
    bench.run(
        END,
        pair("a", 1, numbers(14), numbers(11)),
        pair("b", 2, numbers(14, 10), integers(11, 10)),
        pair("c", 1, numbers(1), numbers(Double.POSITIVE_INFINITY)),
        pair("d", 1, numbers(1), numbers(1)),
        label("a", 0, number(10)),
        label("b", 0, number(10)),
        label("b", 1, number(10)),
        label("c", 0, number(1)),
        label("d", 0, text("1")),
        label("d", 0, OutcomeValue.newBuilder().setFlag(true)));

    assertThat(evidence(bench).getUnits()).isEqualTo(3);
    assertThat(evidence(bench).getPrimary().getCurrentMean()).isEqualTo((4 + 2 + 0) / 3.0);
    assertThat(evidence(bench).getPrimary().getCandidateMean()).isEqualTo((1 + 0.5 + 10) / 3.0);
    assertThat(count(bench, "errors candidate only")).isEqualTo(1);
    assertThat(bench.counts.outcomes).containsEntry(OutcomeStatus.UNUSABLE, 1);
  }

  @Test
  void aValueIsReadFromItsOwnOutcomeAndCutAtItsCap() {
    TestDefinition.Builder test = KpiPlans.split(KpiKind.VALUE, Task.BINARY);
    test.getPrimaryBuilder().setOutcome("revenue").setCap(50);
    Bench bench = new Bench(1);
    bench.define(test, 1_000);
    OutcomeObserved.Builder revenue = OutcomeObserved.newBuilder().setName("revenue");
    bench.run(
        END,
        Events.prediction(2_000, SplitEvents.logged("a", "t", "2", 0.9)),
        Events.prediction(2_000, SplitEvents.logged("b", "t", "1", 0.9)),
        Events.prediction(2_000, SplitEvents.logged("c", "t", "1", 0.9)),
        Events.outcome(2_500, revenue.setPredictionId("a").setValue(number(80))),
        Events.outcome(2_500, revenue.setPredictionId("b").setValue(number(20))),
        label("c", 0, text("bad")));

    assertThat(evidence(bench).getPrimary().getCandidateMean()).isEqualTo(50);
    assertThat(evidence(bench).getPrimary().getCurrentMean()).isEqualTo(20);
    assertThat(evidence(bench).getPrimary().getClipped()).isEqualTo(1);
    assertThat(evidence(bench).getUnits()).isEqualTo(2);
    assertThat(bench.counts.outcomes).containsEntry(OutcomeStatus.UNUSABLE, 1);
  }

  @ParameterizedTest
  @EnumSource(
      value = KpiKind.class,
      names = {"AUC", "F1", "ACCURACY"})
  void theEvidenceIsTheSameWithOneThreeAndTwelvePartitions(KpiKind kind) {
    List<Evidence> all = new ArrayList<>();
    for (int partitions : new int[] {1, 3, 12}) {
      TestDefinition.Builder test = KpiPlans.shadow(kind, Task.BINARY);
      test.getPrimaryBuilder().setBlockPositives(1).setBlockNegatives(2);
      Bench bench = new Bench(partitions);
      bench.define(test, 1_000);
      SplittableRandom random = new SplittableRandom(21);
      for (int i = 0; i < 1_500; i++) {
        String id = "p" + i;
        int partition = Shards.of(id, partitions);
        boolean bad = random.nextInt(3) == 0;
        double current = random.nextInt(10) / 10.0;
        double candidate = random.nextInt(10) / 10.0;
        bench.feed(partition, pair(id, 1, numbers(current), numbers(candidate)));
        bench.feed(partition, label(id, 0, text(bad ? "bad" : "good")));
      }
      for (int partition = 0; partition < partitions; partition++) {
        bench.feed(partition, Events.tick(true, END));
        bench.feed(partition, Events.tick(false, END));
      }
      bench.settle();
      all.add(evidence(bench));
    }

    assertThat(all.get(0).getUnits()).isEqualTo(1_500);
    assertThat(all.get(0).getPrimary().getBetter().getValue()).isNotZero();
    assertThat(all.get(1)).isEqualTo(all.get(0));
    assertThat(all.get(2)).isEqualTo(all.get(0));
  }

  @Test
  void accuracyOfOneRowIsUnchangedByWhatElseIsJudged() {
    Bench bench = new Bench(1);
    bench.define(Plans.shadow("t"), 1_000);
    bench.run(END, Events.pair(2_000, "a", "t", 0.1, 0.9), Events.label(2_500, "a", "bad", 0));

    assertThat(evidence(bench).getSumsList()).isEmpty();
    assertThat(evidence(bench).getCellsList()).isEmpty();
    assertThat(count(bench, "right candidate only")).isEqualTo(1);
  }
}
