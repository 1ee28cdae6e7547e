package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KafkaSettingsTest {
  @Test
  void everyKeyUnderKafkaReachesTheClientsUnderTheirOwnNames() {
    assertThat(
            KafkaSettings.of(
                config(
                    Map.of("kafka.bootstrap.servers", "b:9092", "quarkus.http.port", "1"),
                    Map.of(
                        "KAFKA_SECURITY_PROTOCOL",
                        "SASL_SSL",
                        "KAFKA_BOOTSTRAP_SERVERS",
                        "the property wins",
                        "PATH",
                        "/bin"))))
        .isEqualTo(Map.of("bootstrap.servers", "b:9092", "security.protocol", "SASL_SSL"));
  }

  @Test
  void kafkaIsOnThisMachineWhereNobodySaysOtherwise() {
    assertThat(KafkaSettings.of(config(Map.of(), Map.of())))
        .isEqualTo(Map.of("bootstrap.servers", "localhost:9092"));
  }

  private static SmallRyeConfig config(
      Map<String, String> properties, Map<String, String> environment) {
    return new SmallRyeConfigBuilder()
        .withSources(
            new PropertiesConfigSource(properties, "given", 400),
            new EnvConfigSource(environment, 300))
        .build();
  }
}
