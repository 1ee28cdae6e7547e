package dev.understudy.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValueSourceTest {

  @ParameterizedTest
  @CsvSource({
    "header:X-Customer, header:x-customer",
    "parameter:Customer Id, parameter:Customer Id",
    "input:a:b, input:a:b"
  })
  void aSourceIsWrittenAsItWasReadAndHeadersInLowerCase(String text, String written) {
    assertThat(ValueSource.parse(text)).hasToString(written);
  }

  @ParameterizedTest
  @CsvSource({"customer", "'header:'", "header:a b", "header:a:b", "'input: '", "cookie:x", "''"})
  void whatNamesNothingIsRefused(String text) {
    assertThatThrownBy(() -> ValueSource.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aNameHasAnEnd() {
    assertThatThrownBy(() -> ValueSource.parse("parameter:" + "x".repeat(129)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
