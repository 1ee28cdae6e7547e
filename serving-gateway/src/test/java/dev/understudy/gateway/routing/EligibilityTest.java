package dev.understudy.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.contracts.ValueSource;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.InputContract;
import dev.understudy.scoring.Tensor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EligibilityTest {
  private static final InputContract INPUTS =
      new InputContract(
          List.of(Column.category("Home", true, "owner", "rent"), Column.number("Amount", true)));
  private static final Route.Test TEST = new Route.Test("t", 0, "6f1c");
  private static final Route ALL_TO_CANDIDATE =
      new Route.Split(1, "1", List.of(new Route.Candidate("2", 1)), TEST);
  private static final Route HALF =
      new Route.Split(1, "1", List.of(new Route.Candidate("2", 0.5)), TEST);
  private static final Optional<ValueSource> BY_CUSTOMER =
      Optional.of(SourceReader.parse("header:X-Customer", INPUTS));

  private final PredictionId id = PredictionId.next();

  @Test
  void everyRequestIsAUnitOfItsOwnWithoutAKey() {
    RoutePlan plan = plan(Eligibility.EVERYBODY, ALL_TO_CANDIDATE, GivenValues.NOTHING);

    assertThat(plan.unit()).isEqualTo(id.value());
    assertThat(plan.standing()).isEqualTo(Standing.ROUTED);
    assertThat(plan.arm()).isEqualTo("2");
  }

  @Test
  void aUnitKeepsItsArmWhateverTheRequest() {
    Eligibility sticky = new Eligibility(BY_CUSTOMER, List.of(), 0);

    for (int i = 0; i < 200; i++) {
      GivenValues customer = GivenValues.header("x-customer", "customer-" + i);
      RoutePlan first = (RoutePlan) sticky.plan(HALF, PredictionId.next(), customer);
      RoutePlan again = (RoutePlan) sticky.plan(HALF, PredictionId.next(), customer);

      assertThat(again).isEqualTo(first);
      assertThat(first.unit()).isEqualTo("customer-" + i);
    }
  }

  @Test
  void aRequestThatDoesNotSayWhoseItIsGetsTheCurrentVersionAndCountsForNoTest() {
    RoutePlan plan =
        plan(new Eligibility(BY_CUSTOMER, List.of(), 0), ALL_TO_CANDIDATE, GivenValues.NOTHING);

    assertThat(plan.arm()).isEqualTo("1");
    assertThat(plan.standIn()).isEmpty();
    assertThat(plan.counts()).isFalse();
    assertThat(plan.standing()).isEqualTo(Standing.NO_UNIT);
    assertThat(plan.unit()).isEmpty();
    assertThat(plan.probabilities()).isEqualTo(Map.of("1", 1.0));
  }

  @Test
  void anEmptyKeyIsNoKey() {
    assertThat(
            plan(
                    new Eligibility(BY_CUSTOMER, List.of(), 0),
                    ALL_TO_CANDIDATE,
                    GivenValues.header("x-customer", ""))
                .standing())
        .isEqualTo(Standing.NO_UNIT);
  }

  @Test
  void theRowsOfARequestMustAgreeOnTheUnit() {
    Eligibility byAmount =
        new Eligibility(Optional.of(SourceReader.parse("input:Amount", INPUTS)), List.of(), 0);
    long[] two = {2};

    assertThat(byAmount.plan(HALF, id, GivenValues.inputs(Tensor.ofFloats("Amount", two, 7f, 8f))))
        .isInstanceOfSatisfying(
            Planned.Refused.class,
            refused -> assertThat(refused.reason()).contains("input:Amount", "apart"));
    assertThat(
            byAmount.plan(
                HALF, id, GivenValues.inputs(Tensor.ofFloats("Amount", two, 7f, Float.NaN))))
        .isInstanceOf(Planned.Refused.class);
    assertThat(
            plan(byAmount, HALF, GivenValues.inputs(Tensor.ofFloats("Amount", two, 7f, 7f))).unit())
        .isEqualTo("7");
  }

  @Test
  void whereOneVersionAnswersEverybodyTheRowsNeedNotAgree() {
    Eligibility byAmount =
        new Eligibility(Optional.of(SourceReader.parse("input:Amount", INPUTS)), List.of(), 0);
    Route measured = new Route.Single(1, "1", Optional.of(TEST));
    GivenValues several = GivenValues.inputs(Tensor.ofFloats("Amount", new long[] {2}, 7f, 8f));

    RoutePlan plan = plan(byAmount, measured, several);

    assertThat(plan.arm()).isEqualTo("1");
    assertThat(plan.standing()).isEqualTo(Standing.NO_UNIT);
    assertThat(plan.counts()).isFalse();
  }

  @Test
  void theFirstSegmentThatFitsDecidesBeforeTheTest() {
    Eligibility segments =
        new Eligibility(
            Optional.empty(),
            List.of(
                segment("staff", "header:x-staff", Optional.of("3"), "yes"),
                segment("renters", "input:Home", Optional.empty(), "rent")),
            0);
    Tensor renter = Tensor.ofTexts("Home", new long[] {1}, "rent");
    GivenValues both = new GivenValues(Map.of("x-staff", "yes"), Map.of(), Map.of("Home", renter));

    RoutePlan staff = plan(segments, ALL_TO_CANDIDATE, both);
    RoutePlan renters = plan(segments, ALL_TO_CANDIDATE, GivenValues.inputs(renter));
    RoutePlan others = plan(segments, ALL_TO_CANDIDATE, GivenValues.header("x-staff", "no"));

    assertThat(staff.arm()).isEqualTo("3");
    assertThat(staff.segment()).isEqualTo("staff");
    assertThat(staff.counts()).isFalse();
    assertThat(renters.arm()).isEqualTo("1");
    assertThat(renters.segment()).isEqualTo("renters");
    assertThat(others.arm()).isEqualTo("2");
    assertThat(others.segment()).isEmpty();
  }

  @Test
  void rowsInAndOutOfASegmentGetTheCurrentVersionOrMustBeSentApart() {
    GivenValues mixed = GivenValues.inputs(Tensor.ofTexts("Home", new long[] {2}, "rent", "owner"));
    Eligibility toCurrent =
        new Eligibility(
            Optional.empty(), List.of(segment("r", "input:Home", Optional.empty(), "rent")), 0);
    Eligibility toThree =
        new Eligibility(
            Optional.empty(), List.of(segment("r", "input:Home", Optional.of("3"), "rent")), 0);

    assertThat(plan(toCurrent, ALL_TO_CANDIDATE, mixed).arm()).isEqualTo("1");
    assertThat(toThree.plan(ALL_TO_CANDIDATE, id, mixed))
        .isInstanceOfSatisfying(
            Planned.Refused.class,
            refused -> assertThat(refused.reason()).contains("input:Home", "segment r"));
  }

  @Test
  void aUnitThatIsHeldOutGetsTheCurrentVersionInShadowAndInSplit() {
    Eligibility holdOut = new Eligibility(BY_CUSTOMER, List.of(), 0.1);
    GivenValues customer13 = GivenValues.header("x-customer", "customer-13");
    Route shadow =
        new Route.Shadow(1, "1", List.of(new Route.Candidate("2", 1)), TEST, Duration.ofSeconds(1));

    for (Route route : List.of(ALL_TO_CANDIDATE, shadow)) {
      RoutePlan plan = plan(holdOut, route, customer13);

      assertThat(plan.standing()).isEqualTo(Standing.HELD_OUT);
      assertThat(plan.arm()).isEqualTo("1");
      assertThat(plan.shadows()).isEmpty();
      assertThat(plan.counts()).isFalse();
      assertThat(plan.unit()).isEqualTo("customer-13");
    }
  }

  @Test
  void theProbabilitiesAreThoseOfWhoTakesPart() {
    Eligibility holdOut = new Eligibility(BY_CUSTOMER, List.of(), 0.1);
    List<RoutePlan> plans =
        IntStream.range(0, 20_000)
            .mapToObj(i -> plan(holdOut, HALF, GivenValues.header("x-customer", "customer-" + i)))
            .filter(RoutePlan::counts)
            .toList();

    long candidates = plans.stream().filter(plan -> plan.arm().equals("2")).count();
    assertThat(plans).allMatch(plan -> plan.probabilities().get("2") == 0.5);
    assertThat((double) candidates / plans.size()).isBetween(0.48, 0.52);
  }

  @Test
  void aSegmentThatCouldNeverFitIsRefused() {
    assertThatThrownBy(() -> segment("r", "input:Home", Optional.empty(), "castle"))
        .hasMessage("segment r: 'castle' is no category of input 'Home'");
    assertThatThrownBy(() -> segment("r", "input:Amount", Optional.empty(), "much"))
        .hasMessageContaining("segment r: 'much' is no value of FP32");
    assertThatThrownBy(() -> segment("r", "header:x", Optional.empty()))
        .hasMessageContaining("at least one value");
    assertThatThrownBy(() -> segment("r r", "header:x", Optional.empty(), "1"))
        .hasMessageContaining("segment 'r r'");
    assertThat(segment("r", "input:Amount", Optional.empty(), "1.50").values())
        .containsExactly("1.5");
  }

  @Test
  void aHoldOutOfEverybodyAndTwoSegmentsOfOneNameAreRefused() {
    Segment one = segment("one", "header:x", Optional.empty(), "1");

    assertThatThrownBy(() -> new Eligibility(Optional.empty(), List.of(), 1))
        .hasMessageContaining("hold-out 1.0");
    assertThatThrownBy(() -> new Eligibility(Optional.empty(), List.of(), Double.NaN))
        .hasMessageContaining("hold-out");
    assertThatThrownBy(() -> new Eligibility(Optional.empty(), List.of(one, one), 0))
        .hasMessageContaining("twice");
  }

  private RoutePlan plan(Eligibility who, Route route, RequestValues request) {
    return (RoutePlan) who.plan(route, id, request);
  }

  private static Segment segment(
      String name, String source, Optional<String> version, String... values) {
    return Segment.of(name, source, List.of(values), version, INPUTS);
  }
}
