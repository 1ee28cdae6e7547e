package dev.understudy.scoring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Decides where and with whom a loaded model runs: a cheap run on the caller's thread, another in
 * the model's own room, maybe together with those that wait there. What is cheap is known from the
 * warm-up and from every run since. Thread-safe.
 */
final class ModelRunner implements AutoCloseable {
  private static final Duration FIRST_PENALTY = Duration.ofSeconds(10);
  private static final int MOST_PENALTY_DOUBLINGS = 5;

  /** Far from what is stopped on a caller's thread. */
  private static final Duration MOST_TOGETHER = Duration.ofMillis(5);

  private static final int RECORDED = 8;
  private static final int RECORD_ONE_IN = 1024;
  private static final int MOST_RECORDED_ROWS = 8;

  private final WarmModel warm;
  private final Model model;
  private final @Nullable LocalModel local;
  private final RunCost cost;
  private final ScoringRoom room;
  private final @Nullable Batcher batcher;
  private final RunPolicy policy;
  private final double cheapNanos;
  private final boolean batchable;

  private final LongAdder[] runsByRows = RunStatistics.adders();
  private final LongAdder answered = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder rowsRun = new LongAdder();
  private final LongAdder runNanos = new LongAdder();
  private final LongAdder waits = new LongAdder();
  private final LongAdder waitedNanos = new LongAdder();

  private final AtomicReferenceArray<@Nullable Map<String, Tensor>> recorded =
      new AtomicReferenceArray<>(RECORDED);

  private volatile boolean givesWay;
  private volatile int stops;
  private volatile long notHereBefore = System.nanoTime();

  ModelRunner(String name, WarmModel warm, RunPolicy policy) {
    this.warm = warm;
    this.policy = policy;
    this.model = warm.model();
    this.local = model instanceof LocalModel here ? here : null;
    this.cost = warm.cost();
    this.room = new ScoringRoom(name, policy.concurrency(), policy.queue());
    this.cheapNanos = policy.cheap().toNanos();
    // Who says so takes answers that depend on what else is in the run.
    this.batchable =
        warm.takesBatches()
            && (!warm.neighboursMayMatter() || policy.batching() == RunPolicy.Batching.ON);
    boolean batches =
        batchable
            && switch (policy.batching()) {
              case ON -> true;
              case AUTO -> cost.isLessInBatches();
              case OFF -> false;
            };
    this.batcher = batches ? new Batcher(this, room, policy) : null;
  }

  Model model() {
    return model;
  }

  /** Whether its own runs are, from now on, such as nobody depends on. */
  void giveWay(boolean toOthers) {
    givesWay = toOthers;
  }

  boolean givesWay() {
    return givesWay;
  }

  /** Whether a request of so many rows is scored at once, by whoever asks. */
  boolean isCheap(long rows) {
    return local != null
        && local.runsAnywhere()
        && cost.nanos(rows) <= cheapNanos
        && (stops == 0 || System.nanoTime() - notHereBefore >= 0);
  }

  /** How requests share a run; empty: they do not, or only where one thread has several. */
  Optional<RunPolicy> batching() {
    return batcher == null ? Optional.empty() : Optional.of(policy);
  }

  /** Whether its room has places left for urgent requests only. */
  boolean isNearlyFull() {
    return batcher == null ? room.isNearlyFull() : batcher.isNearlyFull();
  }

  /** The same of a request. */
  boolean isCheap(Map<String, Tensor> inputs) {
    return isCheap(TensorRows.rows(model.inputs(), inputs));
  }

  /** What a request will take of a processor here, in nanoseconds; 0 for a model elsewhere. */
  long expectedNanos(Map<String, Tensor> inputs) {
    return local == null
        ? 0
        : Math.max(1, Math.round(cost.nanos(TensorRows.rows(model.inputs(), inputs))));
  }

  /** A few of the small requests that came, to warm up another version with. */
  List<Map<String, Tensor>> recorded() {
    List<Map<String, Tensor>> requests = new ArrayList<>(RECORDED);
    for (int i = 0; i < RECORDED; i++) {
      Map<String, Tensor> request = recorded.get(i);
      if (request != null) {
        requests.add(request);
      }
    }
    return requests;
  }

