package dev.understudy.registry.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class UnknownSettingsTest {
  @Test
  void aMisspelledVariableIsFoundAndOthersAreNot() {
    Set<String> variables =
        Set.of("PATH", "UNDERSTUDY_PREPARE_TIMEOUT", "UNDERSTUDY_PREPARE_TIMEUT");

    assertThat(UnknownSettings.among(variables)).containsExactly("UNDERSTUDY_PREPARE_TIMEUT");
  }
}
