package dev.understudy.collector.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class AsympCsTest {
  private static final AsympCs SEQUENCE = new AsympCs(0.05, 5_000);

  @Test
  void boundAndEvidenceAlwaysAgree() {
    Estimate estimate = new Estimate(0.02, 0.006, 4_000);
    double needed = EValues.needed(0.05);

    Interval oneSided = SEQUENCE.oneSided(estimate);
    Interval twoSided = SEQUENCE.twoSided(estimate);

    assertThat(SEQUENCE.logE(estimate, oneSided.lower(), Side.GREATER))
        .isCloseTo(needed, within(1e-9));
    assertThat(SEQUENCE.logE(estimate, oneSided.upper(), Side.LESS))
        .isCloseTo(needed, within(1e-9));
    assertThat(SEQUENCE.logETwoSided(estimate, twoSided.lower())).isCloseTo(needed, within(1e-9));
  }

  @Test
  void theTwoSidesAreMirrorImages() {
    Estimate estimate = new Estimate(0.02, 0.006, 4_000);
    Estimate mirrored = new Estimate(-0.02, 0.006, 4_000);

    assertThat(SEQUENCE.logE(mirrored, -0.001, Side.LESS))
        .isEqualTo(SEQUENCE.logE(estimate, 0.001, Side.GREATER));
    assertThat(SEQUENCE.logE(estimate, 0.02, Side.GREATER)).isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void anEstimateThatIsNotUsableDecidesNothing() {
    for (Estimate estimate :
        new Estimate[] {
          new Estimate(0.3, 0, 4_000),
          new Estimate(0.3, Double.NaN, 4_000),
          new Estimate(Double.NaN, 0.1, 4_000),
          new Estimate(0.3, Double.POSITIVE_INFINITY, 4_000),
          Estimate.undefined(0)
        }) {
      assertThat(SEQUENCE.oneSided(estimate)).isEqualTo(Interval.UNBOUNDED);
      assertThat(SEQUENCE.twoSided(estimate)).isEqualTo(Interval.UNBOUNDED);
      assertThat(SEQUENCE.logE(estimate, 0, Side.GREATER)).isEqualTo(Double.NEGATIVE_INFINITY);
      assertThat(SEQUENCE.logE(estimate, 0, Side.LESS)).isEqualTo(Double.NEGATIVE_INFINITY);
      assertThat(SEQUENCE.logETwoSided(estimate, 0)).isEqualTo(Double.NEGATIVE_INFINITY);
    }
  }

  @Test
  void overwhelmingEvidenceStaysFinite() {
    Estimate estimate = new Estimate(1_000, 0.001, 1_000_000_000_000L);

    assertThat(SEQUENCE.logE(estimate, 0, Side.GREATER)).isFinite().isPositive();
    assertThat(SEQUENCE.oneSided(estimate).lower()).isFinite().isPositive();
  }

  @Test
  void theChangeOfFormulaLeavesNoStep() {
    // At q = 30, about z = 7.75 for large r.
    double below = SEQUENCE.logE(atExponent(30 - 1e-9), 0, Side.GREATER);
    double above = SEQUENCE.logE(atExponent(30 + 1e-9), 0, Side.GREATER);

    assertThat(above - below).isCloseTo(2e-9, within(1e-10));
  }

  private static Estimate atExponent(double q) {
    double r = 5_000 * SEQUENCE.rhoSquaredOneSided();
    return new Estimate(Math.sqrt(q * 2 * (1 + r) / r), 1, 5_000);
  }

  @Test
  void itIsNotLookedAtBeforeEnoughUnitsOfBothOutcomes() {
    assertThat(AsympCs.BurnIn.OF_UNITS.isOver(199, 30)).isFalse();
    assertThat(AsympCs.BurnIn.OF_UNITS.isOver(200, 29)).isFalse();
    assertThat(AsympCs.BurnIn.OF_UNITS.isOver(200, 30)).isTrue();
    assertThat(AsympCs.BurnIn.OF_BLOCKS.isOver(30, 0)).isTrue();
  }

  @Test
  void aLevelOrTuningWithoutMeaningIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new AsympCs(0.5, 100));
    assertThatIllegalArgumentException().isThrownBy(() -> new AsympCs(0, 100));
    assertThatIllegalArgumentException().isThrownBy(() -> new AsympCs(0.05, 0));
    assertThatIllegalArgumentException().isThrownBy(() -> new AsympCs(0.05, Double.NaN));
  }
}
