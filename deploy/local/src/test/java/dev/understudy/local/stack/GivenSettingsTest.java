package dev.understudy.local.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.understudy.local.stack.GivenSettings.Service;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GivenSettingsTest {
  @Test
  void aServiceIsHandedItsOwnSettingsAndWhatIsNoneOfOurs() {
    assertThat(handedTo("UNDERSTUDY_SCORING_DEADLINE")).containsExactly(Service.GATEWAY);
    assertThat(handedTo("UNDERSTUDY_TRACING_HEADERS_AUTHORIZATION"))
        .containsExactly(Service.GATEWAY);
    assertThat(handedTo("UNDERSTUDY_JUDGE_PATIENCE")).containsExactly(Service.REGISTRY);
    assertThat(handedTo("UNDERSTUDY_OUTCOMES_MAX_BATCH")).containsExactly(Service.COLLECTOR);
    assertThat(handedTo("UNDERSTUDY_EVALUATION_KEY"))
        .containsExactly(Service.REGISTRY, Service.COLLECTOR);
    assertThat(handedTo("JAVA_TOOL_OPTIONS")).containsExactly(Service.values());
  }

  @Test
  void aSettingOfNoServiceIsRefusedWithTheClosestThereAre() {
    assertThatThrownBy(
            () -> new GivenSettings(Map.of("UNDERSTUDY_SCORING_DEADLIN", "PT1S", "PATH", "/bin")))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("variable UNDERSTUDY_SCORING_DEADLIN.")
        .hasMessageContaining("UNDERSTUDY_SCORING_DEADLINE")
        .hasMessageContaining("GatewaySettings");
  }

  @Test
  void whatTheStackSetsItselfIsRefusedInsteadOfIgnored() {
    GivenSettings given = new GivenSettings(Map.of("UNDERSTUDY_GRPC_PORT", "9083"));

    assertThatThrownBy(
            () -> given.requireFree(Set.of("understudy.data-dir", "understudy.grpc-port")))
        .isInstanceOf(StackException.class)
        .hasMessageContaining("unset the environment variable UNDERSTUDY_GRPC_PORT")
        .hasMessageContaining("--dir");
    assertThatCode(() -> given.requireFree(Set.of("understudy.data-dir")))
        .doesNotThrowAnyException();
  }

  @Test
  void aSecretIsNotShown() {
    assertThat(new GivenSettings(Map.of("UNDERSTUDY_UNIT_KEY", "a secret")).toString())
        .doesNotContain("a secret");
  }

  /** The environment of a test cannot be set; that of this one has a PATH, or nothing would run. */
  @Test
  void aPartInheritsOnlyWhatItIsSaidTo(@TempDir Path home) throws Exception {
    assertThat(environmentOf(home.resolve("all"), false)).containsKeys("PATH", "OWN");
    assertThat(environmentOf(home.resolve("without"), true))
        .containsEntry("OWN", "1")
        .doesNotContainKey("PATH");
  }

  private static Map<String, String> environmentOf(Path log, boolean withoutPath) throws Exception {
    ServiceProcess part =
        new ServiceProcess("part", List.of("/usr/bin/env"), Map.of("OWN", "1"), log, () -> true);
    if (withoutPath) {
      part.inheriting(variable -> !variable.equals("PATH"));
    }
    part.start();
    await().atMost(Duration.ofSeconds(30)).until(() -> !part.running());
    Map<String, String> environment = new TreeMap<>();
    for (String line : Files.readAllLines(log)) {
      String[] halves = line.split("=", 2);
      environment.put(halves[0], halves.length == 2 ? halves[1] : "");
    }
    return environment;
  }

  private static List<Service> handedTo(String variable) {
    return List.of(Service.values()).stream()
        .filter(service -> GivenSettings.mayHave(service, variable))
        .toList();
  }
}