  private void record(Map<String, Tensor> inputs, long rows) {
    int at = ThreadLocalRandom.current().nextInt(RECORD_ONE_IN);
    if (at < RECORDED && rows <= MOST_RECORDED_ROWS) {
      recorded.set(at, inputs);
    }
  }

  /** Scores a request, on this thread if that is cheap; see {@link Model#score}. */
  CompletionStage<Score> score(Map<String, Tensor> inputs, Duration deadline) {
    long rows = TensorRows.rows(model.inputs(), inputs);
    record(inputs, rows);
    if (!isCheap(rows)) {
      return scoreElsewhere(inputs, rows, deadline);
    }
    long start = System.nanoTime();
    Score score = scoreHere(inputs, rows);
    // This thread must not wait until others have given way, and the room's may.
    if (score != null && (givesWay || !GivingWay.mayHelp(score, start))) {
      return CompletableFuture.completedStage(score);
    }
    long took = System.nanoTime() - start;
    Duration left = deadline.minusNanos(took);
    return left.isPositive()
        ? scoreElsewhere(inputs, rows, left)
        : CompletableFuture.completedStage(new Score.TimedOut(took));
  }

  private CompletionStage<Score> scoreElsewhere(
      Map<String, Tensor> inputs, long rows, Duration deadline) {
    return batcher == null ? score(inputs, deadline, room) : batcher.score(inputs, rows, deadline);
  }

  /** Scores a request in another room than the model's own. */
  CompletionStage<Score> score(
      Map<String, Tensor> inputs, Duration deadline, ScoringRoom elsewhere) {
    long rows = TensorRows.rows(model.inputs(), inputs);
    if (local == null) {
      return model
          .score(inputs, deadline, elsewhere)
          .whenComplete((score, none) -> called(score, rows));
    }
    ScoringRoom.Work work = begin(inputs, rows, elsewhere != room || givesWay);
    return work == null
        ? CompletableFuture.completedStage(new Score.Shed("closed"))
        : elsewhere.submit(work, deadline);
  }

  /**
   * Scores requests that {@link #isCheap are cheap} on this thread, those of equal shapes in one
   * run. The latency of each is {@linkplain RunCost#asIfAlone as if it had run alone}, not its
   * share of the run.
   *
   * @return in the order of the requests; null where it turned out too slow to be scored here
   */
  List<@Nullable Score> scoreTogether(List<Map<String, Tensor>> requests) {
    @Nullable Score[] scores = new Score[requests.size()];
    Map<TensorRows.Shapes, List<Integer>> groups = new LinkedHashMap<>();
    for (int i = 0; i < scores.length; i++) {
      TensorRows.Shapes shapes = TensorRows.shapes(model.inputs(), requests.get(i));
      if (shapes == null) {
        scores[i] = scoreHere(requests.get(i), TensorRows.rows(model.inputs(), requests.get(i)));
      } else {
        groups.computeIfAbsent(shapes, key -> new ArrayList<>()).add(i);
      }
    }
    for (List<Integer> group : groups.values()) {
      List<Map<String, Tensor>> together = group.stream().map(requests::get).toList();
      List<@Nullable Score> answers = scoreGroup(together);
      for (int i = 0; i < group.size(); i++) {
        scores[group.get(i)] = answers.get(i);
      }
    }
    return Arrays.asList(scores);
  }

  private List<@Nullable Score> scoreGroup(List<Map<String, Tensor>> group) {
    List<@Nullable Score> scores = new ArrayList<>(group.size());
    if (batchable && group.size() > 1) {
      long rows = group.stream().mapToLong(one -> TensorRows.rows(model.inputs(), one)).sum();
      Score score =
          cost.nanos(rows) < MOST_TOGETHER.toNanos()
              ? scoreHere(TensorRows.join(model.inputs(), group), rows)
              : null;
      if (score instanceof Score.Answered answered) {
        long at = 0;
        for (Map<String, Tensor> one : group) {
          long own = TensorRows.rows(model.inputs(), one);
          scores.add(
              new Score.Answered(
                  TensorRows.slice(answered.outputs(), at, own),
                  cost.asIfAlone(answered.latencyNanos(), own, rows),
                  at == 0 ? rows : 0,
                  at == 0 ? answered.latencyNanos() : 0));
          at += own;
        }
        return scores;
      }
    }
    // Alone, or one of them spoils it for the others.
    for (Map<String, Tensor> one : group) {
      scores.add(scoreHere(one, TensorRows.rows(model.inputs(), one)));
    }
    return scores;
  }

