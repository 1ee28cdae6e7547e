package dev.understudy.local.tail;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.PredictionEvent;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.TestDefined;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.Tick;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class TopicTailTest {
  private static final PredictionEvent TICK =
      PredictionEvent.newBuilder().setTick(Tick.newBuilder().setSource("c1")).build();

  @Test
  void aRecordIsALineOfJson() {
    PredictionEvent event =
        PredictionEvent.newBuilder()
            .setLogged(
                PredictionLogged.newBuilder().setPredictionId("p1").setMode(RouteMode.SHADOW))
            .build();

    String line = new TopicTail(Topic.PREDICTIONS, false).line(record("p1", event.toByteArray()));

    assertThat(line)
        .contains("\"key\":\"p1\"")
        .contains("\"prediction_id\":\"p1\"")
        .contains("\"mode\":\"SHADOW\"")
        .doesNotContain("\n");
  }

  @Test
  void ticksAreLeftOutUnlessAskedFor() {
    assertThat(new TopicTail(Topic.PREDICTIONS, false).line(record("", TICK.toByteArray())))
        .isEmpty();
    assertThat(new TopicTail(Topic.PREDICTIONS, true).line(record("", TICK.toByteArray())))
        .contains("\"source\":\"c1\"");
  }

  @Test
  void aFrozenDefinitionIsPrintedAsWell() {
    Message test =
        TestDefined.newBuilder()
            .setTestId("t")
            .setDefinition(TestDefinition.newBuilder().setHorizonMs(3000).build().toByteString())
            .build();

    assertThat(new TopicTail(Topic.TESTS, false).line(record("t", test.toByteArray())))
        .contains("\"definition\":{\"horizon_ms\":\"3000\"}");
  }

  @Test
  void whatCannotBeReadIsShownAsBytes() {
    assertThat(new TopicTail(Topic.ROUTES, false).line(record("k", new byte[] {(byte) 0xff})))
        .contains("\"unreadable\"")
        .contains("\"bytes\":\"ff\"");
  }

  private static ConsumerRecord<byte[], byte[]> record(String key, byte[] value) {
    return new ConsumerRecord<>("topic", 0, 5, key.getBytes(UTF_8), value);
  }
}
