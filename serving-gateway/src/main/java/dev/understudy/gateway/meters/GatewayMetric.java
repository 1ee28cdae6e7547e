package dev.understudy.gateway.meters;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Every metric of the gateway, and nothing else is one. Labels come from routes or are one of few
 * words that stand in the code; a request, a client or a unit is never one. docs/metrics.md is held
 * against this list by a test.
 */
public enum GatewayMetric {
  INFERENCE(
      "gateway.inference",
      Kind.TIMER,
      "Requests from arrival until the answer is made, by the version they were assigned to; every"
          + " request that was assigned counts.",
      "model",
      "version",
      "role",
      "mode",
      "protocol"),
  INFERENCE_TOTAL(
      "gateway.inference.total",
      Kind.COUNTER,
      "The same requests by how they ended: answered, replaced (a stand-in answered), fallback,"
          + " failed, timed_out, shed, not_logged, error.",
      "model",
      "version",
      "role",
      "mode",
      "protocol",
      "code"),
  ASSIGNMENT(
      "gateway.assignment",
      Kind.COUNTER,
      "Requests when they were assigned to a version.",
      "model",
      "version",
      "role",
      "mode",
      "protocol"),
  STAGE(
      "gateway.stage",
      Kind.HISTOGRAM_OF_SECONDS,
      "Where the time of a request went, by the version that answered: parse (body or message to"
          + " tensors), queue (waiting for the run), compute (the run), serialise (the answer's"
          + " body). Queue and compute count every answered run, parse and serialise every answer."
          + " stage is one of these four words.",
      "model",
      "version",
      "stage"),
  UNTESTED(
      "gateway.untested",
      Kind.COUNTER,
      "Requests that count for no test. reason is one of pinned, segment, held_out, retired, no_unit.",
      "model",
      "reason"),
  INFLIGHT(
      "gateway.inflight", Kind.GAUGE, "Requests, with their shadows and logs, that are not over."),
  INFLIGHT_BYTES(
      "gateway.inflight.bytes",
      Kind.GAUGE,
      "Bytes of requests and answers that are under way, over both protocols."),
  REJECTED(
      "gateway.rejected",
      Kind.COUNTER,
      "Requests that were refused before they were assigned, over both protocols. reason is a type"
          + " of problem, e.g. invalid_request; who asks for no model has no model to be a label.",
      "reason"),
  EXPLANATIONS("gateway.explanations", Kind.COUNTER, "Scores that were explained.", "model"),
  BATCH_ROWS(
      "gateway.batch.rows",
      Kind.HISTOGRAM_OF_ROWS,
      "Runs of a loaded version by the rows in them, whoever asked: callers, shadows, explanations."
          + " Versions with the same artefact share their runs.",
      "model",
      "version"),
  RUNS(
      "gateway.runs",
      Kind.COUNTER,
      "The same runs by how they ended: answered or failed.",
      "model",
      "version",
      "code"),
  RUN_SECONDS(
      "gateway.run.seconds",
      Kind.COUNTER,
      "Time of the same runs in all, in seconds.",
      "model",
      "version"),
  RUN_WAITS(
      "gateway.run.waits",
      Kind.COUNTER,
      "Requests that waited for a thread or for others to share a run.",
      "model",
      "version"),
  RUN_WAIT_SECONDS(
      "gateway.run.wait.seconds",
      Kind.COUNTER,
      "Time that these waited in all, in seconds.",
      "model",
      "version"),
  SHADOW(
      "gateway.shadow",
      Kind.COUNTER,
      "Shadows of a candidate by how they ended: answered, failed, timed_out, dropped_by_queue,"
          + " dropped_by_budget, dropped (for another reason), not_sampled (the request was not for"
          + " this candidate).",
      "model",
      "version",
      "code"),
  SHADOW_DROPPED(
      "gateway.shadow.dropped",
      Kind.COUNTER,
      "Dropped shadows in detail. reason is one of budget, queue_full (too many wait, or their"
          + " tensors hold too many bytes), queue_timeout, deadline, memory (a version that answers"
          + " needed it), closed, error.",
      "model",
      "version",
      "reason"),
  SHADOW_LAG(
      "gateway.shadow.lag",
      Kind.HISTOGRAM_OF_SECONDS,
      "From handing a shadow over, right after the caller's answer, to its score; dropped ones are"
          + " not in it.",
      "model",
      "version"),
  SHADOW_WAITING("gateway.shadow.waiting", Kind.GAUGE, "Shadows that wait."),
  LOG_EVENTS(
      "gateway.log.events",
      Kind.COUNTER,
      "Records of the log by what became of them. event is one of prediction, shadow, attributes;"
          + " result one of logged, dropped, not_sampled. The log is one for all models.",
      "event",
      "result"),
  LOG_DROPPED(
      "gateway.log.dropped",
      Kind.COUNTER,
      "Dropped records in detail. event as above; reason is one of few words, e.g. buffer_full, spool_full,"
          + " too_large.",
      "event",
      "reason"),
  LOG_LOST(
      "gateway.log.lost",
      Kind.COUNTER,
      "Records that are gone without having been counted before. event as above, or unknown; reason"
          + " is crash (at most so many) or torn.",
      "event",
      "reason"),
  LOG_BUFFER_BYTES("gateway.log.buffer.bytes", Kind.GAUGE, "Bytes that wait for Kafka in memory."),
  LOG_BUFFER_RECORDS("gateway.log.buffer.records", Kind.GAUGE, "Records that do."),
  LOG_SPOOL_BYTES("gateway.log.spool.bytes", Kind.GAUGE, "Bytes that wait for Kafka on disk."),
  LOADED_MODELS(
      "gateway.loaded.models",
      Kind.GAUGE,
      "Loaded versions, also those that are prepared and not live yet."),
  LOADED_BYTES(
      "gateway.loaded.bytes",
      Kind.GAUGE,
      "Memory that loaded and idle versions take together, by an estimate."),
  IDLE_MODELS(
      "gateway.idle.models",
      Kind.GAUGE,
      "Loaded versions that no route names any more, kept for a rollback."),
  MODEL_REVIVED(
      "gateway.model.revived",
      Kind.COUNTER,
      "Such versions that a route named again, so that they needed no load."),
  MODEL_UNLOADED(
      "gateway.model.unloaded",
      Kind.COUNTER,
      "Such versions that were unloaded. reason is number (others were used more lately, as many as"
          + " may be idle) or memory (another needed the room).",
      "reason"),
  LOADED_MODEL_INFO(
      "gateway.loaded.model.info",
      Kind.GAUGE,
      "1 for each version that is loaded for the live route. role is current, candidate or standby"
          + " (a fallback, a segment's version or the one before).",
      "model",
      "version",
      "role"),
  MODEL_MEMORY_BYTES(
      "gateway.model.memory.bytes",
      Kind.GAUGE,
      "Memory that such a version takes, by an estimate from its artefact.",
      "model",
      "version"),
  MODEL_LOAD(
      "gateway.model.load",
      Kind.SUMMARY,
      "Loads of one version, fetching included, by how they ended: loaded, held (it was loaded or"
          + " idle already, and no load was needed), refused (it is at fault, or does not fit),"
          + " unavailable (registry or remote server), error.",
      "model",
      "code"),
  MODEL_NOT_LOADED(
      "gateway.model.not.loaded",
      Kind.GAUGE,
      "1 for each model that has a route and no version loaded, so that its callers get 503. reason"
          + " is loading, registry_unavailable, artefact_unavailable, remote_unavailable, refused (it"
          + " is at fault, or does not fit) or error.",
      "model",
      "reason"),
  ROUTE_GENERATION(
      "gateway.route.generation", Kind.GAUGE, "Revision of the route that answers.", "model"),
  ROUTE_IGNORED(
      "gateway.route.ignored",
      Kind.COUNTER,
      "Published routes that were ignored. reason is name: no model may be called so.",
      "reason"),
  ROUTE_UNSAVED(
      "gateway.route.unsaved",
      Kind.COUNTER,
      "Live routes that could not be written to disk; a restart would need Kafka."),
  TRACE_SPANS(
      "gateway.trace.spans",
      Kind.COUNTER,
      "Sampled spans by what became of them: exported, failed (the receiver did not take them),"
          + " dropped (too many waited). Only where tracing is on.",
      "code");

