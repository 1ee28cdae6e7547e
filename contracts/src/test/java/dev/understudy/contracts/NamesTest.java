package dev.understudy.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  private static final String LONGEST = "n".repeat(128);

  @ParameterizedTest
  @ValueSource(strings = {"a", "Z", "9", "credit-risk", "v1.2_3-x", "01890f3c-7b1e-7cc2-98c4"})
  void lettersDigitsDotsAndDashesAreAllowed(String name) {
    assertThat(Names.allowed(name)).isTrue();
    assertThat(Names.allowed(LONGEST)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".a", "-a", "_a", "a/b", "a b", "a\u0000", "a\n", "ä", "aé", "a\u0661", "a:"})
  void whatCouldBreakAPathOrAKeyIsNot(String name) {
    assertThat(Names.allowed(name)).isFalse();
    assertThat(Names.allowed(LONGEST + "n")).isFalse();
  }
}
