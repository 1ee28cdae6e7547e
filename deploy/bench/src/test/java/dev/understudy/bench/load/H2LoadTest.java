package dev.understudy.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class H2LoadTest {
  @Test
  void itsSummaryIsFound() {
    // As nghttp2 1.52 prints it.
    assertThat(
            H2Load.result(
                """
                finished in 5.01s, 1234.60 req/s, 1.20MB/s
                requests: 6173 total, 6205 started, 6173 done, 6170 succeeded, 3 failed, 1 errored, 0 timeout
                status codes: 6170 2xx, 0 3xx, 0 4xx, 2 5xx
                """))
        .isEqualTo(new Load(6170, 0, 3, 5.01));
  }

  @Test
  void withoutASummaryItsWordsAreQuoted() {
    assertThatThrownBy(() -> H2Load.result("could not connect"))
        .hasMessageContaining("could not connect");
  }
}
