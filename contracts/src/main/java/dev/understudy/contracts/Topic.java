package dev.understudy.contracts;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every topic that connects the services: its name, its key, its partitions and how long it keeps
 * what. Immutable.
 *
 * <p><em>predictions</em> and <em>outcomes</em> are joined partition by partition, so they always
 * have the same number of partitions and carry the broker's append time, which is the judge's
 * clock.
 */
public enum Topic {
  /** {@code PredictionEvent}, key: prediction id. */
  PREDICTIONS(4, Cleanup.DELETE, Duration.ofDays(30)),
  /** {@code OutcomeEvent}, key: prediction id. */
  OUTCOMES(4, Cleanup.DELETE, Duration.ofDays(90)),
  /** Sensitive attributes for fairness only, key: prediction id. */
  ATTRIBUTES(4, Cleanup.DELETE, Duration.ofDays(30)),
  /** {@code TestDefined}, key: test id. */
  TESTS(1, Cleanup.COMPACT, Duration.ZERO),
  /** {@code RolloutEvaluated}, key: rollout id. */
  EVALUATIONS(1, Cleanup.DELETE, Duration.ofDays(90)),
  /** {@code ModelReported}, key: project/model. */
  REPORTS(1, Cleanup.DELETE, Duration.ofDays(90)),
  /** {@code RoutePublished}, key: project/model. */
  ROUTES(1, Cleanup.COMPACT, Duration.ZERO),
  /** {@code GatewayState}, key: gateway id. */
  GATEWAYS(1, Cleanup.COMPACT, Duration.ZERO),
  /**
   * {@code AuditCheckpointed}, key: project. Kept for ten years: what vouches for the audit trail
   * must outlive it, and be out of reach of who owns its database.
   */
  CHECKPOINTS(1, Cleanup.DELETE, Duration.ofDays(3653));

  /** The largest record of any topic, in bytes. */
  public static final int LARGEST_RECORD = 16 << 20;

  /** The prefix of every topic. */
  public static final String PREFIX = "understudy.";

  private enum Cleanup {
    DELETE,
    COMPACT
  }

  private final int partitions;
  private final Cleanup cleanup;
  private final Duration retention;

  Topic(int partitions, Cleanup cleanup, Duration retention) {
    this.partitions = partitions;
    this.cleanup = cleanup;
    this.retention = retention;
  }

  /** The name at the broker, e.g. {@code understudy.predictions}. */
  public String topicName() {
    return PREFIX + word();
  }

  /** The short word that people use, e.g. {@code predictions}. */
  public String word() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  /** The number of partitions where no operator chose another. */
  public int partitions() {
    return partitions;
  }

  /** The topic of that short word. */
  public static Optional<Topic> of(String word) {
    return List.of(values()).stream().filter(topic -> topic.word().equals(word)).findFirst();
  }

  /** The settings to create the topic with, in the broker's own names. */
  public Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("message.timestamp.type", "LogAppendTime");
    settings.put("max.message.bytes", String.valueOf(LARGEST_RECORD));
    switch (cleanup) {
      case COMPACT -> {
        settings.put("cleanup.policy", "compact");
        settings.put("min.cleanable.dirty.ratio", "0.1");
        settings.put("segment.ms", String.valueOf(Duration.ofHours(1).toMillis()));
      }
      case DELETE -> {
        settings.put("cleanup.policy", "delete");
        settings.put("retention.ms", String.valueOf(retention.toMillis()));
      }
    }
    return Map.copyOf(settings);
  }

  /** The key of topics that are keyed by model. */
  public static String modelKey(String project, String model) {
    return project + "/" + model;
  }
}
