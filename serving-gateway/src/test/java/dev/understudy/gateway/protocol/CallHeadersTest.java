package dev.understudy.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.contracts.ProblemType;
import io.grpc.Metadata;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CallHeadersTest {
  private final CallHeaders headers =
      new CallHeaders(new Metadata(), new InFlightBytes(100, new RequestLimits(100, 4, 1)).open());

  @ParameterizedTest
  @EnumSource(
      value = Status.Code.class,
      names = {"OK", "CANCELLED", "DEADLINE_EXCEEDED", "UNAVAILABLE"})
  void aCallThatWasAnsweredOrThatNobodyWaitsForAnyMoreWasNotRefused(Status.Code end) {
    assertThat(headers.refusal(end.toStatus())).isEmpty();
  }

  @Test
  void whatTheTransportRefusesHasItsProblem() {
    assertThat(headers.refusal(Status.RESOURCE_EXHAUSTED)).contains(ProblemType.TOO_LARGE);
    assertThat(headers.refusal(Status.INVALID_ARGUMENT)).contains(ProblemType.INVALID_REQUEST);
    assertThat(headers.refusal(Status.INTERNAL)).contains(ProblemType.INTERNAL);
  }

  @Test
  void whatTheServiceRefusedHasThatProblemWhateverTheStatus() {
    headers.refused(ProblemType.UNAVAILABLE);

    assertThat(headers.refusal(Status.UNAVAILABLE)).contains(ProblemType.UNAVAILABLE);
  }

  @Test
  void whatAVersionAnsweredWasNotRefused() {
    headers.assigned();

    assertThat(headers.refusal(Status.INTERNAL)).isEmpty();
  }
}
