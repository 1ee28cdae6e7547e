package dev.understudy.bench.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpAnswerTest {
  private static final String HEAD = "HTTP/1.1 503 Later\r\nx: y\r\nContent-LENGTH:  4\r\n";

  private final HttpAnswer answer = new HttpAnswer();

  @Test
  void anAnswerIsWholeWithTheLastByteOfItsBodyHoweverItComes() throws Exception {
    byte[] bytes = (HEAD + "Retry-After: 1\r\n\r\nlate").getBytes(US_ASCII);

    for (int i = 0; i < bytes.length; i++) {
      boolean whole = answer.take(ByteBuffer.wrap(bytes, i, 1));
      assertThat(whole).isEqualTo(i == bytes.length - 1);
    }
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.hasRetryAfter()).isTrue();
  }

  @Test
  void whatFollowsIsLeftForTheNextAnswer() throws Exception {
    ByteBuffer two = ByteBuffer.wrap((HEAD + "\r\nlate" + HEAD + "\r\nlast").getBytes(US_ASCII));

    assertThat(answer.take(two)).isTrue();
    assertThat(answer.hasRetryAfter()).isFalse();
    answer.clear();
    assertThat(answer.take(two)).isTrue();
    assertThat(two.hasRemaining()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: four\r\n\r\n"
      })
  void anAnswerOfUnknownLengthIsNone(String head) {
    assertThatThrownBy(() -> answer.take(ByteBuffer.wrap(head.getBytes(US_ASCII))))
        .isInstanceOf(IOException.class);
  }

  @Test
  void aHeadWithoutEndIsNone() {
    assertThatThrownBy(() -> answer.take(ByteBuffer.allocate(20_000)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("16384");
  }
}
