package dev.understudy.gateway;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.config.Config;

/**
 * What is said of Kafka: every key under {@code kafka}, as collector and registry have it from
 * Quarkus. So {@code kafka.security.protocol}, or {@code KAFKA_SECURITY_PROTOCOL} in the
 * environment, reaches the clients as {@code security.protocol}. Stateless.
 */
final class KafkaSettings {
  private static final String PREFIX = "kafka.";

  private KafkaSettings() {}

  /** The settings by the clients' own names; values may be secrets. */
  static Map<String, Object> of(Config config) {
    Map<String, Object> settings = new TreeMap<>();
    settings.put("bootstrap.servers", "localhost:9092");
    for (String given : config.getPropertyNames()) {
      // An environment has '_' for every '.', and no Kafka client has a '_' in a name.
      String name = given.toLowerCase(Locale.ROOT).replace('_', '.');
      if (name.startsWith(PREFIX)) {
        config
            .getOptionalValue(name, String.class)
            .ifPresent(value -> settings.put(name.substring(PREFIX.length()), value));
      }
    }
    return Map.copyOf(settings);
  }
}
