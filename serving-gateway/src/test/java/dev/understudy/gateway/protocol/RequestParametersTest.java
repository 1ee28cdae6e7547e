package dev.understudy.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.contracts.ProblemType;
import dev.understudy.gateway.inference.RequestTraits;
import dev.understudy.gateway.protocol.RequestParameters.Form;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestParametersTest {
  private final RequestParameters parameters = new RequestParameters();

  @Test
  void theClientsOwnGoAlongAsText() {
    parameters.put("customer", Form.WHOLE, "7");
    parameters.put("trial", Form.TRUTH, "true");

    assertThat(traits().parameters()).isEqualTo(Map.of("customer", "7", "trial", "true"));
  }

  @Test
  void attributesAreKeptApart() {
    parameters.put("rt_attribute_sex", Form.TEXT, "f");

    assertThat(traits().attributes()).isEqualTo(Map.of("sex", "f"));
    assertThat(traits().parameters()).isEmpty();
  }

  @Test
  void theTimeoutIsInMicroseconds() {
    parameters.put("timeout", Form.WHOLE, "1500");
    parameters.put("priority", Form.WHOLE, "1");

    assertThat(traits().budget()).contains(Duration.ofNanos(1_500_000));
    assertThat(traits().priority()).isEqualTo(1);
  }

  @Test
  void aTimeoutOfZeroIsNone() {
    parameters.put("timeout", Form.WHOLE, "0");

    assertThat(traits().budget()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "timeout, TEXT, 5",
    "timeout, WHOLE, -5",
    "timeout, REAL, 0.5",
    "timeout, WHOLE, 9223372036854775808",
    "priority, WHOLE, -1",
    "priority, TRUTH, true",
    "binary_data_output, TEXT, true",
    "rt_non_finite, TEXT, NaN",
    "triton_x, TEXT, y"
  })
  void whatIsNotMeantSoIsRefused(String name, Form form, String value) {
    assertThatThrownBy(() -> parameters.put(name, form, value))
        .isInstanceOf(RequestRefused.class)
        .hasMessageContaining(name);
  }

  @Test
  void aSequenceIsNotSupportedAndNoneIsFine() {
    parameters.put("sequence_id", Form.WHOLE, "0");
    parameters.put("sequence_start", Form.TRUTH, "false");

    assertThatThrownBy(() -> parameters.put("sequence_end", Form.TRUTH, "true"))
        .isInstanceOfSatisfying(
            RequestRefused.class,
            refused -> assertThat(refused.problem()).isEqualTo(ProblemType.NOT_SUPPORTED));
  }

  private RequestTraits traits() {
    return parameters.traits(RequestTraits.Protocol.REST, name -> Optional.empty());
  }
}
