package dev.understudy.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.contracts.inference.InferParameter;
import dev.understudy.contracts.inference.InferTensorContents;
import dev.understudy.contracts.inference.ModelInferRequest;
import dev.understudy.contracts.inference.ModelInferRequest.InferInputTensor;
import dev.understudy.gateway.Contracts;
import dev.understudy.gateway.inference.RequestTraits;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a call says besides its tensors; the tensors are sent for real in {@link GrpcInferTest}. */
class GrpcRequestTest {
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Metadata headers = new Metadata();

  @AfterEach
  void close() {
    clock.shutdownNow();
  }

  @Test
  void parametersAndHeadersGoAlong() throws Exception {
    headers.put(Metadata.Key.of("x-customer", Metadata.ASCII_STRING_MARSHALLER), "c-1");

    RequestTraits traits =
        read(
            Map.of(
                "segment", InferParameter.newBuilder().setStringParam("new").build(),
                "age", InferParameter.newBuilder().setInt64Param(7).build(),
                "score", InferParameter.newBuilder().setDoubleParam(0.5).build(),
                "trial", InferParameter.newBuilder().setBoolParam(true).build(),
                "priority", InferParameter.newBuilder().setUint64Param(1).build()));

    assertThat(traits.protocol()).isEqualTo(RequestTraits.Protocol.GRPC);
    assertThat(traits.parameters())
        .isEqualTo(Map.of("segment", "new", "age", "7", "score", "0.5", "trial", "true"));
    assertThat(traits.priority()).isOne();
    assertThat(traits.header().apply("x-customer")).contains("c-1");
    assertThat(traits.header().apply("x-other")).isEmpty();
    assertThat(traits.header().apply("x-trace-bin")).isEmpty();
    assertThat(traits.budget()).isEmpty();
  }

  @Test
  void theBudgetIsTheShorterOfTimeoutAndDeadline() throws Exception {
    Map<String, InferParameter> second =
        Map.of("timeout", InferParameter.newBuilder().setInt64Param(1_000_000).build());

    assertThat(read(second).budget()).contains(Duration.ofSeconds(1));
    assertThat(before(Deadline.after(1, TimeUnit.HOURS), second).budget())
        .contains(Duration.ofSeconds(1));
    assertThat(before(Deadline.after(1, TimeUnit.HOURS), Map.of()).budget().orElseThrow())
        .isBetween(Duration.ofMinutes(30), Duration.ofHours(1));
  }

  private RequestTraits before(Deadline deadline, Map<String, InferParameter> parameters)
      throws Exception {
    return Context.current().withDeadline(deadline, clock).call(() -> read(parameters));
  }

  private RequestTraits read(Map<String, InferParameter> parameters) throws Exception {
    ModelInferRequest request =
        ModelInferRequest.newBuilder()
            .putAllParameters(parameters)
            .addInputs(
                InferInputTensor.newBuilder()
                    .setName("x")
                    .setDatatype("FP32")
                    .addShape(1)
                    .setContents(InferTensorContents.newBuilder().addFp32Contents(1)))
            .build();
    return GrpcRequest.read(
            request, Contracts.number(), 10, new CallHeaders(headers, Plenty.share()))
        .traits();
  }
}
