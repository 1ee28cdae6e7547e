package dev.understudy.gateway.inference;

import dev.understudy.gateway.meters.Histogram;
import dev.understudy.scoring.Score;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What one version has done for its callers, in the terms of the protocol's statistics; shadows are
 * not among it. All sums only rise. Thread-safe.
 */
public final class VersionStatistics {
  /** Larger batches count in the sums and are not listed by size. */
  private static final int LARGEST_LISTED = 1_024;

  private final Sum success = new Sum();
  private final Sum fail = new Sum();
  private final Sum read = new Sum();
  private final Histogram parse = Histogram.ofStage();
  private final Histogram queue = Histogram.ofStage();
  private final Histogram run = Histogram.ofStage();
  private final Histogram serialise = Histogram.ofStage();
  private final LongAdder executions = new LongAdder();
  private final LongAdder rows = new LongAdder();
  private final AtomicLong lastMillis = new AtomicLong();
  private final AtomicReferenceArray<@Nullable Sum> bySize =
      new AtomicReferenceArray<>(LARGEST_LISTED + 1);

  private static final class Sum {
    final LongAdder count = new LongAdder();
    final LongAdder nanos = new LongAdder();

    void add(long duration) {
      count.increment();
      nanos.add(duration);
    }

    Total total() {
      return new Total(count.sum(), nanos.sum());
    }
  }

  /**
   * The version was asked once.
   *
   * @param size rows of the request
   * @param readNanos from the request's arrival until it could be asked
   * @param askedNanos from asking to its score
   */
  void scored(Score score, int size, long readNanos, long askedNanos) {
    lastMillis.set(System.currentTimeMillis());
    if (!(score instanceof Score.Answered answered)) {
      fail.add(readNanos + askedNanos);
      return;
    }
    success.add(readNanos + askedNanos);
    read.add(readNanos);
    queue.record(askedNanos - answered.latencyNanos());
    run.record(answered.latencyNanos());
    rows.add(size);
    long together = answered.runRows() == Score.Answered.ALONE ? size : answered.runRows();
    if (together > 0) {
      executions.increment();
    }
    if (together > 0 && together <= LARGEST_LISTED) {
      ofSize((int) together).add(answered.runNanos());
    }
  }

  private Sum ofSize(int size) {
    Sum present = bySize.get(size);
    if (present == null) {
      bySize.compareAndSet(size, null, new Sum());
      present = bySize.get(size);
    }
    return present == null ? new Sum() : present;
  }

  /** The sums of now. */
  Snapshot snapshot() {
    List<Batch> batches = new ArrayList<>();
    for (int size = 0; size < bySize.length(); size++) {
      Sum sum = bySize.get(size);
      if (sum != null) {
        batches.add(new Batch(size, sum.total()));
      }
    }
    return new Snapshot(
        lastMillis.get(),
        rows.sum(),
        executions.sum(),
        success.total(),
        fail.total(),
        total(queue),
        read.total(),
        total(run),
        batches);
  }

  private static Total total(Histogram histogram) {
    return new Total(histogram.count(), histogram.sum());
  }

  Histogram parse() {
    return parse;
  }

  Histogram serialise() {
    return serialise;
  }

  /** Where the time of a request goes, by the stage's name. */
  Map<String, Histogram> stages() {
    return Map.of("parse", parse, "queue", queue, "compute", run, "serialise", serialise);
  }

  /** How often, and how long in all, in nanoseconds. */
  public record Total(long count, long nanos) {}

  /**
   * Runs of so many rows, of one request or of several that shared them.
   *
   * @param run in the model, conversion of tensors included
   */
  public record Batch(int size, Total run) {}

  /**
   * The sums at one moment.
   *
   * @param lastMillis of the last request, since the epoch; 0: there was none
   * @param inferences rows that were answered
   * @param executions runs that answered; one may answer several requests
   * @param success from the request's arrival to the score
   * @param queue between asking and the run
   * @param read from the request's arrival until the version could be asked
   * @param run in the model, conversion of tensors included
   */
  public record Snapshot(
      long lastMillis,
      long inferences,
      long executions,
      Total success,
      Total fail,
      Total queue,
      Total read,
      Total run,
      List<Batch> batches) {
    public Snapshot {
      batches = List.copyOf(batches);
    }

    /** Of a version that nobody has asked yet. */
    public static Snapshot none() {
      return new VersionStatistics().snapshot();
    }
  }
}
