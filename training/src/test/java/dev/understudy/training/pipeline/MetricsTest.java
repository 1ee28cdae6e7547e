package dev.understudy.training.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsTest {
  @Test
  void figuresOfAHandfulOfRowsAreThoseDoneByHand() {
    Metrics metrics = Metrics.of(List.of(0.9, 0.4, 0.4, 0.1), List.of(true, true, false, false));

    assertThat(metrics.n()).isEqualTo(4);
    assertThat(metrics.accuracy()).isEqualTo(0.75);
    // Of the four pairs of a bad and a good row three are in order and one is a tie.
    assertThat(metrics.auc()).isEqualTo(0.875);
    assertThat(metrics.logLoss())
        .isCloseTo(
            -(Math.log(0.9) + Math.log(0.4) + Math.log(0.6) + Math.log(0.9)) / 4, within(1e-12));
  }

  @Test
  void aCertaintyThatIsWrongCostsMuchButNotInfinitelyMuch() {
    assertThat(Metrics.logLoss(0, true)).isCloseTo(13.8, within(0.1));
    assertThat(Metrics.logLoss(1, true)).isCloseTo(0, within(1e-5));
  }

  @Test
  void rowsOfOneKindOnlyTellNothing() {
    assertThatThrownBy(() -> Metrics.of(List.of(0.9, 0.4), List.of(true, true)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("both kinds must occur");
  }
}
