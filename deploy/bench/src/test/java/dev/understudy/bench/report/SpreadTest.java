package dev.understudy.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void quartilesLieBetweenTwoValuesInProportion() {
    // numpy.percentile([1, 2, 4, 8], [50, 25, 75]) of NumPy 2.1: 3.0, 1.75, 5.0
    assertThat(Spread.of(List.of(8.0, 1.0, 4.0, 2.0))).isEqualTo(new Spread(3, 1.75, 5));
  }

  @Test
  void ofFiveRoundsTheyAreRounds() {
    assertThat(Spread.of(List.of(5.0, 3.0, 1.0, 4.0, 2.0))).isEqualTo(new Spread(3, 2, 4));
  }

  @Test
  void ofOneRoundAllThreeAreThatRound() {
    assertThat(Spread.of(List.of(7.0))).isEqualTo(new Spread(7, 7, 7));
  }

  @Test
  void ofNoRoundThereIsNone() {
    assertThatThrownBy(() -> Spread.of(List.of())).hasMessageContaining("no rounds");
  }
}
