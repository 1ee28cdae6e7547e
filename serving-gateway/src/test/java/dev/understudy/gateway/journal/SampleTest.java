package dev.understudy.gateway.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.gateway.routing.PredictionId;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SampleTest {
  private final List<PredictionId> ids =
      Stream.generate(PredictionId::next).limit(100_000).toList();

  @Test
  void theShareIsKeptAndALargerSampleHoldsTheSmallerOne() {
    List<PredictionId> tenth = ids.stream().filter(id -> Sample.has(id, 0.1)).toList();

    // Five standard deviations.
    assertThat(tenth.size()).isCloseTo(10_000, within(475));
    assertThat(tenth).allMatch(id -> Sample.has(id, 0.3));
  }

  @Test
  void allAndNoneAreExact() {
    assertThat(ids).allMatch(id -> Sample.has(id, 1)).noneMatch(id -> Sample.has(id, 0));
  }

  @Test
  void theSampleIsTheSameInEveryGatewayAndRelease() {
    PredictionId one = new PredictionId("019ab0c0-0000-7000-8000-000000000001");
    PredictionId two = new PredictionId("019ab0c0-0000-7000-8000-000000000002");

    assertThat(Sample.has(one, 0.257)).isFalse();
    assertThat(Sample.has(one, 0.258)).isTrue();
    assertThat(Sample.has(two, 0.774)).isFalse();
    assertThat(Sample.has(two, 0.775)).isTrue();
  }
}
