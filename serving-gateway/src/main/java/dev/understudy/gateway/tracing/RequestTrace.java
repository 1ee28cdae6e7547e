package dev.understudy.gateway.tracing;

import dev.understudy.scoring.CarriedHeaders;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One request's place in a trace, or one part of it: from its beginning to its end, which must be
 * told. Where tracing is off there is {@link #NONE}, which does nothing. Thread-safe.
 */
public final class RequestTrace {
  /** Of a request that nobody traces. */
  public static final RequestTrace NONE = new RequestTrace(null, Span.getInvalid());

  private static final AttributeKey<String> VERSION = AttributeKey.stringKey("understudy.version");
  private static final AttributeKey<String> CODE = AttributeKey.stringKey("understudy.code");

  private final @Nullable Tracer tracer;
  private final Span span;

  RequestTrace(@Nullable Tracer tracer, Span span) {
    this.tracer = tracer;
    this.span = span;
  }

  /** Whether requests are traced; not whether this one is sampled. */
  public boolean isOn() {
    return tracer != null;
  }

  /** A part of the request: what one version does for it, seen or unseen. */
  public RequestTrace part(String name, String version) {
    if (tracer == null) {
      return NONE;
    }
    Span child =
        tracer
            .spanBuilder(name)
            .setParent(Context.root().with(span))
            .setSpanKind(SpanKind.INTERNAL)
            .setAttribute(VERSION, version)
            .startSpan();
    return new RequestTrace(tracer, child);
  }

  /** Does it with this context for whatever other server is called meanwhile. */
  public <T> T carry(Supplier<T> call) {
    return tracer == null ? call.get() : CarriedHeaders.with(context().headers(), call);
  }

  /** Where this is, for whoever comes later. */
  public TraceContext context() {
    SpanContext here = span.getSpanContext();
    if (!here.isValid()) {
      return TraceContext.NONE;
    }
    Map<String, String> headers = new HashMap<>();
    W3CTraceContextPropagator.getInstance()
        .inject(Context.root().with(span), headers, (to, name, value) -> headers.put(name, value));
    return new TraceContext(
        headers.getOrDefault(TraceContext.PARENT, ""),
        headers.getOrDefault(TraceContext.STATE, ""));
  }

  /** Which version it was that answered. */
  public void answeredBy(String version) {
    span.setAttribute(VERSION, version);
  }

  /**
   * It is over; once.
   *
   * @param code one of few words
   * @param good whether that is as it should be
   */
  public void end(String code, boolean good) {
    span.setAttribute(CODE, code);
    if (!good) {
      span.setStatus(StatusCode.ERROR, code);
    }
    span.end();
  }
}