  /** Labels that say of which version and of which kind of request; others explain themselves. */
  private static final Set<String> COMMON =
      Set.of("model", "version", "role", "mode", "protocol", "code");

  /** From a quarter of a millisecond, since an answer in half of one is nothing special. */
  private static final Duration[] OF_REQUESTS = {
    Duration.ofNanos(250_000),
    Duration.ofNanos(500_000),
    Duration.ofMillis(1),
    Duration.ofNanos(2_500_000),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2_500),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10)
  };

  private final String meter;
  private final Kind kind;
  private final String description;
  private final List<String> labels;

  GatewayMetric(String meter, Kind kind, String description, String... labels) {
    this.meter = meter;
    this.kind = kind;
    this.description = description;
    this.labels = List.of(labels);
  }

  /** How a metric is exposed to Prometheus. */
  public enum Kind {
    COUNTER("counter", "_total"),
    GAUGE("gauge", ""),
    /** In seconds, with buckets; its largest value of late is a gauge with {@code _max} behind. */
    TIMER("histogram", "_seconds"),
    /** In seconds, without buckets; likewise with {@code _max}. */
    SUMMARY("summary", "_seconds"),
    HISTOGRAM_OF_SECONDS("histogram", "_seconds"),
    HISTOGRAM_OF_ROWS("histogram", "");

    private final String type;
    private final String suffix;

    Kind(String type, String suffix) {
      this.type = type;
      this.suffix = suffix;
    }

    /** Prometheus' own word. */
    public String type() {
      return type;
    }
  }

  /** The name that Prometheus sees, without what it adds for buckets, sums and the like. */
  public String exposedName() {
    String name = meter.replace('.', '_');
    return name.endsWith(kind.suffix) ? name : name + kind.suffix;
  }

  public Kind kind() {
    return kind;
  }

  public String description() {
    return description;
  }

  /** The names of its labels. */
  public List<String> labels() {
    return labels;
  }

  /** Those among them that every reader knows; of the others the description gives the values. */
  public static Set<String> commonLabels() {
    return COMMON;
  }

  /** Values for all labels, in their order. */
  public Tags tags(String... values) {
    if (values.length != labels.size()) {
      throw new IllegalArgumentException(
          "%s has the labels %s, not %d".formatted(meter, labels, values.length));
    }
    Tags tags = Tags.empty();
    for (int i = 0; i < values.length; i++) {
      tags = tags.and(labels.get(i), values[i]);
    }
    return tags;
  }

  /** The counter with these values of the labels, made now if it is not there yet. */
  public Counter counter(MeterRegistry registry, String... values) {
    require(Kind.COUNTER);
    return Counter.builder(meter).description(description).tags(tags(values)).register(registry);
  }

  /** Has the registry ask for the sum so far at each scrape. */
  public <T> void counter(MeterRegistry registry, T of, ToDoubleFunction<T> sum, String... values) {
    require(Kind.COUNTER);
    FunctionCounter.builder(meter, of, sum)
        .description(description)
        .tags(tags(values))
        .register(registry);
  }

  /** The timer with these values of the labels, made now if it is not there yet. */
  public Timer timer(MeterRegistry registry, String... values) {
    require(Kind.TIMER, Kind.SUMMARY);
    Timer.Builder timer = Timer.builder(meter).description(description).tags(tags(values));
    return (kind == Kind.TIMER ? timer.serviceLevelObjectives(OF_REQUESTS) : timer)
        .register(registry);
  }

  /** Has the registry ask for the value at each scrape. */
  public <T> void gauge(MeterRegistry registry, T of, ToDoubleFunction<T> value) {
    require(Kind.GAUGE);
    Gauge.builder(meter, of, value).description(description).register(registry);
  }

  private void require(Kind... kinds) {
    if (!List.of(kinds).contains(kind)) {
      throw new IllegalStateException("%s is a %s".formatted(meter, kind));
    }
  }

  /** Every name that Prometheus may see of this metric. */
  public List<String> samples() {
    String name = exposedName();
    List<String> samples = new ArrayList<>();
    switch (kind) {
      case COUNTER, GAUGE -> samples.add(name);
      case TIMER, HISTOGRAM_OF_SECONDS, HISTOGRAM_OF_ROWS -> {
        samples.addAll(List.of(name + "_bucket", name + "_count", name + "_sum"));
      }
      case SUMMARY -> samples.addAll(List.of(name + "_count", name + "_sum"));
    }
    if (kind == Kind.TIMER || kind == Kind.SUMMARY) {
      samples.add(name + "_max");
    }
    return samples;
  }
}
