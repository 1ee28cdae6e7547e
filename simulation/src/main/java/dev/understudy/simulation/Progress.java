package dev.understudy.simulation;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Says on a terminal's error stream how far a simulation is, about once a second. */
final class Progress {
  private static final long EVERY_NANOS = 1_000_000_000L;

  private final PrintWriter out;
  private final int scenarios;
  private final int runs;
  private final long begin = System.nanoTime();
  private final AtomicInteger done = new AtomicInteger();
  private volatile String scenario = "";
  private volatile int number;
  private long scenarioBegin;
  private long said;

  Progress(PrintWriter out, int scenarios, int runs) {
    this.out = out;
    this.scenarios = scenarios;
    this.runs = runs;
  }

  void begins(String name) {
    scenario = name;
    number++;
    done.set(0);
    scenarioBegin = System.nanoTime();
  }

  void ranOnce() {
    int now = done.incrementAndGet();
    synchronized (this) {
      long nanos = System.nanoTime();
      if (nanos - said < EVERY_NANOS || now == runs) {
        return;
      }
      said = nanos;
      long left = (nanos - scenarioBegin) / now * (runs - now);
      out.printf(
          "%d/%d %s: %,d of %,d runs, %s left of this scenario%n",
          number, scenarios, scenario, now, runs, time(left));
      out.flush();
    }
  }

  void ended() {
    long nanos = System.nanoTime();
    out.printf(
        "%d/%d %s: %,d runs in %s, %s since the start%n",
        number, scenarios, scenario, runs, time(nanos - scenarioBegin), time(nanos - begin));
    out.flush();
  }

  private static String time(long nanos) {
    Duration time = Duration.ofNanos(nanos);
    return time.toMinutes() > 0
        ? "%d min %d s".formatted(time.toMinutes(), time.toSecondsPart())
        : "%d s".formatted(time.toSeconds());
  }
}
