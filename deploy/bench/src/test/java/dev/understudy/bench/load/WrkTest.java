package dev.understudy.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WrkTest {
  @Test
  void theLineOfOurScriptIsFoundAmongItsOwnWords() {
    assertThat(Wrk.result("Running 1s test\n  1 threads\nunderstudy 5000 1004000 20\n"))
        .isEqualTo(new Load(4980, 0, 20, 1.004));
  }

  @Test
  void withoutThatLineItIsQuoted() {
    assertThatThrownBy(() -> Wrk.result("unable to connect"))
        .hasMessageContaining("unable to connect");
  }
}
