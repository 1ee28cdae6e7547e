package dev.understudy.gateway.tracing;

import io.micrometer.core.instrument.Counter;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sampled spans that wait to be sent in batches, no more than so many; every one is counted as
 * exported, failed or dropped. The batches themselves are OpenTelemetry's. Thread-safe.
 */
final class BoundedSpans implements SpanProcessor {
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final int BATCH = 512;

  private final int most;
  private final Counter dropped;
  private final AtomicInteger waiting = new AtomicInteger();
  private final BatchSpanProcessor batches;

  BoundedSpans(SpanExporter to, int most, Counter exported, Counter failed, Counter dropped) {
    this.most = most;
    this.dropped = dropped;
    this.batches =
        BatchSpanProcessor.builder(new Counted(to, exported, failed))
            // Ours is the bound that is met first, since it is the one that counts.
            .setMaxQueueSize(Math.max(2 * BATCH, 2 * most))
            .setMaxExportBatchSize(BATCH)
            .setScheduleDelay(PAUSE)
            .build();
  }

  @Override
  public void onStart(Context parent, ReadWriteSpan span) {}

  @Override
  public boolean isStartRequired() {
    return false;
  }

  @Override
  public void onEnd(ReadableSpan span) {
    if (!span.getSpanContext().isSampled()) {
      return;
    }
    if (waiting.incrementAndGet() > most) {
      waiting.decrementAndGet();
      dropped.increment();
      return;
    }
    batches.onEnd(span);
  }

  @Override
  public boolean isEndRequired() {
    return true;
  }

  @Override
  public CompletableResultCode shutdown() {
    return batches.shutdown();
  }

  @Override
  public CompletableResultCode forceFlush() {
    return batches.forceFlush();
  }

  private final class Counted implements SpanExporter {
    private final SpanExporter to;
    private final Counter exported;
    private final Counter failed;

    Counted(SpanExporter to, Counter exported, Counter failed) {
      this.to = to;
      this.exported = exported;
      this.failed = failed;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      int batch = spans.size();
      waiting.addAndGet(-batch);
      CompletableResultCode result = to.export(spans);
      return result.whenComplete(() -> (result.isSuccess() ? exported : failed).increment(batch));
    }

    @Override
    public CompletableResultCode flush() {
      return to.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
      return to.shutdown();
    }
  }
}
