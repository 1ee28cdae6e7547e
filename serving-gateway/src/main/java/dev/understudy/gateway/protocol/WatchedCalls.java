package dev.understudy.gateway.protocol;

import dev.understudy.gateway.meters.GatewayMetric;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Sees what each call brings as it comes over the wire, long before it is a message: bounds the
 * bytes of all calls together, and counts what the transport refuses by itself. Thread-safe.
 */
final class WatchedCalls extends ServerStreamTracer.Factory {
  private final InFlightBytes inFlight;
  private final Counter tooLarge;
  private final Counter overloaded;

  WatchedCalls(InFlightBytes inFlight, MeterRegistry meters) {
    this.inFlight = inFlight;
    this.tooLarge = GatewayMetric.REJECTED.counter(meters, "too_large");
    this.overloaded = GatewayMetric.REJECTED.counter(meters, "overloaded");
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
    return new Watched(new CallHeaders(headers, inFlight.open()));
  }

  private final class Watched extends ServerStreamTracer {
    private final CallHeaders headers;
    private boolean packed;
    private volatile boolean isOverloaded;

    Watched(CallHeaders headers) {
      this.headers = headers;
    }

    @Override
    public Context filterContext(Context context) {
      return headers.within(context);
    }

    @Override
    public void inboundWireSize(long bytes) {
      take(bytes);
    }

    @Override
    public void inboundMessageRead(int number, long wireSize, long uncompressedSize) {
      packed = uncompressedSize < 0;
    }

    @Override
    public void inboundUncompressedSize(long bytes) {
      if (packed) {
        take(bytes);
      }
    }

    // The transport ends a stream whose tracer throws with the status that was thrown, as it does
    // with a message over the limit.
    private void take(long bytes) {
      try {
        headers.held().take(Math.toIntExact(bytes));
      } catch (RequestRefused refused) {
        isOverloaded = true;
        throw InferenceGrpc.status(refused.problem(), refused.reason()).asRuntimeException();
      }
    }

    @Override
    public void streamClosed(Status status) {
      headers.held().leave();
      if (status.getCode() == Status.Code.RESOURCE_EXHAUSTED) {
        (isOverloaded ? overloaded : tooLarge).increment();
      }
    }
  }
}
