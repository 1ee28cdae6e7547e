package dev.understudy.gateway.protocol;

import dev.understudy.contracts.ProblemType;
import dev.understudy.contracts.inference.GRPCInferenceServiceGrpc;
import dev.understudy.gateway.inference.Refusals;
import dev.understudy.gateway.inference.RequestTraits;
import dev.understudy.gateway.meters.GatewayMetric;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Sees what each call brings as it comes over the wire, long before it is a message: bounds the
 * bytes of all calls together, and counts what the transport refuses by itself. Thread-safe.
 */
final class WatchedCalls extends ServerStreamTracer.Factory {
  private static final Logger LOG = Logger.getLogger(WatchedCalls.class);
  private static final String INFER =
      GRPCInferenceServiceGrpc.getModelInferMethod().getFullMethodName();

  private final InFlightBytes inFlight;
  private final Counter tooLarge;
  private final Counter overloaded;
  private final Counter overdue;
  private final Refusals refusals;
  private final int limit;
  private final Duration deadline;
  private final Set<Watched> begun = ConcurrentHashMap.newKeySet();

  WatchedCalls(
      InFlightBytes inFlight, RequestLimits limits, Refusals refusals, MeterRegistry meters) {
    this.refusals = refusals;
    this.limit = limits.bodyBytes();
    this.deadline = limits.bodyDeadline();
    this.overdue = GatewayMetric.REJECTED.counter(meters, "body_overdue");
    this.inFlight = inFlight;
    this.tooLarge = GatewayMetric.REJECTED.counter(meters, "too_large");
    this.overloaded = GatewayMetric.REJECTED.counter(meters, "overloaded");
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
    boolean isFollowed = refusals.isFollowed() && fullMethodName.equals(INFER);
    return new Watched(
        new CallHeaders(headers, inFlight.open()), isFollowed ? Instant.now() : null);
  }

  /**
   * Ends the calls whose request has begun and does not come to its end. A call's time begins when
   * a look first finds it, so that none needs a clock that is never found. Not to be called by two
   * threads at once.
   */
  void look() {
    try {
      long now = System.nanoTime();
      for (Watched call : begun) {
        call.look(now);
      }
    } catch (RuntimeException e) {
      LOG.error("overdue calls could not be ended", e);
    }
  }

  private final class Watched extends ServerStreamTracer {
    private final CallHeaders headers;
    private final @Nullable Instant arrivedAt;
    private boolean packed;
    private long onWire;
    private long unpacked;
    private boolean hasBegun;
    private boolean wasSeen;
    private long seenAt;

    /**
     * A call that has just begun.
     *
     * @param arrivedAt null: nobody follows what becomes of it
     */
    Watched(CallHeaders headers, @Nullable Instant arrivedAt) {
      this.headers = headers;
      this.arrivedAt = arrivedAt;
    }

    @Override
    public Context filterContext(Context context) {
      return headers.within(context);
    }

    @Override
    public void inboundWireSize(long bytes) {
      if (!hasBegun) {
        hasBegun = true;
        begun.add(this);
      }
      onWire += bytes;
      take(bytes, onWire);
    }

    void look(long now) {
      if (!wasSeen) {
        wasSeen = true;
        seenAt = now;
      } else if (now - seenAt >= deadline.toNanos()) {
        begun.remove(this);
        RequestRefused late = BoundedBody.overdue(deadline);
        headers.refused(late.problem());
        if (headers.expire(InferenceGrpc.status(late.problem(), late.reason()))) {
          overdue.increment();
        }
      }
    }

    @Override
    public void inboundMessageRead(int number, long wireSize, long uncompressedSize) {
      packed = uncompressedSize < 0;
    }

    @Override
    public void inboundUncompressedSize(long bytes) {
      if (packed) {
        unpacked += bytes;
        take(bytes, unpacked);
      }
    }

    // The transport ends a stream whose tracer throws with the status that was thrown, as it does
    // with a message over the limit.
    private void take(long bytes, long all) {
      try {
        if (all > limit) {
          throw new RequestRefused(
              ProblemType.TOO_LARGE,
              "the message is larger than %d bytes; %s".formatted(limit, RequestLimits.WAY_OUT));
        }
        headers.take(bytes);
      } catch (RequestRefused refused) {
        headers.refused(refused.problem());
        throw InferenceGrpc.status(refused.problem(), refused.reason()).asRuntimeException();
      }
    }

    @Override
    public void streamClosed(Status status) {
      begun.remove(this);
      headers.held().leave();
      if (status.getCode() == Status.Code.RESOURCE_EXHAUSTED) {
        (headers.isOverloaded() ? overloaded : tooLarge).increment();
      }
      if (arrivedAt != null) {
        Instant since = arrivedAt;
        headers
            .refusal(status)
            .ifPresent(
                problem ->
                    refusals.tell(
                        RequestTraits.Protocol.GRPC,
                        headers.model(),
                        problem,
                        since,
                        headers::find));
      }
    }
  }
}
