package dev.understudy.gateway.tracing;

import dev.understudy.gateway.meters.GatewayMetric;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether requests are traced, and where their spans go. A caller's context is continued; one that
 * is damaged is ignored, as W3C Trace Context has it, and a new trace begins. Thread-safe.
 */
public final class Tracing implements AutoCloseable {
  private static final AttributeKey<String> MODEL = AttributeKey.stringKey("understudy.model");
  private static final AttributeKey<String> ARM = AttributeKey.stringKey("understudy.arm");
  private static final AttributeKey<String> PREDICTION =
      AttributeKey.stringKey("understudy.prediction_id");
  private static final AttributeKey<String> PROTOCOL =
      AttributeKey.stringKey("understudy.protocol");
  private static final AttributeKey<String> CODE = AttributeKey.stringKey("understudy.code");
  private static final AttributeKey<String> PROBLEM = AttributeKey.stringKey("error.type");
  private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9-]{1,64}");
  private static final Duration LAST_SPANS = Duration.ofSeconds(5);

  private final @Nullable SdkTracerProvider provider;
  private final @Nullable Tracer tracer;

  private Tracing(@Nullable SdkTracerProvider provider) {
    this.provider = provider;
    this.tracer = provider == null ? null : provider.get("dev.understudy.gateway");
  }

  /**
   * Where spans go, and which.
   *
   * @param endpoint of OTLP over HTTP, with its path
   * @param ratio of the traces that begin here and are sampled, from 0 to 1; of one that a caller
   *     has begun, the caller has decided
   * @param waiting spans that may wait to be sent; one more is dropped and counted
   * @param headers for the receiver, which may be secret
   */
  public record Settings(
      URI endpoint,
      double ratio,
      int waiting,
      Duration timeout,
      Map<String, String> headers,
      String gatewayId,
      String version) {
    public Settings {
      headers = Map.copyOf(headers);
      if (!(ratio >= 0 && ratio <= 1)) {
        throw new IllegalArgumentException(
            "understudy.tracing.ratio is %s, and must be from 0 to 1".formatted(ratio));
      }
      if (waiting < 1) {
        throw new IllegalArgumentException(
            "understudy.tracing.queue is %d, and must be at least 1".formatted(waiting));
      }
      if (!timeout.isPositive()) {
        throw new IllegalArgumentException("understudy.tracing.timeout must be above zero");
      }
      if (!List.of("http", "https").contains(String.valueOf(endpoint.getScheme()))
          || endpoint.getHost() == null) {
        throw new IllegalArgumentException(
            "understudy.tracing.endpoint must be the whole http(s) address of an OTLP receiver,"
                + " e.g. http://localhost:4318/v1/traces");
      }
      for (Map.Entry<String, String> header : headers.entrySet()) {
        // The value is not said: it may be a secret.
        if (!HEADER.matcher(header.getKey()).matches()
            || !header.getValue().chars().allMatch(c -> c >= ' ' && c < 0x7F)) {
          throw new IllegalArgumentException(
              "understudy.tracing.headers.%s is no header of HTTP: a name of letters, digits and"
                      .formatted(header.getKey())
                  + " dashes, and a value of printable ASCII");
        }
      }
    }

    /** Without the headers' values. */
    @Override
    public String toString() {
      return "Settings[endpoint=%s, ratio=%s, waiting=%d, timeout=%s, headers=%s]"
          .formatted(endpoint, ratio, waiting, timeout, headers.keySet());
    }
  }

  /** Nothing is traced, and no header is looked at. */
  public static Tracing off() {
    return new Tracing(null);
  }

  /** Requests are traced from now on. */
  public static Tracing on(Settings settings, MeterRegistry meters) {
    BoundedSpans bounded =
        new BoundedSpans(
            OtlpHttpSpanExporter.builder()
                .setEndpoint(settings.endpoint().toString())
                .setTimeout(settings.timeout())
                .setHeaders(settings::headers)
                .build(),
            settings.waiting(),
            GatewayMetric.TRACE_SPANS.counter(meters, "exported"),
            GatewayMetric.TRACE_SPANS.counter(meters, "failed"),
            GatewayMetric.TRACE_SPANS.counter(meters, "dropped"));
    return new Tracing(
        SdkTracerProvider.builder()
            .setResource(
                Resource.create(
                    Attributes.of(
                        AttributeKey.stringKey("service.name"),
                        "understudy-gateway",
                        AttributeKey.stringKey("service.version"),
                        settings.version(),
                        AttributeKey.stringKey("service.instance.id"),
                        settings.gatewayId())))
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(settings.ratio())))
            .addSpanProcessor(bounded)
            .build());
  }

  /** Whether requests are traced. */
  public boolean isOn() {
    return tracer != null;
  }

  /**
   * A request was assigned.
   *
   * @param header of the request, by its lower-case name
   */
  public RequestTrace begin(
      Assigned assigned, Instant arrivedAt, Function<String, Optional<String>> header) {
    if (tracer == null) {
      return RequestTrace.NONE;
    }
    Span span =
        server(tracer, "infer " + assigned.model(), arrivedAt, header)
            .setAttribute(MODEL, assigned.model())
            .setAttribute(ARM, assigned.arm())
            .setAttribute(PREDICTION, assigned.predictionId())
            .setAttribute(PROTOCOL, assigned.protocol())
            .startSpan();
    return new RequestTrace(tracer, span);
  }

  /**
   * A request was refused before it was assigned.
   *
   * @param header of the request, by its lower-case name
   */
  public void refused(
      Refused refused, Instant arrivedAt, Function<String, Optional<String>> header) {
    if (tracer == null) {
      return;
    }
    SpanBuilder builder =
        server(tracer, "infer", arrivedAt, header)
            .setAttribute(PROTOCOL, refused.protocol())
            .setAttribute(CODE, "refused")
            .setAttribute(PROBLEM, refused.problem());
    refused.model().ifPresent(model -> builder.setAttribute(MODEL, model));
    Span span = builder.startSpan();
    // That a client asks for what it cannot have is no error of this server.
    if (refused.isOurs()) {
      span.setStatus(StatusCode.ERROR, refused.problem());
    }
    span.end();
  }

  private static SpanBuilder server(
      Tracer tracer, String name, Instant arrivedAt, Function<String, Optional<String>> header) {
    return tracer
        .spanBuilder(name)
        .setParent(W3CTraceContextPropagator.getInstance().extract(Context.root(), header, HEADERS))
        .setSpanKind(SpanKind.SERVER)
        .setStartTimestamp(arrivedAt);
  }

  /**
   * What is known of a request that was refused.
   *
   * @param problem its type
   * @param isOurs whether the client could not have done better
   */
  public record Refused(Optional<String> model, String protocol, String problem, boolean isOurs) {}

  /** Which request it is. */
  public record Assigned(String model, String arm, String predictionId, String protocol) {}

  private static final TextMapGetter<Function<String, Optional<String>>> HEADERS =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Function<String, Optional<String>> headers) {
          return List.of(TraceContext.PARENT, TraceContext.STATE);
        }

        @Override
        public @Nullable String get(
            @Nullable Function<String, Optional<String>> headers, String name) {
          return headers == null ? null : headers.apply(name).orElse(null);
        }
      };

  /** Sends what still waits, for a few seconds. */
  @Override
  public void close() {
    if (provider != null) {
      provider.shutdown().join(LAST_SPANS.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
