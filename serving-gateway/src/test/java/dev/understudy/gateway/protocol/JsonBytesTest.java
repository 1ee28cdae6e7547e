package dev.understudy.gateway.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonBytesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        " { \"a\" : [ 1 , -2.5e3 , true , false , null , \"x\" , { } , [ ] ] } ",
        "\"\\u00e9\\ud83d\\ude00\\n\\\"\\\\\\/\"",
        "[NaN,Infinity,-Infinity]",
        "{\"a\":1,\"b\":{\"a\":1}}",
        "[{\"a\":1},{\"a\":2}]"
      })
  void whatIsJsonIsRead(String text) {
    skip(text.getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[",
        "[1",
        "[1,",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\":1 \"b\":2}",
        "tru",
        "nul",
        "truth",
        "'a'",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud83d\"",
        "\"\\ud83dx\"",
        "\"\\ude00\"",
        "\"line\nfeed\"",
        "\"tab\t\"",
        "01",
        "1.",
        "-",
        "+1",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "// comment",
        "]",
        "}",
        "[}",
        "{]"
      })
  void whatIsNoJsonIsRefused(String text) {
    assertThatThrownBy(() -> skip(text.getBytes(UTF_8)))
        .isInstanceOfSatisfying(
            RequestRefused.class,
            refused -> assertThat(refused.reason()).contains("not valid JSON at line "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u00ff",
        "\u00c0\u0080",
        "\u00e0\u0080\u0080",
        "\u00ed\u00a0\u0080",
        "\u00f4\u0090\u0080\u0080",
        "\u00f0\u0080\u0080\u0080",
        "\u00c3",
        "\u00e2\u0082"
      })
  void whatIsNoUtf8IsRefused(String bytes) {
    assertThatThrownBy(() -> skip(("\"" + bytes + "\"").getBytes(ISO_8859_1)))
        .isInstanceOf(RequestRefused.class);
  }

  @Test
  void textsAreUnescaped() {
    byte[] bytes = "\"caf\\u00e9 \\ud83d\\ude00\\t/\\/\"".getBytes(UTF_8);
    JsonBytes json = new JsonBytes(bytes, 0, bytes.length, 2);

    json.next();
    JsonText text = json.readText();

    assertThat(text.text()).isEqualTo("café 😀\t//");
    assertThat(text.utf8()).isEqualTo("café 😀\t//".getBytes(UTF_8));
  }

  @Test
  void aNameThatComesTwiceIsRefusedAmongManyToo() {
    StringBuilder many = new StringBuilder("{");
    for (int i = 0; i < 1_000; i++) {
      many.append("\"n").append(i).append("\":").append(i).append(',');
    }
    skip((many + "\"last\":{\"n7\":0}}").getBytes(UTF_8));

    assertThatThrownBy(() -> skip((many + "\"n7\":0}").getBytes(UTF_8)))
        .isInstanceOf(RequestRefused.class)
        .hasMessageContaining("twice");
    assertThatThrownBy(() -> skip((many + "\"\\u006e7\":0}").getBytes(UTF_8)))
        .isInstanceOf(RequestRefused.class)
        .hasMessageContaining("twice");
  }

  @Test
  void theDepthIsLimited() {
    skip(("[".repeat(16) + "]".repeat(16)).getBytes(UTF_8));

    assertThatThrownBy(() -> skip(("[".repeat(17) + "]".repeat(17)).getBytes(UTF_8)))
        .isInstanceOf(RequestRefused.class)
        .hasMessageContaining("deeper than 16");
  }

  private static void skip(byte[] text) {
    JsonBytes json = new JsonBytes(text, 0, text.length, 16);
    json.skipValue();
    if (!json.atEnd()) {
      throw json.broken();
    }
  }
}
