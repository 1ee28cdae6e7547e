package dev.understudy.registry.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.OutputMeaning;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.Task;
import dev.understudy.registry.problem.Refused;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class KpiSpecTest {
  private static final Predicted BINARY =
      new Predicted(
          OutputMeaning.newBuilder()
              .setTask(Task.BINARY)
              .setOutcome("status")
              .setPositive("bad")
              .setNegative("good")
              .build(),
          true);
  private static final Predicted ANIMALS = classes(true, "cat", "dog", "bird");
  private static final Predicted PRICE =
      new Predicted(
          OutputMeaning.newBuilder().setTask(Task.REGRESSION).setOutcome("price").build(), false);

  /** A request, one field of which a test changes. */
  private record Asked(
      String kind,
      String line,
      Double margin,
      Double effect,
      Double centre,
      Double cap,
      List<CostSpec> costs,
      Double prevalence,
      Integer positives,
      Integer negatives,
      Long tuning,
      String outcome) {
    static Asked of(String kind) {
      return new Asked(
          kind, "SUPERIORITY", null, 0.01, null, null, null, null, null, null, null, null);
    }

    Asked notWorse(Double accepted) {
      return new Asked(
          kind,
          "NON_INFERIORITY",
          accepted,
          null,
          centre,
          cap,
          costs,
          prevalence,
          positives,
          negatives,
          tuning,
          outcome);
    }

    Asked centre(Double mean) {
      return new Asked(
          kind,
          line,
          margin,
          effect,
          mean,
          cap,
          costs,
          prevalence,
          positives,
          negatives,
          tuning,
          outcome);
    }

    Asked cap(Double most) {
      return new Asked(
          kind,
          line,
          margin,
          effect,
          centre,
          most,
          costs,
          prevalence,
          positives,
          negatives,
          tuning,
          outcome);
    }

    Asked costs(CostSpec... matrix) {
      return new Asked(
          kind,
          line,
          margin,
          effect,
          centre,
          cap,
          List.of(matrix),
          prevalence,
          positives,
          negatives,
          tuning,
          outcome);
    }

    Asked blocks(Double share, Integer of, Integer and) {
      return new Asked(
          kind, line, margin, effect, centre, cap, costs, share, of, and, tuning, outcome);
    }

    Asked tuning(Long units) {
      return new Asked(
          kind,
          line,
          margin,
          effect,
          centre,
          cap,
          costs,
          prevalence,
          positives,
          negatives,
          units,
          outcome);
    }

    Asked outcome(String name) {
      return new Asked(
          kind,
          line,
          margin,
          effect,
          centre,
          cap,
          costs,
          prevalence,
          positives,
          negatives,
          tuning,
          name);
    }

    Kpi checked(Predicted predicted, RouteMode mode) {
      return with(null).checked("kpi", predicted, mode);
    }

    Kpi draft(Predicted predicted, RouteMode mode) {
      return with(null).draft("kpi", predicted, mode);
    }

    boolean centreIsOpen(Predicted predicted, RouteMode mode) {
      return with(null).centreIsOpen(checked(predicted, mode), mode);
    }

    KpiSpec with(String covariate) {
      return new KpiSpec(
          kind,
          line,
          margin,
          effect,
          centre,
          cap,
          costs,
          prevalence,
          positives,
          negatives,
          tuning,
          outcome,
          covariate);
    }
  }

  static Stream<Arguments> fitting() {
    return Stream.of(
        Arguments.of(
            BINARY,
            Set.of(
                "ACCURACY",
                "LOG_LOSS",
                "BRIER",
                "COST",
                "F1",
                "PRECISION",
                "RECALL",
                "AUC",
                "VALUE")),
        Arguments.of(ANIMALS, Set.of("ACCURACY", "LOG_LOSS", "BRIER", "COST", "MACRO_F1", "VALUE")),
        Arguments.of(PRICE, Set.of("MAE", "RMSE", "VALUE")));
  }

  @ParameterizedTest
  @MethodSource("fitting")
  void eachTaskHasItsKpisAndEveryOtherIsRefusedWithThoseThatFit(
      Predicted predicted, Set<String> fitting) {
    for (KpiKind kind : KpiKind.values()) {
      if (kind == KpiKind.UNRECOGNIZED || kind == KpiKind.KPI_KIND_UNSPECIFIED) {
        continue;
      }
      Refused refused = refused(Asked.of(kind.name()), predicted, RouteMode.SPLIT);
      boolean fits = refused == null || !refused.field().equals("kpi.kind");

      assertThat(fits).as(kind.name()).isEqualTo(fitting.contains(kind.name()));
      if (!fits) {
        assertThat(refused.getMessage()).contains("take one of", fitting.iterator().next());
      }
    }
  }

  @Test
  void aLossHasTheCapOfItsNature() {
    assertThat(cap(Asked.of("ACCURACY"), BINARY)).isEqualTo(1);
    assertThat(cap(Asked.of("LOG_LOSS"), ANIMALS)).isEqualTo(6.908);
    assertThat(cap(Asked.of("BRIER"), BINARY)).isEqualTo(1);
    assertThat(cap(Asked.of("BRIER"), ANIMALS)).isEqualTo(2);
    assertThat(
            cap(Asked.of("COST").costs(cost("bad", "good", 5.0), cost("good", "bad", 1.0)), BINARY))
        .isEqualTo(5);
    assertThat(cap(Asked.of("MAE").cap(12.5), PRICE)).isEqualTo(12.5);
  }

  @ParameterizedTest
  @CsvSource({"0.1, 8, 72", "0.01, 8, 128", "0.3, 8, 19", "0.5, 16, 16", "0.9, 72, 8"})
  void theBlocksOfAucFollowThePrevalence(double prevalence, int positives, int negatives) {
    Kpi kpi = checked(Asked.of("AUC").blocks(prevalence, null, null), BINARY);

    assertThat(kpi.getBlockPositives()).isEqualTo(positives);
    assertThat(kpi.getBlockNegatives()).isEqualTo(negatives);
  }

  @Test
  void whatIsAsymptoticHasItsUsualTuning() {
    assertThat(checked(Asked.of("F1"), BINARY).getTuningUnits()).isEqualTo(5_000);
    assertThat(checked(Asked.of("AUC"), BINARY).getTuningUnits()).isEqualTo(250);
    assertThat(checked(Asked.of("AUC"), BINARY).getBlockNegatives()).isEqualTo(72);
    assertThat(checked(Asked.of("MACRO_F1").tuning(900L), ANIMALS).getTuningUnits()).isEqualTo(900);
  }

  @Test
  void whatIsLeftOutAndCanBeMeasuredIsZeroInADraft() {
    Kpi mae = Asked.of("MAE").draft(PRICE, RouteMode.SPLIT);
    Kpi auc = Asked.of("AUC").blocks(null, null, 40).draft(BINARY, RouteMode.SHADOW);
    Kpi given = Asked.of("AUC").blocks(0.1, null, null).tuning(90L).draft(BINARY, RouteMode.SHADOW);

    assertThat(mae.getCap()).isZero();
    assertThat(Asked.of("LOG_LOSS").draft(BINARY, RouteMode.SPLIT).getCap()).isEqualTo(6.908);
    assertThat(auc.getBlockPositives()).isZero();
    assertThat(auc.getBlockNegatives()).isEqualTo(40);
    assertThat(auc.getTuningUnits()).isZero();
    assertThat(given.getBlockNegatives()).isEqualTo(72);
    assertThat(given.getTuningUnits()).isEqualTo(90);
  }

  @Test
  void aValueIsThatOfTheOutcomeUnlessAnotherIsNamed() {
    Asked value = Asked.of("VALUE").cap(50.0).centre(1.0);

    assertThat(value.checked(PRICE, RouteMode.SPLIT).getOutcome()).isEqualTo("price");
    assertThat(value.outcome("revenue").checked(BINARY, RouteMode.SPLIT).getOutcome())
        .isEqualTo("revenue");
  }

  @Test
  void aClassIsNoValue() {
    Refused refused = refused(Asked.of("VALUE").cap(50.0), BINARY, RouteMode.SPLIT);

    assertThat(refused.field()).isEqualTo("kpi.outcome");
    assertThat(refused).hasMessageContaining("name the outcome that holds the number");
  }

  @Test
  void aRatioNeedsNoCentreInASplit() {
    assertThat(refused(Asked.of("F1"), BINARY, RouteMode.SPLIT)).isNull();
    assertThat(refused(Asked.of("BRIER"), BINARY, RouteMode.SPLIT)).isNull();
    assertThat(Asked.of("F1").centreIsOpen(BINARY, RouteMode.SPLIT)).isFalse();
    assertThat(Asked.of("BRIER").centreIsOpen(BINARY, RouteMode.SPLIT)).isTrue();
    assertThat(Asked.of("BRIER").centreIsOpen(BINARY, RouteMode.SHADOW)).isFalse();
    assertThat(Asked.of("BRIER").centre(0.0).centreIsOpen(BINARY, RouteMode.SPLIT)).isFalse();
  }

  @Test
  void aMeanByUnitHasATuningAndMayHaveACovariate() {
    Kpi usual = Asked.of("ACCURACY").centre(0.7).with(null).checkedByUnit("kpi", BINARY);
    Kpi chosen =
        Asked.of("MAE").cap(9.0).centre(2.0).tuning(700L).with("age").checkedByUnit("kpi", PRICE);

    assertThat(usual.getTuningUnits()).isEqualTo(5_000);
    assertThat(usual.getCovariate()).isEmpty();
    assertThat(chosen.getTuningUnits()).isEqualTo(700);
    assertThat(chosen.getCovariate()).isEqualTo("age");
  }

  @ParameterizedTest
  @ValueSource(strings = {"F1", "PRECISION", "RECALL", "AUC"})
  void whatIsNoMeanIsNotComparedByUnit(String kind) {
    Refused refused =
        catchThrowableOfType(
            Refused.class, () -> Asked.of(kind).with(null).checkedByUnit("kpi", BINARY));

    assertThat(refused.field()).isEqualTo("kpi.kind");
  }

  @Test
  void aCovariateIsRefusedWhereRequestsAreCompared() {
    Refused refused =
        catchThrowableOfType(
            Refused.class,
            () ->
                Asked.of("ACCURACY")
                    .centre(0.7)
                    .with("age")
                    .checked("kpi", BINARY, RouteMode.SPLIT));

    assertThat(refused.field()).isEqualTo("kpi.covariate");
  }

  static Stream<Arguments> wrong() {
    String tooMany =
        IntStream.rangeClosed(0, 100).mapToObj(Integer::toString).reduce("", (a, b) -> a + "," + b);
    return Stream.of(
        Arguments.of("kpi.cap", Asked.of("MAE").cap(0.0), PRICE),
        Arguments.of("kpi.cap", Asked.of("RMSE").cap(Double.POSITIVE_INFINITY), PRICE),
        Arguments.of("kpi.cap", Asked.of("VALUE").cap(-1.0), BINARY),
        Arguments.of("kpi.cap", Asked.of("ACCURACY").cap(2.0), BINARY),
        Arguments.of("kpi.margin", Asked.of("ACCURACY").notWorse(-0.03), BINARY),
        Arguments.of("kpi.margin", Asked.of("ACCURACY").notWorse(Double.NaN), BINARY),
        Arguments.of("kpi.margin", Asked.of("MAE").cap(2.0).notWorse(2.0), PRICE),
        Arguments.of("kpi.costs", Asked.of("COST"), BINARY),
        Arguments.of("kpi.costs", Asked.of("ACCURACY").costs(cost("bad", "good", 1.0)), BINARY),
        Arguments.of("kpi.costs", Asked.of("COST").costs(cost("bad", "good", 0.0)), BINARY),
        Arguments.of(
            "kpi.costs[0].outcome", Asked.of("COST").costs(cost("ugly", "good", 1.0)), BINARY),
        Arguments.of(
            "kpi.costs[0].predicted", Asked.of("COST").costs(cost("cat", "cow", 1.0)), ANIMALS),
        Arguments.of(
            "kpi.costs[0].cost", Asked.of("COST").costs(cost("bad", "good", -1.0)), BINARY),
        Arguments.of(
            "kpi.costs[0].cost", Asked.of("COST").costs(cost("bad", "good", Double.NaN)), BINARY),
        Arguments.of(
            "kpi.costs[1]",
            Asked.of("COST").costs(cost("bad", "good", 1.0), cost("bad", "good", 2.0)),
            BINARY),
        Arguments.of("kpi.block_positives", Asked.of("AUC").blocks(null, 0, null), BINARY),
        Arguments.of("kpi.block_negatives", Asked.of("AUC").blocks(null, 8, 1_025), BINARY),
        Arguments.of("kpi.block_negatives", Asked.of("F1").blocks(null, null, 8), BINARY),
        Arguments.of("kpi.prevalence", Asked.of("AUC").blocks(1.0, null, null), BINARY),
        Arguments.of("kpi.tuning_units", Asked.of("F1").tuning(0L), BINARY),
        Arguments.of("kpi.tuning_units", Asked.of("BRIER").tuning(9L), BINARY),
        Arguments.of("kpi.outcome", Asked.of("F1").outcome("revenue"), BINARY),
        Arguments.of("kpi.outcome", Asked.of("VALUE").cap(1.0).outcome("a b"), BINARY),
        Arguments.of("kpi.centre", Asked.of("F1").centre(0.5), BINARY),
        Arguments.of("kpi.centre", Asked.of("MAE").cap(2.0).centre(2.5), PRICE),
        Arguments.of("kpi.kind", Asked.of("LOG_LOSS"), classes(false, "cat", "dog")),
        Arguments.of("kpi.kind", Asked.of("ACCURACY"), classes(true, tooMany.split(","))));
  }

  @ParameterizedTest(name = "{index}: {0}")
  @MethodSource("wrong")
  void whatIsWrongIsNamed(String field, Asked asked, Predicted predicted) {
    Refused refused = refused(asked, predicted, RouteMode.ROUTE_MODE_UNSPECIFIED);

    assertThat(refused.field()).isEqualTo(field);
  }

  @Test
  void aValueCannotBeSeenInAShadow() {
    Refused refused = refused(Asked.of("VALUE").cap(1.0).centre(0.5), BINARY, RouteMode.SHADOW);

    assertThat(refused.field()).isEqualTo("kpi.kind");
    assertThat(refused.getMessage()).contains("split");
  }

  private static double cap(Asked asked, Predicted predicted) {
    return checked(asked, predicted).getCap();
  }

  private static Kpi checked(Asked asked, Predicted predicted) {
    return asked.checked(predicted, RouteMode.SHADOW);
  }

  private static Refused refused(Asked asked, Predicted predicted, RouteMode mode) {
    return catchThrowableOfType(Refused.class, () -> asked.checked(predicted, mode));
  }

  private static CostSpec cost(String outcome, String predicted, Double cost) {
    return new CostSpec(outcome, predicted, cost);
  }

  private static Predicted classes(boolean probabilities, String... names) {
    return new Predicted(
        OutputMeaning.newBuilder()
            .setTask(Task.MULTICLASS)
            .setOutcome("animal")
            .addAllClasses(Arrays.asList(names))
            .build(),
        probabilities);
  }
}
