package dev.understudy.collector.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.contracts.Topic;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.junit.jupiter.api.Test;

class CollectorConfigTest {
  private static SmallRyeConfig read(ConfigSource... sources) {
    return new SmallRyeConfigBuilder()
        .addDefaultInterceptors()
        .withMapping(CollectorConfig.class)
        .withSources(sources)
        .build();
  }

  private static ConfigSource properties(Map<String, String> properties) {
    return new PropertiesConfigSource(properties, "test", 100);
  }

  @Test
  void everythingButTheKeyHasADefault() {
    CollectorConfig config =
        read(properties(Map.of("understudy.evaluation-key", "a key for tests only")))
            .getConfigMapping(CollectorConfig.class);

    assertThat(config.applicationId()).isEqualTo("understudy-collector");
    assertThat(config.evaluationsTopic()).isEqualTo(Topic.EVALUATIONS.topicName());
    assertThat(config.transactionTimeout()).isEqualTo(Duration.ofSeconds(60));
    assertThat(config.outcomes().maxBatch()).isEqualTo(10_000);
  }

  @Test
  void anUnknownSettingStopsTheStart() {
    Map<String, String> misspelt =
        Map.of(
            "understudy.evaluation-key",
            "a key for tests only",
            "understudy.aplication-id",
            "collector");

    assertThatThrownBy(() -> read(properties(misspelt)))
        .hasMessageContaining("understudy.aplication-id");
  }

  @Test
  void aMissingKeyStopsTheStart() {
    assertThatThrownBy(() -> read(new EnvConfigSource(Map.of(), 300)))
        .hasMessageContaining("understudy.evaluation-key");
  }
}
