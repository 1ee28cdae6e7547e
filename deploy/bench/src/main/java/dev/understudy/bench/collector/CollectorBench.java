package dev.understudy.bench.collector;

import dev.understudy.bench.gateway.Broker;
import dev.understudy.bench.report.CollectorReport;
import dev.understudy.bench.report.Spread;
import dev.understudy.bench.report.WaitingReport;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.local.stack.Ports;
import dev.understudy.local.stack.StackException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * In each round a batch is written while nobody reads, then the one and the other reads it, the
 * order changing from round to round. Both go on where they stopped, with the stores of the rounds
 * before and in the same process, so all but the first rounds are warm. The broker has its own
 * process and shares the machine.
 */
public final class CollectorBench {
  /** H of what only waits: longer than any run. */
  private static final long PATIENT_MS = 30L * 24 * 60 * 60 * 1_000;

  private static final int CHUNK = 500_000;
  private static final int FEW = 4_000;

  private final Path home;
  private final int lag;
  private final Consumer<String> progress;

  /** With data in that folder, and each outcome so many predictions after its own. */
  public CollectorBench(Path home, int lag, Consumer<String> progress) {
    this.home = home;
    this.lag = lag;
    this.progress = progress;
  }

  /**
   * Measures one case, with a broker and stores of its own.
   *
   * @param shadow whether the candidate is a shadow (three records a pair) or an arm (two)
   * @param tests live at once, each of a model of its own, that share the batch
   * @param warmUps rounds that do not count
   */
  public CollectorReport measure(
      boolean shadow, int tests, int threads, int pairs, int warmUps, int rounds) {
    RouteMode mode = shadow ? RouteMode.SHADOW : RouteMode.SPLIT;
    String name = "%s-%d".formatted(shadow ? "shadow" : "split", tests);
    Path here = home.resolve(name);
    Ports ports = Ports.free();
    List<Double> judged = new ArrayList<>();
    List<Double> joined = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    progress.accept(name + ": starting Kafka");
    try (Broker broker = Broker.start(here, ports.kafka(), ports.controller());
        Traffic traffic = new Traffic(broker.servers(), mode, lag)) {
      makeTopics(broker.servers());
      for (int i = 0; i < tests; i++) {
        traffic.define(Traffic.HORIZON_MS);
      }
      Drain collector = Drain.collector(here, broker.servers(), threads);
      Drain bare = Drain.bareJoin(here, broker.servers(), threads);
      for (int round = 0; round < warmUps + rounds; round++) {
        write(traffic, pairs, tests);
        boolean first = round % 2 == 0;
        double one = (first ? collector : bare).rate(pairs);
        double other = (first ? bare : collector).rate(pairs);
        double ours = first ? one : other;
        double there = first ? other : one;
        boolean counts = round >= warmUps;
        progress.accept(
            "%s: %s %d: %,.0f judged/s, %,.0f joined/s, ratio %.2f"
                .formatted(
                    name,
                    counts ? "round" : "warm-up",
                    counts ? round - warmUps + 1 : round + 1,
                    ours,
                    there,
                    ours / there));
        if (counts) {
          judged.add(ours);
          joined.add(there);
          ratios.add(ours / there);
        }
      }
    }
    return new CollectorReport(
        name, tests, threads, pairs, Spread.of(judged), Spread.of(joined), Spread.of(ratios));
  }

  /**
   * Measures the collector alone, first with nothing that waits and then with so many predictions
   * whose truth is days away.
   *
   * @param shadow whether the candidate is a shadow or an arm
   * @param waiting predictions that wait in the second half
   */
  public WaitingReport waiting(
      boolean shadow, int waiting, int threads, int pairs, int warmUps, int rounds) {
    Path here = home.resolve(shadow ? "waiting-shadow" : "waiting-split");
    Ports ports = Ports.free();
    RouteMode mode = shadow ? RouteMode.SHADOW : RouteMode.SPLIT;
    progress.accept("waiting: starting Kafka");
    try (Broker broker = Broker.start(here, ports.kafka(), ports.controller());
        Traffic traffic = new Traffic(broker.servers(), mode, lag)) {
      makeTopics(broker.servers());
      traffic.define(Traffic.HORIZON_MS);
      int patient = traffic.define(PATIENT_MS);
      Drain collector = Drain.collector(here, broker.servers(), threads);
      rates("warm-up", traffic, collector, pairs, warmUps);
      Spread empty = Spread.of(rates("with nothing waiting", traffic, collector, pairs, rounds));
      long bytesBefore = collector.bytesOnDisk();
      for (int left = waiting; left > 0; left -= CHUNK) {
        traffic.predict(Math.min(left, CHUNK), patient);
        // When these are through, so are those before them.
        write(traffic, FEW, 1);
        double rate = collector.rate(FEW) / FEW * (Math.min(left, CHUNK) + FEW);
        progress.accept(
            "waiting: %,d of %,d, taken in at %,.0f/s"
                .formatted(waiting - Math.max(0, left - CHUNK), waiting, rate));
      }
      double bytes = (collector.bytesOnDisk() - bytesBefore) / (double) Math.max(1, waiting);
      Spread full = Spread.of(rates("with all waiting", traffic, collector, pairs, rounds));
      return new WaitingReport(
          shadow ? "shadow" : "split",
          waiting,
          threads,
          Runtime.getRuntime().maxMemory(),
          bytes,
          empty,
          full);
    }
  }

  private List<Double> rates(String what, Traffic traffic, Drain collector, int pairs, int rounds) {
    List<Double> rates = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      write(traffic, pairs, 1);
      double rate = collector.rate(pairs);
      progress.accept("waiting: %s, %,.0f judged/s".formatted(what, rate));
      rates.add(rate);
    }
    return rates;
  }

  /** A batch, and the time after which all of it is mature. */
  private static void write(Traffic traffic, int pairs, int over) {
    traffic.write(pairs, over);
    pause(Traffic.HORIZON_MS + 1_500);
    traffic.tick();
    pause(1_100);
    traffic.tick();
  }

  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException("interrupted", e);
    }
  }

  private static void makeTopics(String servers) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(Drain.endedTopic(), Optional.of(1), Optional.empty())
                      .configs(Map.of("cleanup.policy", "compact")),
                  new NewTopic(Drain.EVALUATIONS, Optional.of(1), Optional.empty()),
                  new NewTopic(
                      BareJoin.OUTPUT,
                      Optional.of(Topic.PREDICTIONS.partitions()),
                      Optional.empty())))
          .all()
          .get();
    } catch (ExecutionException e) {
      throw new StackException("Kafka made no topics: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException("interrupted", e);
    }
  }
}
