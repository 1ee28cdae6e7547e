package dev.understudy.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainFloatsTest {
  private static final String ROOM = " ".repeat(40);

  @Test
  void readsEveryPlainNumberAsTheJdkDoes() {
    Random random = new Random(11);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 200_000; i++) {
      String sign = random.nextBoolean() ? "-" : "";
      int before = 1 + random.nextInt(9);
      int behind = 1 + random.nextInt(18 - before);
      String whole = before == 1 ? digit(random, 0) : digit(random, 1) + digits(random, before - 1);
      texts.add(sign + whole + "." + digits(random, behind));
    }

    // Those in the middle between two floats are left to others; with few digits that is not rare.
    assertThat(leftOf(texts, ",")).isLessThan(texts.size() / 50);
  }

  @Test
  void readsEveryFloatAsItIsWritten() {
    Random random = new Random(12);
    List<String> texts =
        Stream.generate(() -> Float.intBitsToFloat(random.nextInt()))
            .filter(value -> Math.abs(value) < 1e7f && Math.abs(value) >= 1e-3f)
            .limit(100_000)
            .map(value -> new BigDecimal(Float.toString(value)).toPlainString())
            .toList();

    assertThat(leftOf(texts, ", ")).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-0",
        "7",
        "-7",
        "123456789",
        "0.0",
        "-0.0",
        "0.5",
        "1.00000000000000000",
        "999999999.999999999",
        "16777217",
        "16777219",
        "0.00000000000000001",
        "123.456"
      })
  void readsThem(String text) {
    assertThat(leftOf(List.of(text, text), ", ")).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        ".5",
        "1.",
        "-.5",
        "--1",
        "+1",
        "01",
        "00",
        "-01.5",
        "1e3",
        "1.5e3",
        "1.5E-3",
        "1234567890",
        "1.2.3",
        "1.234567890123456789",
        "NaN",
        "null",
        "\"1\"",
        "1 ",
        "1.5 ",
        "1.x",
        "0x1",
        "1.5f",
        "[1",
        "1.5]",
        "1:",
        "1/",
        "1.5\u00e9"
      })
  void leavesTheRestToOthers(String text) {
    byte[] bytes = ("2.5," + text + "," + ROOM).getBytes(UTF_8);
    float[] read = new float[2];
    PlainFloats plain = new PlainFloats(bytes, bytes.length);
    assertThat(plain.read(0, read, 0, 2)).isEqualTo(1);
    assertThat(plain.position()).isEqualTo(4);
    assertThat(read).containsExactly(2.5f, 0);
  }

  @Test
  void onlyAMinusIsASign() {
    for (int sign = 0; sign < 256; sign++) {
      byte[] bytes = ("x2.5,1.5," + ROOM).getBytes(UTF_8);
      bytes[0] = (byte) sign;
      float[] read = new float[2];
      int count = new PlainFloats(bytes, bytes.length).read(0, read, 0, 2);
      if (sign == '-') {
        assertThat(read).containsExactly(-2.5f, 1.5f);
      } else if (sign >= '1' && sign <= '9') {
        assertThat(read[0]).isEqualTo(10 * (sign - '0') + 2.5f);
      } else {
        assertThat(count).as("sign %d", sign).isZero();
      }
    }
  }

  @Test
  void leavesWhatIsTooNearToTheEnd() {
    byte[] bytes = "1.5,1.5,".getBytes(UTF_8);
    PlainFloats plain = new PlainFloats(bytes, bytes.length);
    assertThat(plain.read(0, new float[2], 0, 2)).isZero();
    assertThat(plain.position()).isZero();
  }

  /** Reads these, holds what was read against the JDK, and tells how many were not. */
  private static int leftOf(List<String> texts, String separator) {
    byte[] bytes = (String.join(separator, texts) + separator + ROOM).getBytes(UTF_8);
    PlainFloats plain = new PlainFloats(bytes, bytes.length);
    float[] read = new float[texts.size()];
    int left = 0;
    int at = 0;
    for (int i = 0; i < read.length; ) {
      int after = plain.read(at, read, i, read.length);
      for (; i < after; i++) {
        String text = texts.get(i);
        float expected = Float.parseFloat(text);
        if (Float.floatToRawIntBits(read[i]) != Float.floatToRawIntBits(expected)) {
          assertThat(read[i]).as(text).isEqualTo(expected);
        }
      }
      at = plain.position();
      if (i < read.length) {
        left++;
        at += texts.get(i++).length() + separator.length();
      }
    }
    return left;
  }

  private static String digit(Random random, int least) {
    return String.valueOf(least + random.nextInt(10 - least));
  }

  private static String digits(Random random, int count) {
    StringBuilder digits = new StringBuilder();
    for (int i = 0; i < count; i++) {
      digits.append(digit(random, 0));
    }
    return digits.toString();
  }
}
