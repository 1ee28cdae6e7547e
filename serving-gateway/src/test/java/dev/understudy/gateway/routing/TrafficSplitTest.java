package dev.understudy.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.gateway.routing.Route.Candidate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;
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

  private static List<Candidate> heldBack(double share, double begins) {
    return List.of(new Candidate("1", share, "", false, OptionalDouble.of(begins)));
  }

  @Test
  void whoIsHeldBackAfterASplitWasNotOfThePromotedVersion() {
    List<Candidate> split = List.of(new Candidate("2", 0.9));
    List<Candidate> watch = heldBack(0.1, 0.9);
    int held = 0;
    for (String unit : UNITS) {
      boolean hadPromoted = TrafficSplit.assign("salt", unit, split).isPresent();
      boolean heldBack = TrafficSplit.assign("salt", unit, watch).isPresent();

      assertThat(hadPromoted && heldBack).isFalse();
      held += heldBack ? 1 : 0;
    }
    assertThat((double) held / UNITS.size()).isCloseTo(0.1, within(0.011));
  }

  @Test
  void anArcThatBeginsLateGoesOnAtTheBeginningOfTheCircle() {
    int held = 0;
    for (String unit : UNITS) {
      double point = TrafficSplit.point("salt", unit);
      boolean heldBack = TrafficSplit.assign("salt", unit, heldBack(0.5, 0.75)).isPresent();

      assertThat(heldBack).isEqualTo(point >= 0.75 || point < 0.25);
      held += heldBack ? 1 : 0;
    }
    assertThat((double) held / UNITS.size()).isCloseTo(0.5, within(0.018));
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

  /**
   * Pearson's chi-square over a million keys. The quantiles of 1 - 1e-6 with 3 and 99 degrees of
   * freedom are 30.66 and 180.79 (SciPy 1.14, {@code chi2.ppf}).
   */
  @Test
  void aMillionKeysAreSpreadAsTheSharesSay() {
    List<Candidate> candidates =
        List.of(new Candidate("2", 0.05), new Candidate("3", 0.25), new Candidate("4", 0.1));
    int keys = 1_000_000;
    Map<String, Integer> arms = new HashMap<>();
    int[] bins = new int[100];
    for (int i = 0; i < keys; i++) {
      String unit = "customer-" + i;
      arms.merge(TrafficSplit.assign("6f1c", unit, candidates).orElse("1"), 1, Integer::sum);
      bins[(int) (TrafficSplit.point("6f1c", unit) * bins.length)]++;
    }

    Map<String, Double> shares = Map.of("1", 0.6, "2", 0.05, "3", 0.25, "4", 0.1);
    double ofArms =
        shares.entrySet().stream()
            .mapToDouble(arm -> term(arms.get(arm.getKey()), arm.getValue() * keys))
            .sum();
    double ofBins = IntStream.of(bins).mapToDouble(bin -> term(bin, keys / 100.0)).sum();
    assertThat(ofArms).isLessThan(30.66);
    assertThat(ofBins).isLessThan(180.79);
  }

  private static double term(int observed, double expected) {
    return (observed - expected) * (observed - expected) / expected;
  }

  /** Computed by Python's hashlib: what one gateway assigns, every other one does, for ever. */
  @Test
  void theAssignmentNeverChanges() {
    assertThat(TrafficSplit.point("salt", "unit-1")).isEqualTo(0.9320673669603885);
    assertThat(TrafficSplit.point("salt", "Gr\u00fc\u00dfe")).isEqualTo(0.9298859683898711);
    assertThat(TrafficSplit.point("6f1c", "customer-42")).isEqualTo(0.7770666853266139);
    assertThat(TrafficSplit.point("", "")).isEqualTo(0.4304816492364817);

    List<Candidate> three =
        List.of(new Candidate("2", 0.05), new Candidate("3", 0.25), new Candidate("4", 0.1));
    assertThat(
            IntStream.rangeClosed(1, 20)
                .mapToObj(i -> TrafficSplit.assign("6f1c", "customer-" + i, three).orElse("1")))
        .containsExactly(
            "1", "3", "4", "3", "2", "4", "3", "1", "1", "4", "3", "3", "1", "1", "1", "4", "1",
            "1", "4", "3");
    assertThat(customers(100, unit -> TrafficSplit.holdsOut("6f1c", unit, 0.1)))
        .containsExactly(13, 14, 24, 49, 57, 81, 88, 98);
    assertThat(customers(30, unit -> TrafficSplit.samples("6f1c", unit, new Candidate("2", 0.2))))
        .containsExactly(4, 7, 16, 17, 20, 21, 23, 24);
  }

  private static List<Integer> customers(int upTo, Predicate<String> chosen) {
    return IntStream.rangeClosed(1, upTo)
        .filter(i -> chosen.test("customer-" + i))
        .boxed()
        .toList();
  }

  @Test
  void wideningAnyOfSeveralCandidatesMovesNobodyWhoHadOne() {
    double[][] shares = {
      {0, 0, 0}, {0.01, 0.05, 0}, {0.05, 0.05, 0.1}, {0.05, 0.3, 0.1}, {0.33, 0.33, 0.33}
    };
    List<Optional<String>> before = new ArrayList<>();
    for (double[] three : shares) {
      List<Candidate> candidates =
          List.of(
              new Candidate("2", three[0]),
              new Candidate("3", three[1]),
              new Candidate("4", three[2]));
      List<Optional<String>> now =
          UNITS.stream().map(unit -> TrafficSplit.assign("salt", unit, candidates)).toList();
      for (int i = 0; i < before.size(); i++) {
        if (before.get(i).isPresent()) {
          assertThat(now.get(i)).isEqualTo(before.get(i));
        }
      }
      before = now;
    }
  }

  @Test
  void whoIsHeldOutSaysNothingAboutTheArm() {
    List<Candidate> half = List.of(new Candidate("2", 0.5));
    List<String> heldOut =
        UNITS.stream().filter(unit -> TrafficSplit.holdsOut("salt", unit, 0.2)).toList();

    long candidates =
        heldOut.stream()
            .filter(unit -> TrafficSplit.assign("salt", unit, half).isPresent())
            .count();

    assertThat((double) heldOut.size() / UNITS.size()).isCloseTo(0.2, within(0.015));
    assertThat((double) candidates / heldOut.size()).isCloseTo(0.5, within(0.04));
    assertThat(UNITS).noneMatch(unit -> TrafficSplit.holdsOut("salt", unit, 0));
  }

  @Test
  void aWiderHoldOutKeepsWhoWasHeldOut() {
    assertThat(UNITS)
        .filteredOn(unit -> TrafficSplit.holdsOut("salt", unit, 0.05))
        .isNotEmpty()
        .allMatch(unit -> TrafficSplit.holdsOut("salt", unit, 0.1));
  }
}
