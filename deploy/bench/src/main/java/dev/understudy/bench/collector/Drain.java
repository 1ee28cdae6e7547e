package dev.understudy.bench.collector;

import dev.understudy.collector.matching.Keep;
import dev.understudy.collector.matching.MatchCounts;
import dev.understudy.collector.matching.MatchTopology;
import dev.understudy.collector.matching.StreamSettings;
import dev.understudy.collector.matching.TopologySettings;
import dev.understudy.contracts.Signature;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.local.stack.StackException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/**
 * One of the two that read the log: it is started when a batch is there, and its time runs from the
 * first outcome that it meets until the last pair of the batch is through.
 */
final class Drain {
  static final String EVALUATIONS = "understudy-bench-evaluations";

  private static final Duration LIMIT = Duration.ofMinutes(15);
  private static final Duration SESSION = Duration.ofSeconds(15);
  private static final Duration TRANSACTION = Duration.ofSeconds(60);

  private final String name;
  private final Path home;
  private final String servers;
  private final int threads;
  private final Function<Progress, Topology> topology;

  private Drain(
      String name, Path home, String servers, int threads, Function<Progress, Topology> topology) {
    this.name = name;
    this.home = home;
    this.servers = servers;
    this.threads = threads;
    this.topology = topology;
  }

  static Drain bareJoin(Path home, String servers, int threads) {
    return new Drain("understudy-bench-bare", home, servers, threads, BareJoin::of);
  }

  static Drain collector(Path home, String servers, int threads) {
    TopologySettings settings =
        new TopologySettings(
            "understudy-bench-collector",
            Topic.PREDICTIONS.partitions(),
            EVALUATIONS,
            new Signature("a key for benchmarks only"),
            Keep.of(Duration.ofDays(7), Duration.ofDays(1), Duration.ofDays(30)));
    return new Drain(
        settings.applicationId(),
        home,
        servers,
        threads,
        progress -> MatchTopology.of(settings, new Judged(progress)));
  }

  /** The compacted topic that the collector needs beside its own. */
  static String endedTopic() {
    return "understudy-bench-collector-ended-tests";
  }

  /** Pairs a second of one batch. */
  double rate(int pairs) {
    Progress progress = new Progress(pairs);
    var settings =
        StreamSettings.of(
            name,
            home.resolve(name),
            threads,
            SESSION,
            TRANSACTION,
            Map.of("bootstrap.servers", servers));
    KafkaStreams streams = new KafkaStreams(topology.apply(progress), settings);
    streams.setUncaughtExceptionHandler(
        failure -> {
          System.err.println(name + " failed: " + failure);
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    try {
      streams.start();
      await(progress);
      return pairs / progress.seconds();
    } finally {
      streams.close(
          new KafkaStreams.CloseOptions().timeout(Duration.ofMinutes(1)).leaveGroup(true));
    }
  }

  /** What its stores take on the disk while it does not run. */
  long bytesOnDisk() {
    try (Stream<Path> files = Files.walk(home.resolve(name))) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException e) {
      throw new StackException("%s cannot be read: %s".formatted(home, e), e);
    }
  }

  private void await(Progress progress) {
    try {
      if (!progress.done().await(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        throw new StackException(
            "%s: %d pairs were not through within %s".formatted(name, progress.left(), LIMIT));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException("interrupted", e);
    }
  }

  /** Counts what is judged, and nothing else. */
  private record Judged(Progress progress) implements MatchCounts {
    @Override
    public void outcome(OutcomeStatus status) {
      progress.outcome();
    }

    @Override
    public void shadow(ShadowStatus status) {}

    @Override
    public void prediction(PredictionStatus status) {
      if (status == PredictionStatus.JUDGED) {
        progress.through();
      }
    }

    @Override
    public void evaluation(Verdict verdict) {}

    @Override
    public void definition(boolean accepted) {}

    @Override
    public void passed(int partition, long secondMs) {}
  }
}
