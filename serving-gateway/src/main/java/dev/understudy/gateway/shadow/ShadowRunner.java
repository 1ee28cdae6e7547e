package dev.understudy.gateway.shadow;

import dev.understudy.gateway.meters.GatewayMetric;
import dev.understudy.gateway.meters.Histogram;
import dev.understudy.scoring.ModelPool;
import dev.understudy.scoring.ModestThreads;
import dev.understudy.scoring.Score;
import dev.understudy.scoring.ScoringRoom;
import dev.understudy.scoring.Tensor;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiPredicate;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Whether a shadow may run now, and where: cheap ones every millisecond in one go on one thread, so
 * that no request wakes a thread of its own; others in few threads behind a short queue. All
 * together take no more than a share of the processors, and those that are not cheap a smaller one,
 * so a candidate that is slow or greedy takes nothing from those who answer; and each candidate has
 * an equal part of it, so nothing from the others. Thread-safe.
 */
public final class ShadowRunner implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ShadowRunner.class);
  private static final double STANDARD_SHARE = 0.5;
  private static final int OF_THE_HEAP = 8;
  private static final int MOST_AT_ONCE = 64;
  private static final Duration ROUND = Duration.ofMillis(1);

  private final ScoringRoom room;
  private final BlockingQueue<Waiting> cheap;
  private final Thread rounds;
  private final ShadowBudget budget;
  private final ShadowBudget slowBudget;
  private final ShadowMeters meters;
  private final Map<ShadowMeters.OfVersion, Accounts> accounts = new ConcurrentHashMap<>();
  private final long mostBytes;
  private final AtomicLong heldBytes = new AtomicLong();
  private volatile boolean closed;

  /** A runner with so many threads and places to wait, and half of the processors' time. */
  public ShadowRunner(int threads, int places, MeterRegistry meters) {
    this(new Limits(threads, places, STANDARD_SHARE, STANDARD_SHARE, standardBytes(), 0), meters);
  }

  /**
   * What shadows may take.
   *
   * @param threads for shadows that are not cheap; one more is for those that are
   * @param places to wait, for either kind
   * @param share of the time of all processors that shadows may take, over 0 and at most 1
   * @param slowShare of it, what those may take that are not cheap
   * @param bytes of tensors that wait or run, of either kind; a request's tensors would otherwise
   *     outlive the bound on the requests that are under way
   * @param nice how far the threads of those that are not cheap stand back from those that answer;
   *     see {@link ModestThreads}
   */
  public record Limits(
      int threads, int places, double share, double slowShare, long bytes, int nice) {
    public Limits {
      if (bytes < 1) {
        throw new IllegalArgumentException(
            "understudy.shadow.bytes is %d; use at least 1".formatted(bytes));
      }
    }
  }

  /** A runner within these limits. */
  public ShadowRunner(Limits limits, MeterRegistry meters) {
    this.mostBytes = limits.bytes();
    this.room =
        new ScoringRoom(
            limits.threads(), limits.places(), ModestThreads.named("shadow", limits.nice()));
    this.cheap = new ArrayBlockingQueue<>(limits.places());
    this.budget = budget(limits.share());
    this.slowBudget = budget(limits.slowShare());
    this.meters = new ShadowMeters(meters);
    GatewayMetric.SHADOW_WAITING.gauge(meters, this, ShadowRunner::waiting);
    // Not nice: it shares the lock of its queue with every caller, and must not be stopped in it.
    this.rounds = Thread.ofPlatform().daemon().name("shadow-rounds").start(this::goRound);
  }

  private static ShadowBudget budget(double share) {
    return new ShadowBudget(share, Runtime.getRuntime().availableProcessors(), System.nanoTime());
  }

  /** Bytes of tensors that shadows may hold by default. */
  public static long standardBytes() {
    return Runtime.getRuntime().maxMemory() / OF_THE_HEAP;
  }

  private int waiting() {
    return room.waiting() + cheap.size();
  }

  /** What one candidate may take: of the time of all, and of that of those that are not cheap. */
  private record Accounts(ShadowBudget.Account all, ShadowBudget.Account slow) {

    /** Charges a run in advance; false: nothing is left for its kind, and nothing is charged. */
    boolean charge(long nanos, boolean cheap, long now) {
      if (!all.take(nanos, now)) {
        return false;
      }
      if (cheap || nanos == 0 || slow.take(nanos, now)) {
        return true;
      }
      all.settle(nanos, 0);
      return false;
    }

    void settle(long charged, long taken, boolean cheap) {
      all.settle(charged, taken);
      if (!cheap) {
        slow.settle(charged, taken);
      }
    }

    void close() {
      all.close();
      slow.close();
    }
  }

  private Accounts accounts(ShadowMeters.OfVersion version, long now) {
    Accounts known = accounts.get(version);
    return known != null
        ? known
        : accounts.computeIfAbsent(
            version, any -> new Accounts(budget.open(now), slowBudget.open(now)));
  }

  /** A cheap shadow that waits for the next round. */
  private record Waiting(
      ShadowMeters.OfVersion meters,
      Accounts accounts,
      ModelPool.Lease candidate,
      Map<String, Tensor> inputs,
      long charged,
      long offeredAt,
      Duration deadline,
      CompletableFuture<Score> score) {

    Duration left() {
      return deadline.minusNanos(System.nanoTime() - offeredAt);
    }
  }

  /**
   * Takes a shadow on, or refuses it at once: then the stage is complete and holds what it was
   * dropped for.
   *
   * @param model of which version it is, for the meters
   * @param candidate stays open until the stage is complete
   * @param deadline from now, waiting included
   */
  public CompletionStage<Score> offer(
      String model,
      String version,
      ModelPool.Lease candidate,
      Map<String, Tensor> inputs,
      Duration deadline) {
    ShadowMeters.OfVersion counted = meters.of(model, version);
    long now = System.nanoTime();
    long charged = candidate.expectedNanos(inputs);
    boolean cheap = candidate.isCheap(inputs);
    Accounts accounts = accounts(counted, now);
    if (!accounts.charge(charged, cheap, now)) {
      return shed("budget", counted);
    }
    long bytes = bytes(inputs);
    if (!hold(bytes)) {
      accounts.settle(charged, 0, cheap);
      return shed("queue_full", counted);
    }
    CompletionStage<Score> score;
    try {
      score =
          cheap
              ? nextRound(counted, accounts, candidate, inputs, charged, now, deadline)
              : inRoom(accounts, candidate, inputs, charged, deadline)
                  .whenComplete((known, none) -> counted.ended(known, System.nanoTime() - now));
    } catch (RuntimeException | Error e) {
      heldBytes.addAndGet(-bytes);
      throw e;
    }
    return score.whenComplete((any, none) -> heldBytes.addAndGet(-bytes));
  }

  private static CompletionStage<Score> shed(String cause, ShadowMeters.OfVersion counted) {
    Score score = new Score.Shed(cause);
    counted.ended(score, 0);
    return CompletableFuture.completedStage(score);
  }

  private static long bytes(Map<String, Tensor> inputs) {
    long bytes = 0;
    for (Tensor tensor : inputs.values()) {
      bytes += tensor.heapBytes();
    }
    return bytes;
  }

  private boolean hold(long bytes) {
    if (heldBytes.addAndGet(bytes) <= mostBytes) {
      return true;
    }
    heldBytes.addAndGet(-bytes);
    return false;
  }

  private CompletionStage<Score> nextRound(
      ShadowMeters.OfVersion counted,
      Accounts accounts,
      ModelPool.Lease candidate,
      Map<String, Tensor> inputs,
      long charged,
      long now,
      Duration deadline) {
    Waiting waiting =
        new Waiting(
            counted,
            accounts,
            candidate,
            inputs,
            charged,
            now,
            deadline,
            new CompletableFuture<>());
    if (closed || !cheap.offer(waiting)) {
      drop(waiting, closed ? "closed" : "queue_full");
    } else if (closed && cheap.remove(waiting)) {
      drop(waiting, "closed");
    }
    return waiting.score();
  }

  private CompletionStage<Score> inRoom(
      Accounts accounts,
      ModelPool.Lease candidate,
      Map<String, Tensor> inputs,
      long charged,
      Duration deadline) {
    return candidate
        .score(inputs, deadline, room)
        .thenApply(
            score -> {
              // A model elsewhere takes none of our processors.
              accounts.settle(charged, charged == 0 ? 0 : nanos(score), false);
              return score;
            });
  }

  private static long nanos(Score score) {
    return switch (score) {
      case Score.Answered answered -> answered.latencyNanos();
      case Score.Failed failed -> failed.latencyNanos();
      case Score.TimedOut late -> late.afterNanos();
      case Score.Shed shed -> 0;
    };
  }

  private void goRound() {
    List<Waiting> round = new ArrayList<>(MOST_AT_ONCE);
    while (!closed) {
      try {
        round.add(cheap.take());
      } catch (InterruptedException closing) {
        return;
      }
      if (cheap.size() < MOST_AT_ONCE - 1) {
        LockSupport.parkNanos(ROUND.toNanos());
      }
      cheap.drainTo(round, MOST_AT_ONCE - 1);
      try {
        score(round);
      } catch (RuntimeException | Error e) {
        // Whoever waits for these must hear of it, and those of the next round must be scored.
        LOG.error("a round of shadows failed", e);
        round.stream()
            .filter(waiting -> !waiting.score().isDone())
            .forEach(waiting -> drop(waiting, "error"));
      }
      round.clear();
    }
  }

  private void score(List<Waiting> round) {
    Map<ModelPool.Lease, List<Waiting>> byCandidate = new LinkedHashMap<>();
    for (Waiting waiting : round) {
      if (waiting.left().isPositive()) {
        byCandidate.computeIfAbsent(waiting.candidate(), key -> new ArrayList<>()).add(waiting);
      } else {
        drop(waiting, "queue_timeout");
      }
    }
    byCandidate.forEach(this::scoreTogether);
  }

  private void scoreTogether(ModelPool.Lease candidate, List<Waiting> together) {
    long start = System.nanoTime();
    List<@Nullable Score> scores;
    try {
      scores = candidate.scoreTogether(together.stream().map(Waiting::inputs).toList());
    } catch (RuntimeException | OutOfMemoryError e) {
      String errorClass = e instanceof OutOfMemoryError ? "memory" : "runtime";
      Score spoilt = new Score.Failed(errorClass, e.toString(), System.nanoTime() - start);
      scores = Collections.nCopies(together.size(), spoilt);
    }
    long each = (System.nanoTime() - start) / together.size();
    for (int i = 0; i < together.size(); i++) {
      Waiting waiting = together.get(i);
      waiting.accounts().settle(waiting.charged(), each, true);
      Score score = scores.get(i);
      if (score != null) {
        finish(waiting, score);
      } else {
        scoreLater(waiting);
      }
    }
  }

  // It seemed cheap and is not.
  private void scoreLater(Waiting waiting) {
    long charged = waiting.candidate().expectedNanos(waiting.inputs());
    waiting.accounts().settle(0, charged, false);
    inRoom(waiting.accounts(), waiting.candidate(), waiting.inputs(), charged, waiting.left())
        .thenAccept(score -> finish(waiting, score));
  }

  private void drop(Waiting waiting, String cause) {
    waiting.accounts().settle(waiting.charged(), 0, true);
    finish(waiting, new Score.Shed(cause));
  }

  private static void finish(Waiting waiting, Score score) {
    waiting.meters().ended(score, System.nanoTime() - waiting.offeredAt());
    waiting.score().complete(score);
  }

  /** A request that has a shadow, but not of this version. */
  public void notSampled(String model, String version) {
    meters.of(model, version).notSampled();
  }

  /**
   * Ends meters and accounts of every version that this does not hold for, by model and version.
   */
  public void keepOnly(BiPredicate<String, String> loaded) {
    meters.keepOnly(loaded);
    accounts.forEach(
        (version, its) -> {
          if (!loaded.test(version.model(), version.version()) && accounts.remove(version, its)) {
            its.close();
          }
        });
  }

  /** How far shadows are behind the answers, by version. */
  public List<Lag> lags() {
    return meters.lags();
  }

  /** How far the shadows of one version are behind the answers. */
  public record Lag(String model, String version, Histogram behind) {}

  /** Nothing more is taken on; what waits is dropped. */
  @Override
  public void close() {
    closed = true;
    rounds.interrupt();
    room.close();
    for (Waiting waiting = cheap.poll(); waiting != null; waiting = cheap.poll()) {
      drop(waiting, "closed");
    }
  }
}
