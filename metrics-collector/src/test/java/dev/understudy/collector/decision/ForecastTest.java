package dev.understudy.collector.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.collector.comparison.Plans;
import dev.understudy.collector.statistics.GrowthRate.Chance;
import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.Guard;
import dev.understudy.contracts.v1.KpiLine;
import dev.understudy.contracts.v1.TestDefinition;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The forecast beside what simulations took: the median samples with which {@code ./understudy
 * simulate} compares itself. An expectation is above the median, because a tenth of the tests takes
 * more than twice as long.
 */
class ForecastTest {
  private static final List<Chance> RIGHT_IN_FOUR_OF_FIVE =
      List.of(new Chance(0, 0.2), new Chance(1, 0.8));

  private static TestDefinition.Builder superior(TestDefinition.Builder test, double effect) {
    test.getPrimaryBuilder()
        .setLine(KpiLine.SUPERIORITY)
        .clearMargin()
        .setMinimumEffect(effect)
        .setCentre(0.8);
    return test;
  }

  private static Forecast of(TestDefinition.Builder test) {
    return new Forecast(Plans.plan(test), test.build());
  }

  @Test
  void aSplitTakesAboutAsLongAsItDidInSimulations() {
    Forecast small = of(superior(Plans.split("s"), 0.02));
    Forecast large = of(superior(Plans.split("s"), 0.05));

    assertThat(small.exact(small.lastEpoch(), RIGHT_IN_FOUR_OF_FIVE, 0.8))
        .isBetween(9_850.0, 1.5 * 9_850);
    assertThat(large.exact(large.lastEpoch(), RIGHT_IN_FOUR_OF_FIVE, 0.8))
        .isBetween(1_400.0, 1.6 * 1_400);
    assertThat(small.fixed(small.lastEpoch(), RIGHT_IN_FOUR_OF_FIVE, 0.8))
        .isCloseTo(9_522, within(0.06 * 9_522));
  }

  @Test
  void amongThreeArmsATestTakesWhatItsTwoArmsTakeAndWaitsForThem() {
    TestDefinition.Builder halves = superior(Plans.split("s"), 0.02);
    halves.getPolicyBuilder().setAlphaPromote(0.025).setAlphaRollback(0.025);
    TestDefinition.Builder thirds = halves.clone();
    thirds.getEpochsBuilder(0).setShare(1.0 / 3);
    thirds.getBudgetBuilder().setCandidates(2).setAlphaPromote(0.05).setAlphaRollback(0.05);
    Forecast alone = of(halves);
    Forecast among = of(thirds);

    double units = alone.exact(alone.lastEpoch(), RIGHT_IN_FOUR_OF_FIVE, 0.8);

    assertThat(among.lastEpoch().getShare()).isCloseTo(0.5, within(1e-12));
    assertThat(among.exact(among.lastEpoch(), RIGHT_IN_FOUR_OF_FIVE, 0.8))
        .isCloseTo(units, within(1e-3 * units));
    assertThat(among.time(new double[] {units}, 1))
        .isCloseTo(1.5 * alone.time(new double[] {units}, 1), within(1e-6 * units));
  }

  @Test
  void aShadowTakesBetweenWhatAgreementAndWhatIndependenceTakes() {
    Forecast shadow = of(superior(Plans.shadow("s"), 0.01));

    double independent = shadow.exact(shadow.lastEpoch(), RIGHT_IN_FOUR_OF_FIVE, 0.8);
    double agreeing = shadow.leastInShadow(RIGHT_IN_FOUR_OF_FIVE, 0.8);

    // The median with 6 % of the answers in disagreement.
    assertThat(agreeing).isLessThan(3_958);
    assertThat(independent).isGreaterThan(3_958);
  }

  @Test
  void aRateIsProvenInAboutTheTimeThatItTookInSimulations() {
    Forecast split = of(Plans.split("s"));
    Guard relative = Guard.newBuilder().setRelativeMargin(0.25).build();
    Guard absolute = Guard.newBuilder().setRelativeMargin(0.5).setAbsoluteMargin(0.0025).build();

    assertThat(split.guard(split.lastEpoch(), relative, 0.005)).isBetween(98_572.0, 1.7 * 98_572);
    assertThat(split.guard(split.lastEpoch(), absolute, 0.001)).isBetween(5_000.0, 12_000.0);
  }

  @Test
  void aRampGathersEvidenceShareByShare() {
    TestDefinition.Builder test =
        superior(Plans.split("s"), 0.02)
            .clearEpochs()
            .addEpochs(Epoch.newBuilder().setShare(0.1).setMinimumMs(1_000))
            .addEpochs(Epoch.newBuilder().setNumber(1).setShare(0.5));
    Forecast ramp = of(test);

    // One second gives a quarter of what the first share alone would take; the rest is the
    // second's.
    assertThat(ramp.time(new double[] {400, 200}, 0.1)).isCloseTo(1_000 + 1_500, within(1e-9));
    assertThat(ramp.time(new double[] {50, 10}, 0.1)).isCloseTo(500, within(1e-9));
    assertThat(ramp.time(new double[] {Double.POSITIVE_INFINITY, 200}, 0.1)).isEqualTo(3_000);
    assertThat(ramp.time(new double[] {400, 200}, 0)).isInfinite();
    assertThat(ramp.exact(test.getEpochs(0), RIGHT_IN_FOUR_OF_FIVE, 0.8))
        .isGreaterThan(2 * ramp.exact(test.getEpochs(1), RIGHT_IN_FOUR_OF_FIVE, 0.8));
  }

  @Test
  void drawnLabelsTakeLonger() {
    TestDefinition.Builder drawn = superior(Plans.split("s"), 0.05);
    drawn.getLabelsBuilder().setLeastProbability(0.25);
    Forecast all = of(superior(Plans.split("s"), 0.05));
    Forecast some = of(drawn);

    assertThat(some.exact(some.lastEpoch(), RIGHT_IN_FOUR_OF_FIVE, 0.8))
        .isGreaterThan(2 * all.exact(all.lastEpoch(), RIGHT_IN_FOUR_OF_FIVE, 0.8));
  }
}
