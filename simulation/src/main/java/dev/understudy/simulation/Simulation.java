package dev.understudy.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs scenarios. Each run has a generator of its own, split off in the order of the runs, so that
 * the result does not depend on which thread runs what.
 *
 * @param runs of each scenario
 * @param seed of all
 * @param threads at work
 */
record Simulation(int runs, long seed, int threads) {
  /** Told after each run, from any thread. */
  @FunctionalInterface
  interface Listener {
    void ranOnce();
  }

  Simulation {
    if (runs < 1) {
      throw new IllegalArgumentException("runs: %d is not above 0".formatted(runs));
    }
    if (threads < 1) {
      throw new IllegalArgumentException("threads: %d is not above 0".formatted(threads));
    }
  }

  List<Row> rows(Scenario scenario, Listener listener) throws InterruptedException {
    List<Ending> endings = endings(scenario, listener);
    return scenario.measures().stream().map(measure -> measure.row(scenario, endings)).toList();
  }

  private List<Ending> endings(Scenario scenario, Listener listener) throws InterruptedException {
    // The name is part of the seed: no two scenarios see the same units.
    SplittableRandom root = new SplittableRandom(seed * 31 + scenario.name().hashCode());
    List<Future<Ending>> started = new ArrayList<>(runs);
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try {
      for (int run = 0; run < runs; run++) {
        SplittableRandom random = root.split();
        started.add(
            workers.submit(
                () -> {
                  Ending ending = scenario.run().of(random);
                  listener.ranOnce();
                  return ending;
                }));
      }
      List<Ending> endings = new ArrayList<>(runs);
      for (Future<Ending> one : started) {
        endings.add(one.get());
      }
      return endings;
    } catch (ExecutionException e) {
      throw new IllegalStateException("scenario " + scenario.name() + " failed", e.getCause());
    } finally {
      workers.shutdownNow();
    }
  }
}
