package dev.understudy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.simulation.Ending.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MeasureTest {
  private static final Scenario ANY = Scenario.given("any", "s0", "", random -> Ending.open(1));

  private static List<Ending> endings(int claimed, int open) {
    List<Ending> endings = new ArrayList<>();
    for (int i = 0; i < claimed; i++) {
      endings.add(Ending.claimed(100));
    }
    for (int i = 0; i < open; i++) {
      endings.add(Ending.open(1_000));
    }
    return endings;
  }

  private static @Nullable Boolean accepted(Measure measure, int claimed, int open) {
    return measure.row(ANY, endings(claimed, open)).accepted();
  }

  @Test
  void anErrorRateMayExceedItsLevelByThreeStandardErrors() {
    Measure rate = new Measure.ErrorRate("false promotions", Kind.CLAIMED, 0.05, 0.06, 1_000);

    // 0.05 + 3 √(0.05 · 0.95 / 1000) = 0.0707
    assertThat(accepted(rate, 70, 930)).isTrue();
    assertThat(accepted(rate, 71, 929)).isFalse();
  }

  @Test
  void anErrorRateFarBelowTheReferenceIsNotAccepted() {
    Measure rate = new Measure.ErrorRate("false promotions", Kind.CLAIMED, 0.05, 0.04, 2_000);

    // Four standard errors of the difference of two rates near 0.03, of 2,000 runs each: 0.0216.
    assertThat(accepted(rate, 38, 1_962)).isTrue();
    assertThat(accepted(rate, 30, 1_970)).isFalse();
  }

  @Test
  void aPromisedRateMayBeAsLowAsItLikes() {
    Measure rate = Measure.noFalsePromotions();

    assertThat(accepted(rate, 0, 1_000)).isTrue();
    assertThat(accepted(rate, 70, 930)).isTrue();
    assertThat(accepted(rate, 71, 929)).isFalse();
    assertThat(rate.row(ANY, endings(0, 1_000)).reference()).isEqualTo(0.05);
  }

  @Test
  void aMedianIsComparedFrom2000RunsOn() {
    Measure median = Measure.medianSamples(115);

    assertThat(accepted(median, 1_999, 0)).isNull();
    assertThat(accepted(median, 2_000, 0)).isTrue();
    assertThat(accepted(Measure.medianSamples(118), 2_000, 0)).isFalse();
  }

  @Test
  void whoNeverDecidesTakesLongerThanAllOthers() {
    Row row = Measure.medianSamples(100).row(ANY, endings(1_000, 1_001));

    assertThat(row.measured()).isNull();
    assertThat(row.accepted()).isFalse();
    assertThat(Measure.medianSamples(100).row(ANY, endings(1_001, 1_000)).measured())
        .isEqualTo(100);
  }
}
