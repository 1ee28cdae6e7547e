package dev.understudy.collector;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.nio.file.Path;
import java.util.Map;

/** The settings of a collector under test; Kafka's address comes from {@code KafkaResource}. */
public final class CollectorProfile implements QuarkusTestProfile {
  /** The shared key of collector and registry. */
  public static final String KEY = "a key for tests only";

  @Override
  public Map<String, String> getConfigOverrides() {
    return Map.of(
        "quarkus.http.test-port",
        "0",
        "quarkus.log.category.\"kafka\".level",
        "WARN",
        "quarkus.log.category.\"state.change.logger\".level",
        "WARN",
        "understudy.evaluation-key",
        KEY,
        "understudy.state-dir",
        Path.of("target", "state-" + ProcessHandle.current().pid()).toString(),
        "understudy.tick-interval",
        "PT0.2S",
        "understudy.outcomes.max-batch",
        "1000",
        "understudy.outcomes.max-body-bytes",
        "200000");
  }
}
