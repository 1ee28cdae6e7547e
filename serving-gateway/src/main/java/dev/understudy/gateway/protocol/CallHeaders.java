package dev.understudy.gateway.protocol;

import dev.understudy.contracts.ProblemType;
import io.grpc.Context;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one call carries besides its messages, and what it holds. Written by the service before the
 * answer's first message, and by nobody else.
 */
final class CallHeaders {
  /** The header that names the prediction, for whoever learns the truth later. */
  static final Metadata.Key<String> PREDICTION_ID = key("understudy-prediction-id");

  private static final Context.Key<CallHeaders> CURRENT = Context.key("understudy-call-headers");

  private final Metadata received;
  private final Metadata answered = new Metadata();

  private final InFlightBytes.Share held;
  private volatile boolean overloaded;
  private @Nullable ServerCall<?, ?> call;
  private boolean settled;
  private volatile @Nullable String model;
  private volatile @Nullable ProblemType refused;
  private volatile boolean assigned;

  CallHeaders(Metadata received, InFlightBytes.Share held) {
    this.received = received;
    this.held = held;
  }

  /** The context of the call, in which these are current. */
  Context within(Context context) {
    return context.withValue(CURRENT, this);
  }

  /** The bytes that the call holds. */
  InFlightBytes.Share held() {
    return held;
  }

  /**
   * Holds at least so many bytes.
   *
   * @throws RequestRefused if they are too many together with those of other requests
   */
  void cover(long bytes) {
    try {
      held.cover(bytes);
    } catch (RequestRefused refused) {
      overloaded = true;
      throw refused;
    }
  }

  /** So many bytes more came; likewise. */
  void take(long bytes) {
    try {
      held.take(bytes);
    } catch (RequestRefused refused) {
      overloaded = true;
      throw refused;
    }
  }

  /** Whether the call was refused for the bytes of all. */
  boolean isOverloaded() {
    return overloaded;
  }

  /** Which model it is about. */
  void asksFor(String name) {
    model = name;
  }

  /** A version was asked to answer it; what follows is not a refusal any more. */
  void assigned() {
    assigned = true;
  }

  /** It is not served. */
  void refused(ProblemType problem) {
    refused = problem;
  }

  Optional<String> model() {
    return Optional.ofNullable(model);
  }

  /**
   * Why it was not served, if it ends as the status says.
   *
   * @return empty: it was, or nobody wants to know any more
   */
  Optional<ProblemType> refusal(Status end) {
    if (assigned || end.isOk() || end.getCode() == Status.Code.CANCELLED) {
      return Optional.empty();
    }
    ProblemType known = refused;
    if (known != null) {
      return Optional.of(known);
    }
    // What the transport refuses by itself, and what failed here. A deadline that is over and a
    // connection that is lost are no refusals.
    return switch (end.getCode()) {
      case RESOURCE_EXHAUSTED -> Optional.of(ProblemType.TOO_LARGE);
      case INVALID_ARGUMENT -> Optional.of(ProblemType.INVALID_REQUEST);
      case INTERNAL, UNKNOWN -> Optional.of(ProblemType.INTERNAL);
      default -> Optional.empty();
    };
  }

  /** The call that can be closed while its request is not whole. */
  synchronized void opened(ServerCall<?, ?> call) {
    this.call = call;
  }

  /** Whoever is told true may close the call, or hand its request on; nobody else may. */
  synchronized boolean settle() {
    boolean isFirst = !settled;
    settled = true;
    return isFirst;
  }

  /** Ends a call whose request does not come to its end, and says whether it still waited. */
  boolean expire(Status status) {
    ServerCall<?, ?> stalled;
    synchronized (this) {
      stalled = call;
      if (stalled == null || !settle()) {
        return false;
      }
    }
    held.leave();
    stalled.close(status, new Metadata());
    return true;
  }

  /** Those of the call that runs on this thread, while its request is being handled. */
  static CallHeaders current() {
    CallHeaders headers = CURRENT.get();
    if (headers == null) {
      throw new IllegalStateException("the service was called without its tracer");
    }
    return headers;
  }

  /** The header of that lower-case name, if it is text. */
  Optional<String> find(String name) {
    return name.endsWith(Metadata.BINARY_HEADER_SUFFIX)
        ? Optional.empty()
        : Optional.ofNullable(received.get(key(name)));
  }

  /** The time until the client's deadline, which may have passed. */
  Optional<Duration> remaining() {
    return Optional.ofNullable(Context.current().getDeadline())
        .map(deadline -> Duration.ofNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS)));
  }

  /** Names the prediction in the answer. */
  void predicted(String id) {
    answered.put(PREDICTION_ID, id);
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  /** Sends what the service has written. */
  static final class Interceptor implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata received, ServerCallHandler<Q, A> next) {
      CallHeaders headers = current();
      return next.startCall(
          new SimpleForwardingServerCall<>(call) {
            @Override
            public void sendHeaders(Metadata sent) {
              sent.merge(headers.answered);
              super.sendHeaders(sent);
            }
          },
          received);
    }
  }
}