  /** Scores on this thread; null: there are too many here, or it took too long and was stopped. */
  private @Nullable Score scoreHere(Map<String, Tensor> inputs, long rows) {
    if (!isCheap(1)) {
      return null;
    }
    ScoringRoom.Work work = begin(inputs, rows);
    if (work == null) {
      return new Score.Shed("closed");
    }
    Score score = CallersThread.run(work);
    if (score == null) {
      work.end();
    } else if (score instanceof Score.TimedOut) {
      banFromHere();
      return null;
    }
    return score;
  }

  // Each time it was stopped it must stay away for twice as long.
  private synchronized void banFromHere() {
    long penalty = FIRST_PENALTY.toNanos() << Math.min(stops, MOST_PENALTY_DOUBLINGS);
    notHereBefore = System.nanoTime() + penalty;
    stops++;
  }

  /** A run that is taken account of; null when the model is closed. */
  ScoringRoom.@Nullable Work begin(Map<String, Tensor> inputs, long rows) {
    ScoringRoom.Work work = local == null ? null : local.begin(inputs);
    return work == null ? null : new Counted(work, rows);
  }

  /** The same in its own room, whose threads may wait for memory. */
  ScoringRoom.@Nullable Work beginInRoom(Map<String, Tensor> inputs, long rows) {
    return begin(inputs, rows, givesWay);
  }

  private ScoringRoom.@Nullable Work begin(Map<String, Tensor> inputs, long rows, boolean modest) {
    ScoringRoom.Work work = begin(inputs, rows);
    if (work == null || local == null || !local.sharesMemory()) {
      return work;
    }
    return modest ? GivingWay.modest(work) : GivingWay.preferred(work);
  }

  /** Takes account of a request that has waited for its run. */
  void waited(long nanos) {
    waits.increment();
    waitedNanos.add(nanos);
  }

  /** What a request of so many rows is charged of a run that it shared. */
  long asIfAlone(long runNanos, long own, long all) {
    return cost.asIfAlone(runNanos, own, all);
  }

  /** Takes account of a model elsewhere, whose run we see only from outside. */
  private void called(Score score, long rows) {
    switch (score) {
      case Score.Answered answered -> ran(score, rows, answered.latencyNanos());
      case Score.Failed failure -> ran(score, rows, failure.latencyNanos());
      case Score.TimedOut late -> ran(score, rows, late.afterNanos());
      case Score.Shed notRun -> {}
    }
  }

  private void ran(Score score, long rows, long took) {
    runsByRows[RunStatistics.place(rows)].increment();
    rowsRun.add(rows);
    runNanos.add(took);
    (score instanceof Score.Answered ? answered : failed).increment();
  }

  RunStatistics statistics() {
    return new RunStatistics(
        Arrays.stream(runsByRows).map(LongAdder::sum).toList(),
        answered.sum(),
        failed.sum(),
        rowsRun.sum(),
        runNanos.sum(),
        waits.sum(),
        waitedNanos.sum());
  }

  /** Nothing more is run here; the model stays as it is, for another runner. */
  WarmModel rest() {
    room.close();
    return warm;
  }

  /** Nothing more is run; the model is closed after its last run. */
  @Override
  public void close() {
    room.close();
    model.close();
  }

  private final class Counted implements ScoringRoom.Work {
    private final ScoringRoom.Work work;
    private final long rows;

    Counted(ScoringRoom.Work work, long rows) {
      this.work = work;
      this.rows = rows;
    }

    @Override
    public void waited(long nanos) {
      ModelRunner.this.waited(nanos);
    }

    @Override
    public Score run() {
      long start = System.nanoTime();
      Score score = work.run();
      long took = System.nanoTime() - start;
      ran(score, rows, took);
      if (score instanceof Score.Answered) {
        cost.ran(rows, took);
      }
      return score;
    }

    @Override
    public void terminate() {
      work.terminate();
    }

    @Override
    public void end() {
      work.end();
    }
  }
}
