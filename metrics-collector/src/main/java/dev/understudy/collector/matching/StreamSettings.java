package dev.understudy.collector.matching;

import dev.understudy.collector.config.CollectorConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.LogAndContinueExceptionHandler;
import org.apache.kafka.streams.processor.LogAndSkipOnInvalidTimestamp;

/** Kafka Streams' settings: exactly once, and patient with a machine that is starved. */
public final class StreamSettings {
  private static final int COMMIT_EVERY_MS = 200;

  /** Work that was decided and left for the next turn waits no longer than this, see there. */
  private static final long POLL_MS = 20;

  private static final int HEARTBEATS_PER_SESSION = 5;
  private static final long CACHE_BYTES = 16L << 20;

  private StreamSettings() {}

  static Properties of(CollectorConfig config, Map<String, Object> kafka) {
    return of(
        config.applicationId(),
        config.stateDir(),
        config.streamThreads(),
        config.sessionTimeout(),
        config.transactionTimeout(),
        kafka);
  }

  /**
   * The settings of one collector.
   *
   * @param kafka settings of every client, the bootstrap servers among them
   */
  public static Properties of(
      String applicationId,
      Path stateDir,
      int streamThreads,
      Duration sessionTimeout,
      Duration transactionTimeout,
      Map<String, Object> kafka) {
    Map<String, Object> settings = new HashMap<>(kafka);
    // The application id stands for both; a group of another name would split the work wrongly.
    settings.remove("group.id");
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
    settings.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toAbsolutePath().toString());
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, streamThreads);
    settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_EVERY_MS);
    settings.put(StreamsConfig.POLL_MS_CONFIG, POLL_MS);
    settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, CACHE_BYTES);
    settings.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
    settings.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class.getName());
    settings.put(
        StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG,
        LogAndSkipOnInvalidTimestamp.class.getName());
    settings.put(
        StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG,
        LogAndContinueExceptionHandler.class.getName());
    settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    int session = Math.toIntExact(sessionTimeout.toMillis());
    settings.put(
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), session);
    settings.put(
        StreamsConfig.mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
        session / HEARTBEATS_PER_SESSION);
    settings.put(
        StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
        Math.toIntExact(transactionTimeout.toMillis()));
    Properties properties = new Properties();
    properties.putAll(settings);
    return properties;
  }
}
