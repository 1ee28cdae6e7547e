package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.contracts.EnvironmentNames;
import dev.understudy.scoring.RemoteAccess;
import dev.understudy.scoring.RemoteLogin;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GatewaySettingsTest {
  @Test
  void everySettingHasADefault() {
    GatewaySettings settings = read(Map.of());

    assertThat(settings.limits().bodyBytes()).isEqualTo(1 << 20);
    assertThat(settings.scoring().deadline()).isEqualTo(Duration.ofSeconds(2));
    assertThat(settings.limits().bodyDeadline()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.grpcPort()).isEqualTo(8083);
    assertThat(settings.heartbeat()).isEqualTo(Duration.ofSeconds(2));
    assertThat(settings.journal().records()).isEqualTo(200_000);
    assertThat(settings.remote().allowedHosts()).isEmpty();
    assertThat(settings.journal().spoolBytes()).isEqualTo(1L << 30);
  }

  @ParameterizedTest
  @ValueSource(strings = {"understudy.gatewayid", "understudy.limits.body-byte"})
  void anUnknownSettingStopsTheStart(String name) {
    assertThatThrownBy(() -> read(Map.of(name, "x"))).hasMessageContaining(name);
  }

  @Test
  void aValueOfTheWrongKindStopsTheStart() {
    assertThatThrownBy(() -> read(Map.of("understudy.shadow.threads", "many")))
        .hasMessageContaining("understudy.shadow.threads");
  }

  @Test
  void grpcIsPlainTextOnlyIfNothingSaysOtherwise() {
    assertThat(Gateway.grpcTls(read(Map.of()).grpcTls())).isEmpty();

    for (String file : List.of("certificate", "key", "client-ca")) {
      GatewaySettings half = read(Map.of("understudy.grpc-tls." + file, "some.pem"));
      assertThatThrownBy(() -> Gateway.grpcTls(half.grpcTls()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("understudy.grpc-tls needs both certificate and key");
    }
  }

  @Test
  void clientCertificatesAreNotAskedForBesideAnOpenDoor() {
    String strictly = "understudy.https-client-certificates";
    GatewaySettings strict =
        read(Map.of(strictly, "true", "understudy.grpc-tls.client-ca", "ca.pem"));

    assertThatThrownBy(() -> new HttpsClients(strict, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("set quarkus.http.insecure-requests=disabled");
    assertThat(new HttpsClients(strict, Optional.of("DISABLED"))).isNotNull();
    assertThat(new HttpsClients(read(Map.of()), Optional.empty())).isNotNull();
    GatewaySettings halfOpen = read(Map.of(strictly, "true"));
    assertThatThrownBy(() -> new HttpsClients(halfOpen, Optional.of("disabled")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(strictly)
        .hasMessageContaining("set understudy.grpc-tls.client-ca too");
  }

  @Test
  void aHeaderForTheReceiverOfSpansMayComeByEnvironment() {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .withMapping(GatewaySettings.class)
            .withSources(
                new EnvConfigSource(
                    Map.of("UNDERSTUDY_TRACING_HEADERS_AUTHORIZATION", "Bearer x"), 300))
            .addDiscoveredConverters()
            .build();

    assertThat(config.getConfigMapping(GatewaySettings.class).tracing().headers())
        .isEqualTo(Map.of("authorization", "Bearer x"));
  }

  @Test
  void loginsOfRemoteServersAreNamedByTheirOwner(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("token"), "of the file");
    GatewaySettings settings =
        read(
            Map.of(
                "understudy.remote.allowed-hosts", "gpu,triton:8001",
                "understudy.remote.logins.one.hosts", "gpu",
                "understudy.remote.logins.one.token", "secret",
                "understudy.remote.logins.one.header", "x-api-key",
                "understudy.remote.logins.other.hosts", "triton:8001",
                "understudy.remote.logins.other.token-file", file.toString()));

    RemoteAccess access = RemoteServers.of(settings.remote());

    assertThat(access.logins())
        .extracting(RemoteLogin::name)
        .containsExactlyInAnyOrder(
            "understudy.remote.logins.one", "understudy.remote.logins.other");
    assertThat(access.toString()).doesNotContain("secret", "of the file");
  }

  @Test
  void aTokenMayComeByEnvironment() {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .withMapping(GatewaySettings.class)
            .withSources(
                new PropertiesConfigSource(
                    Map.of("understudy.remote.logins.one.hosts", "gpu"), "test", 100),
                new EnvConfigSource(Map.of("UNDERSTUDY_REMOTE_LOGINS_ONE_TOKEN", "secret"), 300))
            .addDiscoveredConverters()
            .build();

    assertThat(config.getConfigMapping(GatewaySettings.class).remote().logins().get("one").token())
        .contains("secret");
    assertThatCode(
            () ->
                EnvironmentNames.check(
                    List.of("UNDERSTUDY_REMOTE_LOGINS_ONE_TOKEN"), GatewaySettings.class))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "token,two\twords,visible ASCII",
    "token-file,/nowhere,/nowhere",
    "header,x-api-key,header is for a token",
    "plain-text,true,needs a token",
    "key,/nowhere,needs its key",
    "server-ca,/nowhere,/nowhere",
    "hosts,elsewhere,not among the allowed hosts",
  })
  void aLoginThatDoesNotServeStopsTheStart(String key, String value, String said) {
    Map<String, String> values = new HashMap<>();
    values.put("understudy.remote.allowed-hosts", "gpu");
    values.put("understudy.remote.logins.one.hosts", "gpu");
    if (key.equals("hosts")) {
      values.put("understudy.remote.logins.one.token", "secret");
    }
    values.put("understudy.remote.logins.one." + key, value);
    GatewaySettings settings = read(values);

    assertThatThrownBy(() -> RemoteServers.of(settings.remote()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("understudy.remote.logins.one")
        .hasMessageContaining(said)
        .hasMessageNotContaining("secret");
  }

  @Test
  void aLoginWithoutHostsOrWithAnUnknownKeyStopsTheStart() {
    assertThatThrownBy(() -> read(Map.of("understudy.remote.logins.one.token", "secret")))
        .hasMessageContaining("understudy.remote.logins.one.hosts");
    assertThatThrownBy(
            () ->
                read(
                    Map.of(
                        "understudy.remote.logins.one.hosts", "gpu",
                        "understudy.remote.logins.one.tokn", "x")))
        .hasMessageContaining("understudy.remote.logins.one.tokn");
  }

  private static GatewaySettings read(Map<String, String> values) {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .withMapping(GatewaySettings.class)
            .withSources(new PropertiesConfigSource(values, "test", 100))
            .withDefaultValue("unused", "")
            .addDiscoveredConverters()
            .build();
    return config.getConfigMapping(GatewaySettings.class);
  }
}
