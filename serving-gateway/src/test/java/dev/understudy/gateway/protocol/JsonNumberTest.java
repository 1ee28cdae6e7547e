package dev.understudy.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The JDK's own parsing is the measure. */
class JsonNumberTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "1",
        "0.1",
        "-2.5e3",
        "1E+2",
        "123456789012345678",
        "1234567890123456789012",
        "0.000000000000000000000000001",
        "9007199254740993",
        "16777217",
        "16777216.9999999999999999",
        "1.00000005960464477539062500001",
        "1.000000059604644775390625",
        "3.4028235677973366e38",
        "3.4028234e38",
        "1e39",
        "1e400",
        "-1e400",
        "1e-400",
        "1.4e-45",
        "0.7e-45",
        "1.1754943508222875e-38",
        "4.9e-324",
        "0.0000000000000000000000000000000000000000000000000000001e55",
        "1e99999999999",
        "0e99999999999",
        "0.3333333333333333333333333333333333333333"
      })
  void everyDecimalBecomesTheNearestNumber(String decimal) {
    assertNearest(decimal);
  }

  @Test
  void randomDecimalsBecomeTheNearestNumbers() {
    Random random = new Random(7);
    for (int i = 0; i < 200_000; i++) {
      double value = (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(60) - 30);
      assertNearest(
          switch (i % 4) {
            case 0 -> Double.toString(value);
            case 1 -> Float.toString((float) value);
            case 2 -> String.format(Locale.ROOT, "%." + random.nextInt(25) + "e", value);
            default -> halfwayBetweenFloats((float) value);
          });
    }
  }

  // The decimals that are hardest to round to a float.
  private static String halfwayBetweenFloats(float value) {
    return Double.toString(((double) value + Math.nextUp(value)) / 2);
  }

  private static void assertNearest(String decimal) {
    JsonNumber number = read(decimal);
    assertThat(number.asFloat()).as(decimal).isEqualTo(Float.parseFloat(decimal));
    assertThat(number.asDouble()).as(decimal).isEqualTo(Double.parseDouble(decimal));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "-", "+1", "01", "-01", ".5", "1.", "1.e5", "1e", "1e+", "0x10", "Nan", "Inf", "-NaN",
        "Infinit", "--1"
      })
  void whatIsNoNumberIsNotRead(String text) {
    byte[] bytes = (text + " ").getBytes(UTF_8);
    int end = new JsonNumber(bytes).read(0, bytes.length);

    assertThat(end).isNotEqualTo(text.length());
  }

  @Test
  void wholeNumbersAreWholeUpToTheirLimits() {
    assertThat(read("-9223372036854775808").fitsLong()).isTrue();
    assertThat(read("-9223372036854775808").asLong()).isEqualTo(Long.MIN_VALUE);
    assertThat(read("9223372036854775807").asLong()).isEqualTo(Long.MAX_VALUE);
    assertThat(read("9223372036854775808").fitsLong()).isFalse();
    assertThat(read("-9223372036854775809").fitsLong()).isFalse();
    assertThat(read("18446744073709551615").fitsUnsignedLong()).isTrue();
    assertThat(read("18446744073709551615").asLong()).isEqualTo(-1);
    assertThat(read("18446744073709551616").fitsUnsignedLong()).isFalse();
    assertThat(read("100000000000000000000").fitsLong()).isFalse();
    assertThat(read("-1").fitsUnsignedLong()).isFalse();
    assertThat(read("1.0").isWhole()).isFalse();
    assertThat(read("1e3").isWhole()).isFalse();
  }

  private static JsonNumber read(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    JsonNumber number = new JsonNumber(bytes);
    assertThat(number.read(0, bytes.length)).as(text).isEqualTo(bytes.length);
    return number;
  }
}
