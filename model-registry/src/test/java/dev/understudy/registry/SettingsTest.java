package dev.understudy.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.registry.config.RegistryConfig;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsTest {
  @Test
  void whatIsLeftOutHasItsDefault() {
    RegistryConfig settings = with(Map.of());

    assertThat(settings.prepareTimeout()).isEqualTo(Duration.ofSeconds(60));
    assertThat(settings.gatewayLiveWithin()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void anUnknownSettingStopsTheStart() {
    assertThatThrownBy(() -> with(Map.of("understudy.prepare-timeut", "PT5S")))
        .isInstanceOf(ConfigValidationException.class)
        .hasMessageContaining("understudy.prepare-timeut");
  }

  @Test
  void aSettingOfTheWrongTypeStopsTheStart() {
    assertThatThrownBy(() -> with(Map.of("understudy.prepare-timeout", "soon")))
        .hasMessageContaining("understudy.prepare-timeout");
  }

  @Test
  void theSharedKeyHasNoDefault() {
    assertThatThrownBy(() -> with(Map.of("understudy.evaluation-key", "")))
        .hasMessageContaining("understudy.evaluation-key");
  }

  private static RegistryConfig with(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(Map.of("understudy.evaluation-key", "k".repeat(16)));
    all.putAll(more);
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .withMapping(RegistryConfig.class)
            .withSources(new PropertiesConfigSource(all, "test", 100))
            .addDiscoveredConverters()
            .build();
    return config.getConfigMapping(RegistryConfig.class);
  }
}
