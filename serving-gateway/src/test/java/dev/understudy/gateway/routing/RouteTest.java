package dev.understudy.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.gateway.routing.Route.Candidate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTest {
  private static final Route.Test TEST = new Route.Test("t", 0, "salt");
  private static final String UNIT = "customer-1";

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.1, Double.NaN, Double.POSITIVE_INFINITY})
  void aShareOutsideZeroToOneIsRefused(double share) {
    assertThatThrownBy(() -> new Candidate("2", share)).hasMessageContaining("outside 0..1");
  }

  @Test
  void candidatesMayNotOverlap() {
    assertThatThrownBy(
            () ->
                new Route.Split(
                    1, "1", List.of(new Candidate("2", 0.6), new Candidate("3", 0.1)), TEST))
        .hasMessageContaining("at most 1/2");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, Double.NaN})
  void aBeginningThatIsNotOnTheCircleIsRefused(double begins) {
    assertThatThrownBy(() -> new Candidate("2", 0.1, "", false, OptionalDouble.of(begins)))
        .hasMessageContaining("begins at");
  }

  @Test
  void onlyWhoIsAloneBeginsWhereItLikes() {
    Candidate first = new Candidate("2", 0.1, "", false, OptionalDouble.of(0.7));

    assertThat(new Route.Split(1, "1", List.of(first), TEST).candidates()).containsExactly(first);
    assertThatThrownBy(() -> new Route.Split(1, "1", List.of(first, new Candidate("3", 0.1)), TEST))
        .hasMessageContaining("alone");
  }

  @Test
  void aVersionIsNamedOnce() {
    assertThatThrownBy(() -> new Route.Split(1, "1", List.of(new Candidate("1", 0.5)), TEST))
        .hasMessageContaining("twice");
  }

  @Test
  void aShadowNeedsACandidateAndADeadline() {
    assertThatThrownBy(() -> new Route.Shadow(1, "1", List.of(), TEST, Duration.ofSeconds(1)))
        .hasMessageContaining("candidate");
    assertThatThrownBy(
            () -> new Route.Shadow(1, "1", List.of(new Candidate("2", 1)), TEST, Duration.ZERO))
        .hasMessageContaining("deadline");
  }

  private static Route.Split split(boolean firstRetired) {
    return new Route.Split(
        1,
        "1",
        List.of(
            new Candidate("2", 0.25, "t-2", firstRetired), new Candidate("3", 0.25, "t-3", false)),
        TEST);
  }

  @Test
  void theCurrentVersionsArmIsInEveryTestAndACandidatesInItsOwn() {
    assertThat(split(false).testsOf("1")).containsExactly("t-2", "t-3");
    assertThat(split(false).testsOf("2")).containsExactly("t-2");
    assertThat(split(false).testsOf("3")).containsExactly("t-3");
    assertThat(split(true).testsOf("1")).containsExactly("t-3");
    assertThat(new Route.Split(1, "1", List.of(new Candidate("2", 0.5)), TEST).testsOf("1"))
        .containsExactly("t");
    assertThat(new Route.Single(1, "1").testsOf("1")).isEmpty();
    Route.Shadow shadow =
        new Route.Shadow(
            1,
            "1",
            List.of(new Candidate("2", 1, "t-2", false), new Candidate("3", 1, "t-3", false)),
            TEST,
            Duration.ofSeconds(1));
    assertThat(shadow.testsOf("1")).containsExactly("t-2", "t-3");
    assertThat(shadow.testsOf("3")).containsExactly("t-3");
  }

  @Test
  void whoeverIsInTheShareOfOneThatLeftGetsCurrentAndCountsForNobodyAndNobodyElseMoves() {
    int left = 0;
    for (int i = 0; i < 1_000; i++) {
      RoutePlan before = RoutePlan.of(split(false), "customer-" + i);
      RoutePlan after = RoutePlan.of(split(true), "customer-" + i);
      if (before.arm().equals("2")) {
        left++;
        assertThat(after.arm()).isEqualTo("1");
        assertThat(after.counts()).isFalse();
        assertThat(after.standing()).isEqualTo(Standing.RETIRED);
      } else {
        assertThat(after.arm()).isEqualTo(before.arm());
        assertThat(after.counts()).isTrue();
        assertThat(after.probabilities()).isEqualTo(Map.of("1", 0.5, "3", 0.25));
      }
    }
    assertThat(left).isBetween(180, 320);
  }

  @Test
  void whoLeftIsNotLoadedAndNotAllCanHaveLeft() {
    assertThat(split(true).versions()).containsExactlyInAnyOrder("1", "3");
    assertThatThrownBy(
            () -> new Route.Split(1, "1", List.of(new Candidate("2", 0.5, "t-2", true)), TEST))
        .hasMessageContaining("has left");
    assertThatThrownBy(
            () ->
                new Route.Shadow(
                    1,
                    "1",
                    List.of(new Candidate("2", 1), new Candidate("3", 1, "t-3", true)),
                    TEST,
                    Duration.ofSeconds(1)))
        .hasMessageContaining("not in its route");
  }

  @Test
  void aSingleVersionCountsForTheCalibrationThatItIsUnder() {
    Route.Single measured = new Route.Single(1, "1", Optional.of(TEST));

    assertThat(measured.liveTest()).contains(TEST);
    assertThat(RoutePlan.of(measured, UNIT).counts()).isTrue();
    assertThat(RoutePlan.of(measured, UNIT).arm()).isEqualTo("1");
    assertThat(new Route.Single(1, "1").liveTest()).isEmpty();
  }

  @Test
  void aShadowIsAnsweredByTheCurrentVersion() {
    Route route =
        new Route.Shadow(
            1,
            "1",
            List.of(new Candidate("2", 1), new Candidate("3", 0)),
            TEST,
            Duration.ofSeconds(1));

    RoutePlan plan = RoutePlan.of(route, UNIT);

    assertThat(plan.arm()).isEqualTo("1");
    assertThat(plan.standIn()).isEmpty();
    assertThat(plan.shadows()).containsExactly("2");
    assertThat(plan.notSampled()).containsExactly("3");
    assertThat(plan.probabilities()).isEqualTo(Map.of("1", 1.0, "2", 1.0, "3", 0.0));
  }

  @Test
  void aCandidateOfASplitHasAStandInAndTheCurrentVersionHasNone() {
    RoutePlan candidate =
        RoutePlan.of(new Route.Split(1, "1", List.of(new Candidate("2", 1)), TEST), UNIT);
    RoutePlan current =
        RoutePlan.of(new Route.Split(1, "1", List.of(new Candidate("2", 0)), TEST), UNIT);

    assertThat(candidate.arm()).isEqualTo("2");
    assertThat(candidate.standIn()).contains("1");
    assertThat(current.arm()).isEqualTo("1");
    assertThat(current.standIn()).isEmpty();
  }

  @Test
  void theProbabilitiesOfASplitAddUpToOne() {
    RoutePlan plan =
        RoutePlan.of(
            new Route.Split(
                1, "1", List.of(new Candidate("2", 0.25), new Candidate("3", 0.05)), TEST),
            UNIT);

    assertThat(plan.probabilities().values().stream().mapToDouble(d -> d).sum())
        .isCloseTo(1, within(1e-12));
    assertThat(plan.probabilities().get("1")).isCloseTo(0.7, within(1e-12));
  }

  @Test
  void predictionIdsAreDistinctUuidsOfVersionSeven() {
    PredictionId first = PredictionId.next();
    PredictionId second = PredictionId.next();

    assertThat(first.value()).matches("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab].*");
    assertThat(first).isNotEqualTo(second);
  }
}
