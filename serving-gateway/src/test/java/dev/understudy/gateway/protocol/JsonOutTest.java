package dev.understudy.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is read back by others as what it was. */
class JsonOutTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0.0",
    "-0.0, -0.0",
    "1, 1.0",
    "0.5, 0.5",
    "-0.1, -0.1",
    "100, 100.0",
    "0.05, 0.05",
    "0.33333334, 0.33333334",
    "1234567.9, 1234567.9",
    "16777216, 16777216.0"
  })
  void floatsHaveTheDigitsTheyNeed(float value, String written) {
    assertThat(write(out -> out.real(value, false))).isEqualTo(written);
  }

  @Test
  void randomNumbersAreReadBackAsThemselves() {
    Random random = new Random(11);
    for (int i = 0; i < 200_000; i++) {
      float single =
          i % 2 == 0 ? Float.intBitsToFloat(random.nextInt()) : random.nextFloat() * (1 << i % 20);
      double twice =
          i % 2 == 0
              ? Double.longBitsToDouble(random.nextLong())
              : Math.rint(random.nextDouble() * 1e6) / Math.pow(10, i % 9);
      if (Float.isFinite(single)) {
        String written = write(out -> out.real(single, false));
        assertThat(Float.parseFloat(written)).isEqualTo(single);
        assertThat(written.length()).isLessThanOrEqualTo(20);
      }
      if (Double.isFinite(twice)) {
        assertThat(Double.parseDouble(write(out -> out.real(twice, false)))).isEqualTo(twice);
      }
    }
  }

  @Test
  void numbersThatJsonDoesNotHaveAreNullOrWords() {
    assertThat(write(out -> out.real(Float.NaN, false))).isEqualTo("null");
    assertThat(write(out -> out.real(Double.NEGATIVE_INFINITY, false))).isEqualTo("null");
    assertThat(write(out -> out.real(Double.NaN, true))).isEqualTo("NaN");
    assertThat(write(out -> out.real(Float.NEGATIVE_INFINITY, true))).isEqualTo("-Infinity");
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        0,
        7,
        10,
        99,
        100,
        -1,
        999_999_999_999_999_999L,
        1_000_000_000_000_000_000L,
        Long.MAX_VALUE,
        Long.MIN_VALUE
      })
  void wholeNumbersAreWritten(long value) {
    assertThat(write(out -> out.whole(value))).isEqualTo(Long.toString(value));
    assertThat(write(out -> out.unsigned(value))).isEqualTo(Long.toUnsignedString(value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "plain", "a\"b\\c", "line\nfeed\ttab\u0000nul", "äöü €", "😀 mixed é"})
  void textsAreReadBackAsThemselves(String text) throws Exception {
    ObjectMapper others = new ObjectMapper();

    assertThat(others.readValue(write(out -> out.text(text)), String.class)).isEqualTo(text);
    assertThat(others.readValue(write(out -> out.text(text.getBytes(UTF_8))), String.class))
        .isEqualTo(text);
  }

  @Test
  void bytesThatAreNoTextAreReplaced() {
    assertThat(write(out -> out.text(new byte[] {'a', (byte) 0xFF}))).isEqualTo("\"a\uFFFD\"");
  }

  private static String write(Consumer<JsonOut> writing) {
    JsonOut out = new JsonOut(1);
    writing.accept(out);
    return out.toBuffer().toString(UTF_8);
  }
}
