package dev.understudy.gateway.protocol;

import dev.understudy.gateway.meters.GatewayMetric;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts the messages that the transport refuses by itself, because they are too large. */
final class RefusedCalls extends ServerStreamTracer.Factory {
  private final Counter tooLarge;

  RefusedCalls(MeterRegistry meters) {
    this.tooLarge = GatewayMetric.REJECTED.counter(meters, "too_large");
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
    return new ServerStreamTracer() {
      @Override
      public void streamClosed(Status status) {
        if (status.getCode() == Status.Code.RESOURCE_EXHAUSTED) {
          tooLarge.increment();
        }
      }
    };
  }
}
