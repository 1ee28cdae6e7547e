package dev.understudy.gateway.hotswap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.TextFormat;
import dev.understudy.contracts.v1.ServingPolicy;
import dev.understudy.gateway.Contracts;
import dev.understudy.gateway.routing.ServingPolicy.Batching;
import dev.understudy.gateway.routing.ServingPolicy.Fallback;
import dev.understudy.gateway.routing.ServingPolicy.LogPolicy;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.InputContract;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublishedPolicyTest {

  @Test
  void whatIsLeftOutIsTheGatewaysOwn() throws Exception {
    assertThat(read("")).isEqualTo(dev.understudy.gateway.routing.ServingPolicy.DEFAULT);
  }

  @Test
  void everySettingIsRead() throws Exception {
    var policy =
        read(
            """
            batching { mode: ON most_rows: 32 longest_delay_us: 1500 }
            capacity { concurrency: 2 queue: 64 }
            log { mode: DURABLE sample: 0.25 fields { input: "x" treatment: HASHED } }
            fallback { stated { outputs { name: "p" datatype: "FP32" shape: 1 numbers: 0.5 } } }
            attributes: "sex"
            """);

    assertThat(policy.batching().mode()).isEqualTo(Batching.Mode.ON);
    assertThat(policy.batching().mostRows()).hasValue(32);
    assertThat(policy.batching().longestDelay()).contains(Duration.ofNanos(1_500_000));
    assertThat(policy.capacity().concurrency()).hasValue(2);
    assertThat(policy.capacity().queue()).hasValue(64);
    assertThat(policy.log().mode()).isEqualTo(LogPolicy.Mode.DURABLE);
    assertThat(policy.log().sample()).isEqualTo(0.25);
    assertThat(policy.log().fields()).isEqualTo(Map.of("x", LogPolicy.Treatment.HASHED));
    assertThat(policy.attributes()).containsExactly("sex");
    assertThat(policy.fallback())
        .get()
        .isInstanceOfSatisfying(
            Fallback.Stated.class,
            stated ->
                assertThat(stated.answer().row())
                    .containsExactly(Tensor.ofFloats("p", new long[] {1}, 0.5f)));
  }

  @Test
  void aSampleOfZeroIsNotTheDefault() throws Exception {
    assertThat(read("log { sample: 0 }").log().sample()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "batching { most_rows: -1 } | batching.most_rows",
        "batching { longest_delay_us: -1 } | batching.longest_delay",
        "batching { mode: 9 } | batching.mode",
        "capacity { queue: -5 } | capacity.queue",
        "log { mode: 9 } | log.mode",
        "log { sample: 1.5 } | log.sample",
        "log { sample: nan } | log.sample",
        "log { fields { input: 'y' treatment: HASHED } } | no input 'y'",
        "log { fields { input: 'x' } } | treatment of 'x'",
        "log { fields { input: 'x' treatment: DROPPED } fields { input: 'x' treatment: HASHED } }"
            + " | twice",
        "attributes: 'a b' | attributes: 'a b'",
        "fallback { stated { outputs { name: 'p' datatype: 'FP8' shape: 1 } } } | datatype of 'p'",
        "fallback { stated { outputs { name: 'p' datatype: 'FP32' shape: 1 } } } | tensor p",
        "fallback { stated { } } | must be stated exactly once",
        "fallback { stated { outputs { name: 'p' datatype: 'FP32' shape: 1 numbers: 1e39 } } }"
            + " | finite"
      })
  void whatCannotBeHonouredIsRefusedByName(String published, String reason) {
    assertThatThrownBy(() -> read(published))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource({"INT8,128", "INT8,-129", "UINT8,-1", "UINT16,65536", "BOOL,2", "INT32,2147483648"})
  void aStatedWholeNumberFitsItsType(String datatype, long value) {
    ModelContract whole = whole(datatype);

    assertThatThrownBy(() -> PublishedPolicy.of(stated(datatype, value), whole))
        .hasMessageContaining("is no " + datatype);
  }

  @ParameterizedTest
  @CsvSource({"INT8,-128", "UINT8,255", "INT64,-9223372036854775808", "UINT64,-1", "BOOL,1"})
  void theEndsOfATypeAreInIt(String datatype, long value) throws Exception {
    assertThat(PublishedPolicy.of(stated(datatype, value), whole(datatype)).fallback()).isPresent();
  }

  private static ModelContract whole(String datatype) {
    return new ModelContract(
        new InputContract(List.of()),
        List.of(new TensorSpec("n", Datatype.valueOf(datatype), List.of(-1L))));
  }

  private static ServingPolicy stated(String datatype, long value) throws Exception {
    return TextFormat.parse(
        "fallback { stated { outputs { name: 'n' datatype: '%s' shape: 1 integers: %d } } }"
            .formatted(datatype, value),
        ServingPolicy.class);
  }

  private static dev.understudy.gateway.routing.ServingPolicy read(String published)
      throws Exception {
    return PublishedPolicy.of(TextFormat.parse(published, ServingPolicy.class), Contracts.number());
  }
}
