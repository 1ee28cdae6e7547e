package dev.understudy.collector.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Every setting of the collector; an unknown key under {@code understudy} stops the start. Where
 * Kafka is says {@code kafka.bootstrap.servers}, and any other {@code kafka.*} key goes to the
 * clients.
 */
@ConfigMapping(prefix = "understudy")
public interface CollectorConfig {
  /**
   * Names the consumer group and the internal topics. Collectors that share the work share it; one
   * with an id of its own reads the whole log for itself.
   */
  @WithDefault("understudy-collector")
  String applicationId();

  /** The secret that evaluations are signed with; the registry has the same. */
  String evaluationKey();

  /** Where evaluations go; a second, independent collector needs a topic of its own. */
  @WithDefault("understudy.evaluations")
  String evaluationsTopic();

  /** Local copy of the state; may be lost, then it is restored from Kafka. */
  @WithDefault("data/collector")
  Path stateDir();

  /** Threads of the join and the judge. */
  @WithDefault("1")
  int streamThreads();

  /** How long an outcome waits for its prediction, in log time. */
  @WithDefault("P7D")
  Duration keepOutcomes();

  /** How long repetitions of a prediction that nobody waits for any more are recognised. */
  @WithDefault("P1D")
  Duration keepPredictions();

  /** How long a prediction waits for the definition of its test, in log time. */
  @WithDefault("P30D")
  Duration keepUndefined();

  /** How often a tick advances log time in every partition. */
  @WithDefault("PT1S")
  Duration tickInterval();

  /** How long a stalled thread may hold a transaction open. */
  @WithDefault("PT60S")
  Duration transactionTimeout();

  /** After how much silence other collectors take over the work of this one. */
  @WithDefault("PT15S")
  Duration sessionTimeout();

  /** Outcomes over HTTP. */
  Outcomes outcomes();

  /** Outcomes over HTTP. */
  interface Outcomes {
    /** Outcomes in one request. */
    @WithDefault("10000")
    int maxBatch();

    /** Bytes of one request. */
    @WithDefault("4194304")
    int maxBodyBytes();

    /** How long the broker may take to acknowledge a batch. */
    @WithDefault("PT10S")
    Duration sendTimeout();
  }
}
