package dev.understudy.collector.matching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.collector.comparison.Plans;
import dev.understudy.contracts.v1.OutcomeObserved;
import dev.understudy.contracts.v1.OutcomeValue;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a prediction costs while it waits, with ids and times as long as they are in earnest. */
class WaitingSizeTest {
  private static final long NOW = 1_800_000_000_000L;
  private static final String ID = "01890f3c-7b1e-7cc2-98c4-dc0c0c07398f";
  private static final String TEST = "01890f3c-7b1e-7cc2-98c4-dc0c0c073990";

  private static int bytes(Events.Entry... entries) {
    Bench bench = new Bench(1);
    bench.define(Plans.shadow(TEST), NOW - 5_000);
    for (Events.Entry entry : entries) {
      bench.feed(0, entry);
    }
    List<Table.Row> rows =
        bench.tables.getFirst().waiting().rows(new byte[0], new byte[] {Byte.MAX_VALUE}, 2);
    assertThat(rows).hasSize(1);
    return rows.getFirst().value().length;
  }

  private static Events.Entry outcome() {
    return Events.outcome(
        NOW + 2,
        OutcomeObserved.newBuilder()
            .setPredictionId(ID)
            .setProject("demo")
            .setModel("credit-risk")
            .setName("status")
            .setValue(OutcomeValue.newBuilder().setText("good")));
  }

  @Test
  void aPairThatWaitsForMaturityWithAllItsPartsTakesAtMost250Bytes() {
    assertThat(
            bytes(
                Events.awaiting(NOW, ID, TEST, 0.123),
                Events.shadow(NOW + 1, ID, TEST, 0.456),
                outcome()))
        .isLessThanOrEqualTo(250);
  }

  @Test
  void soItDoesWhereTheOthersCameBeforeThePrediction() {
    assertThat(
            bytes(
                outcome(),
                Events.shadow(NOW + 1, ID, TEST, 0.456),
                Events.awaiting(NOW, ID, TEST, 0.123)))
        .isLessThanOrEqualTo(250);
  }

  @Test
  void anArmOfASplitTakesLess() {
    assertThat(bytes(Events.prediction(NOW, SplitEvents.logged(ID, TEST, "2", 0.7)), outcome()))
        .isLessThanOrEqualTo(200);
  }
}
