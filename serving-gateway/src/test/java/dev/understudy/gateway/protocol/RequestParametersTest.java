package dev.understudy.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.contracts.ProblemType;
import dev.understudy.gateway.inference.RequestTraits;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class RequestParametersTest {
  private final RequestParameters parameters = new RequestParameters();

  @Test
  void allAreKeptAsText() {
    parameters.text("customer", "c-1");
    parameters.whole("age", 7);
    parameters.number("score", 0.5);
    parameters.flag("new", true);

    RequestTraits traits = traits(Optional.empty());

    assertThat(traits.parameters())
        .isEqualTo(Map.of("customer", "c-1", "age", "7", "score", "0.5", "new", "true"));
    assertThat(traits.budget()).isEmpty();
    assertThat(traits.priority()).isZero();
  }

  @Test
  void theBudgetIsTheShorterOfTimeoutAndDeadline() {
    Optional<Duration> second = Optional.of(Duration.ofSeconds(1));
    assertThat(traits(second).budget()).contains(Duration.ofSeconds(1));

    parameters.whole("timeout", 250_000);

    assertThat(traits(Optional.empty()).budget()).contains(Duration.ofMillis(250));
    assertThat(traits(second).budget()).contains(Duration.ofMillis(250));
    assertThat(traits(Optional.of(Duration.ofMillis(1))).budget()).contains(Duration.ofMillis(1));
  }

  @Test
  void aTimeoutOfZeroIsNone() {
    parameters.whole("timeout", 0);

    assertThat(traits(Optional.empty()).budget()).isEmpty();
  }

  @Test
  void aBudgetOfAgesIsADay() {
    parameters.whole("timeout", Long.MAX_VALUE);

    assertThat(traits(Optional.empty()).budget()).contains(Duration.ofDays(1));
  }

  @Test
  void aDeadlineThatHasPassedIsTold() {
    RequestRefused refused =
        catchThrowableOfType(RequestRefused.class, () -> traits(Optional.of(Duration.ofNanos(-1))));

    assertThat(refused.problem()).isEqualTo(ProblemType.TIMED_OUT);
  }

  @Test
  void thePriorityIsKept() {
    parameters.whole("priority", 3);

    assertThat(traits(Optional.empty()).priority()).isEqualTo(3);
  }

  @Test
  void whatCannotBeHonouredIsRefused() {
    refused(() -> parameters.whole("timeout", -1), "timeout must be");
    refused(() -> parameters.text("timeout", "1s"), "timeout must be a whole number");
    refused(() -> parameters.number("timeout", 0.5), "timeout must be a whole number");
    refused(() -> parameters.flag("priority", true), "priority must be a whole number");
    refused(() -> parameters.whole("priority", 1L << 40), "priority must be");
    refused(() -> parameters.whole("sequence_id", 7), "sequence_id is not supported");
    refused(() -> parameters.flag("sequence_start", true), "sequence_start is not supported");
  }

  @Test
  void whatIsSwitchedOffNeedNotBeHonoured() {
    parameters.whole("sequence_id", 0);
    parameters.flag("sequence_start", false);
    parameters.text("sequence_id", "");

    assertThat(traits(Optional.empty()).parameters()).containsEntry("sequence_start", "false");
  }

  private RequestTraits traits(Optional<Duration> remaining) {
    return parameters.traits(RequestTraits.Protocol.GRPC, name -> Optional.empty(), remaining);
  }

  private static void refused(ThrowingCallable parameter, String reason) {
    assertThatThrownBy(parameter).isInstanceOf(RequestRefused.class).hasMessageContaining(reason);
  }
}
