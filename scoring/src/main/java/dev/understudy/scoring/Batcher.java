package dev.understudy.scoring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Lets requests with equal shapes share a run. A batch takes its place in the room with its first
 * request, and takes in others until a thread is free for it, it has waited long enough, or it is
 * full. If the shared run fails, each request is run alone: one that is bad fails alone.
 * Thread-safe.
 */
final class Batcher {
  private final ModelRunner runner;
  private final ScoringRoom room;
  private final RunPolicy policy;
  private final List<TensorSpec> inputs;
  private final Map<TensorRows.Shapes, Batch> open = new HashMap<>();
  private final AtomicInteger waiting = new AtomicInteger();

  Batcher(ModelRunner runner, ScoringRoom room, RunPolicy policy) {
    this.runner = runner;
    this.room = room;
    this.policy = policy;
    this.inputs = runner.model().inputs();
  }

  /** Whether all but the last tenth of the places to wait are taken. */
  boolean isNearlyFull() {
    return waiting.get() >= policy.queue() - policy.queue() / 10;
  }

  /** Scores a request in a batch, or alone if it has the rows of one or its shapes are odd. */
  CompletionStage<Score> score(Map<String, Tensor> request, long rows, Duration deadline) {
    TensorRows.Shapes shapes = rows < policy.mostRows() ? TensorRows.shapes(inputs, request) : null;
    if (shapes == null) {
      return runner.score(request, deadline, room);
    }
    Member member = new Member(request, rows, deadline);
    if (room.waitNanos() > deadline.toNanos()) {
      member.ticket.shed("deadline");
    } else if (waiting.get() > policy.queue()) {
      member.ticket.shed("queue_full");
    } else {
      join(member, shapes).ifPresent(room::enqueue);
      member.ticket.startClock();
    }
    return member.ticket.answer();
  }

  /** The batch that was opened for this request, if none took it in. */
  private synchronized Optional<Batch> join(Member member, TensorRows.Shapes shapes) {
    Batch batch = open.get(shapes);
    if (batch != null && batch.take(member)) {
      return Optional.empty();
    }
    Batch next = new Batch(shapes, member);
    open.put(shapes, next);
    return Optional.of(next);
  }

  /** A request in a batch. */
  private final class Member implements Ticket.Holder {
    final Map<String, Tensor> request;
    final long rows;
    final Ticket ticket;
    private volatile @Nullable Batch batch;

    Member(Map<String, Tensor> request, long rows, Duration deadline) {
      this.request = request;
      this.rows = rows;
      this.ticket = new Ticket(deadline, this);
      waiting.incrementAndGet();
    }

    /** False: it was answered already. */
    boolean answer(Score score) {
      return ticket.finish(score);
    }

    @Override
    public void late() {
      Batch mine = batch;
      if (mine != null) {
        mine.stopIfNobodyWaits();
      }
    }

    @Override
    public void neverRan() {
      waiting.decrementAndGet();
    }
  }

  /** Requests that share a run: taken in under the lock of the batcher, then run by one thread. */
  private final class Batch implements ScoringRoom.Job {
    private final TensorRows.Shapes shapes;
    private final List<Member> members = new ArrayList<>();
    private final long closesAt = System.nanoTime() + policy.longestDelay().toNanos();
    private long rows;
    private boolean closed;

    // What runs now, for whom; under this batch's own lock.
    private ScoringRoom.@Nullable Work running;
    private List<Member> runningFor = List.of();

    Batch(TensorRows.Shapes shapes, Member first) {
      this.shapes = shapes;
      take(first);
    }

    /** Under the lock of the batcher; false: it is full or under way. */
    boolean take(Member member) {
      if (closed || rows + member.rows > policy.mostRows()) {
        return false;
      }
      member.batch = this;
      members.add(member);
      rows += member.rows;
      if (rows == policy.mostRows()) {
        Batcher.this.notifyAll();
      }
      return true;
    }

    @Override
    public void run() {
      awaitMembers();
      List<Member> present = new ArrayList<>(members.size());
      for (Member member : members) {
        if (member.ticket.start()) {
          waiting.decrementAndGet();
          runner.waited(member.ticket.waitedNanos());
          present.add(member);
        }
      }
      if (present.isEmpty()) {
        return;
      }
      long start = System.nanoTime();
      try {
        if (present.size() == 1 || !runTogether(present)) {
          present.forEach(this::runAlone);
        }
      } catch (OutOfMemoryError e) {
        long took = System.nanoTime() - start;
        present.forEach(
            member -> member.answer(new Score.Failed(Score.Failed.MEMORY, "out of memory", took)));
      }
      room.kept(System.nanoTime() - start);
    }

    private void awaitMembers() {
      synchronized (Batcher.this) {
        try {
          long left = closesAt - System.nanoTime();
          while (left > 0 && rows < policy.mostRows()) {
            TimeUnit.NANOSECONDS.timedWait(Batcher.this, left);
            left = closesAt - System.nanoTime();
          }
        } catch (InterruptedException closing) {
          Thread.currentThread().interrupt();
        }
        close();
      }
    }

    private void close() {
      closed = true;
      open.remove(shapes, this);
    }

    /** False: it failed, which may be the doing of one of them. */
    private boolean runTogether(List<Member> present) {
      long together = present.stream().mapToLong(member -> member.rows).sum();
      Map<String, Tensor> joined =
          TensorRows.join(inputs, present.stream().map(member -> member.request).toList());
      Score score = run(joined, together, present);
      if (score instanceof Score.Shed) {
        // It gave way, or nothing runs any more: what holds for all holds for each.
        present.forEach(member -> member.answer(score));
        return true;
      }
      if (!(score instanceof Score.Answered answered)) {
        return false;
      }
      long at = 0;
      boolean counted = false;
      for (Member member : present) {
        counted |=
            member.answer(
                new Score.Answered(
                    TensorRows.slice(answered.outputs(), at, member.rows),
                    runner.asIfAlone(answered.latencyNanos(), member.rows, together),
                    counted ? 0 : together,
                    counted ? 0 : answered.latencyNanos()));
        at += member.rows;
      }
      return true;
    }

    private void runAlone(Member member) {
      if (!member.ticket.isAnswered()) {
        member.answer(run(member.request, member.rows, List.of(member)));
      }
    }

    private Score run(Map<String, Tensor> request, long rows, List<Member> forWhom) {
      ScoringRoom.Work work = runner.beginInRoom(request, rows);
      if (work == null) {
        return new Score.Shed("closed");
      }
      synchronized (this) {
        running = work;
        runningFor = forWhom;
      }
      stopIfNobodyWaits();
      try {
        return ScoringRoom.run(work);
      } finally {
        synchronized (this) {
          running = null;
          runningFor = List.of();
        }
      }
    }

    synchronized void stopIfNobodyWaits() {
      if (running != null && runningFor.stream().allMatch(member -> member.ticket.isAnswered())) {
        running.terminate();
      }
    }

    @Override
    public void shed(String cause) {
      synchronized (Batcher.this) {
        close();
      }
      members.forEach(member -> member.ticket.shed(cause));
    }
  }
}
