package dev.understudy.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.gateway.routing.Route.Candidate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TrafficSplitTest {
  private static final List<String> UNITS =
      IntStream.range(0, 20_000).mapToObj(i -> "unit-" + i).toList();

  @Test
  void theSameUnitAlwaysGetsTheSameArm() {
    List<Candidate> candidates = List.of(new Candidate("2", 0.5));

    for (String unit : UNITS.subList(0, 100)) {
      assertThat(TrafficSplit.assign("salt", unit, candidates))
          .isEqualTo(TrafficSplit.assign("salt", unit, candidates));
    }
  }

  @Test
  void everyCandidateGetsItsShare() {
    List<Candidate> candidates = List.of(new Candidate("2", 0.05), new Candidate("3", 0.25));

    Map<String, Integer> counts = new HashMap<>();
    for (String unit : UNITS) {
      counts.merge(TrafficSplit.assign("salt", unit, candidates).orElse("1"), 1, Integer::sum);
    }

    // Five standard deviations of the binomial count.
    assertThat((double) counts.get("2") / UNITS.size()).isCloseTo(0.05, within(0.008));
    assertThat((double) counts.get("3") / UNITS.size()).isCloseTo(0.25, within(0.016));
    assertThat((double) counts.get("1") / UNITS.size()).isCloseTo(0.70, within(0.017));
  }

  @Test
  void wideningAShareOnlyAddsUnits() {
    double[] shares = {0, 0.01, 0.05, 0.25, 0.5};
    for (int i = 1; i < shares.length; i++) {
      List<Candidate> narrow = List.of(new Candidate("2", shares[i - 1]), new Candidate("3", 0.1));
      List<Candidate> wide = List.of(new Candidate("2", shares[i]), new Candidate("3", 0.1));
      for (String unit : UNITS) {
        Optional<String> before = TrafficSplit.assign("salt", unit, narrow);
        Optional<String> after = TrafficSplit.assign("salt", unit, wide);

        assertThat(after).isIn(before, Optional.of("2"));
        before.ifPresent(arm -> assertThat(after).contains(arm));
      }
    }
  }

  @Test
  void anotherSaltAssignsIndependently() {
    List<Candidate> half = List.of(new Candidate("2", 0.5));

    long both =
        UNITS.stream()
            .filter(unit -> TrafficSplit.assign("one", unit, half).isPresent())
            .filter(unit -> TrafficSplit.assign("other", unit, half).isPresent())
            .count();

    assertThat((double) both / UNITS.size()).isCloseTo(0.25, within(0.016));
  }

  @Test
  void theEndsOfTheShareAreNobodyAndEverybody() {
    for (String unit : UNITS.subList(0, 1_000)) {
      assertThat(TrafficSplit.assign("salt", unit, List.of(new Candidate("2", 0)))).isEmpty();
      assertThat(TrafficSplit.assign("salt", unit, List.of(new Candidate("2", 1)))).contains("2");
    }
  }

  @Test
  void theSamplesOfTwoShadowsAreIndependent() {
    long both =
        UNITS.stream()
            .filter(unit -> TrafficSplit.samples("salt", unit, new Candidate("2", 0.5)))
            .filter(unit -> TrafficSplit.samples("salt", unit, new Candidate("3", 0.5)))
            .count();

    assertThat((double) both / UNITS.size()).isCloseTo(0.25, within(0.016));
  }
}
