package dev.understudy.gateway.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class EventTimeTest {
  private final EventTime time = new EventTime();

  @Test
  void itIsTheTimeWithMillisecondsWhateverCameBefore() {
    assertThat(text("2026-11-24T18:50:55.007Z")).isEqualTo("2026-11-24T18:50:55.007Z");
    assertThat(text("2026-11-24T18:50:55.999Z")).isEqualTo("2026-11-24T18:50:55.999Z");
    assertThat(text("2026-11-24T18:50:56Z")).isEqualTo("2026-11-24T18:50:56.000Z");
    assertThat(text("2026-11-24T18:50:55.120Z")).isEqualTo("2026-11-24T18:50:55.120Z");
    assertThat(text("1969-12-31T23:59:59.250Z")).isEqualTo("1969-12-31T23:59:59.250Z");
  }

  private String text(String instant) {
    return new String(time.of(Instant.parse(instant).toEpochMilli()), US_ASCII);
  }
}
