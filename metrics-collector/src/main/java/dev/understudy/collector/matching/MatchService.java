package dev.understudy.collector.matching;

import dev.understudy.collector.config.CollectorConfig;
import dev.understudy.contracts.Signature;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs the topology for as long as the service lives: waits for Kafka and the topics, starts again
 * what has failed for good, stops in order. Thread-safe.
 */
@ApplicationScoped
public class MatchService {
  private static final Logger LOG = Logger.getLogger(MatchService.class);
  private static final Duration PAUSE = Duration.ofSeconds(2);
  private static final int ASK_WITHIN_MS = 10_000;
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(20);

  private final CollectorConfig config;
  private final Map<String, Object> kafka;
  private final MeterRegistry registry;
  private final Signature signature;
  private final Keep keep;
  private final MatchCounts counts;
  private final LabelQueues queues = new LabelQueues();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private volatile @Nullable Running running;
  private volatile String obstacle = "not started";
  private volatile @Nullable Thread runner;

  /** The streams that run, over so many partitions of the inputs. */
  record Running(KafkaStreams streams, int partitions) {}

  /** Refuses an evaluation key that is too short, and so the start of the service. */
  MatchService(
      CollectorConfig config,
      @Identifier("default-kafka-broker") Map<String, Object> kafka,
      MeterRegistry registry) {
    this.config = config;
    this.kafka = Map.copyOf(kafka);
    this.registry = registry;
    this.signature = new Signature(config.evaluationKey());
    this.keep = Keep.of(config.keepOutcomes(), config.keepPredictions(), config.keepUndefined());
    this.counts = new MeteredCounts(registry);
  }

  void start(@Observes StartupEvent started) {
    runner = Thread.ofPlatform().name("collector-runner").start(this::run);
  }

  void stop(@Observes ShutdownEvent stopped) throws InterruptedException {
    boolean waiting = running == null;
    stopping.countDown();
    Thread started = runner;
    if (started != null) {
      if (waiting) {
        // It waits for a broker that may never answer.
        started.interrupt();
      }
      started.join(CLOSE_WITHIN.plusSeconds(5));
    }
  }

  /** Why nothing is judged at the moment; null when all is well. */
  @Nullable String obstacle() {
    Running now = running;
    if (now == null) {
      return obstacle;
    }
    KafkaStreams.State state = now.streams().state();
    return state.isRunningOrRebalancing() ? null : "Kafka Streams is " + state;
  }

  /** What runs; null while nothing does. */
  @Nullable Running running() {
    return running;
  }

  Keep keep() {
    return keep;
  }

  LabelQueues queues() {
    return queues;
  }

  private void run() {
    boolean stop = false;
    while (!stop) {
      try {
        runOnce();
      } catch (ExecutionException e) {
        pause("the topics cannot be read: " + e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        stop = true;
      } catch (RuntimeException e) {
        pause("the join cannot run: " + e);
      }
      stop |= stopping.getCount() == 0;
    }
  }

  private void runOnce() throws ExecutionException, InterruptedException {
    TopologySettings settings = settings();
    CountDownLatch over = new CountDownLatch(1);
    KafkaStreams fresh =
        new KafkaStreams(
            MatchTopology.of(settings, counts, queues), StreamSettings.of(config, kafka));
    try (fresh;
        KafkaStreamsMetrics metrics = new KafkaStreamsMetrics(fresh)) {
      fresh.setUncaughtExceptionHandler(
          failure -> {
            LOG.error("a stream thread failed and is replaced", failure);
            return StreamThreadExceptionResponse.REPLACE_THREAD;
          });
      fresh.setStateListener(
          (now, before) -> {
            LOG.infof("Kafka Streams: %s -> %s", before, now);
            if (now.hasCompletedShutdown()) {
              over.countDown();
            }
          });
      metrics.bindTo(registry);
      fresh.start();
      running = new Running(fresh, settings.partitions());
      while (stopping.getCount() > 0 && !over.await(200, TimeUnit.MILLISECONDS)) {
        // Either the service stops or the streams have failed for good.
      }
      obstacle = "Kafka Streams has stopped";
      running = null;
      fresh.close(CLOSE_WITHIN);
    }
    if (stopping.getCount() > 0) {
      pause("Kafka Streams failed and is started again");
    }
  }

  private TopologySettings settings() throws ExecutionException, InterruptedException {
    Map<String, Object> patience = new HashMap<>(kafka);
    patience.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ASK_WITHIN_MS);
    patience.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ASK_WITHIN_MS);
    Admin admin = Admin.create(patience);
    try {
      int partitions = InputTopics.partitions(admin, config.evaluationsTopic());
      TopologySettings settings =
          new TopologySettings(
              config.applicationId(), partitions, config.evaluationsTopic(), signature, keep);
      InputTopics.ensureCompacted(admin, settings.endedTopic());
      return settings;
    } finally {
      admin.close(PAUSE);
    }
  }

  private void pause(String why) {
    if (!why.equals(obstacle)) {
      LOG.warn(why);
    }
    obstacle = why;
    try {
      boolean stop = stopping.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
      LOG.debugf("waited for Kafka, stop: %s", stop);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopping.countDown();
    }
  }
}
