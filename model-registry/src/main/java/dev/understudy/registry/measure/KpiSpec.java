package dev.understudy.registry.measure;

import dev.understudy.contracts.v1.Cost;
import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.KpiLine;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.Task;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What a candidate must improve, or must not worsen, as it is written in a request. Unchecked until
 * {@link #checked}.
 *
 * @param kind by the model's task. BINARY_CLASSIFICATION: ACCURACY, LOG_LOSS, BRIER, COST, F1,
 *     PRECISION, RECALL, AUC or VALUE. MULTICLASS_CLASSIFICATION: ACCURACY, LOG_LOSS, BRIER, COST,
 *     MACRO_F1 or VALUE. REGRESSION: MAE, RMSE or VALUE
 * @param line SUPERIORITY or NON_INFERIORITY
 * @param margin for NON_INFERIORITY: how much worse is acceptable, above 0 and in units of the KPI;
 *     RMSE is compared as the mean squared error, so in its units
 * @param minimumEffect for SUPERIORITY: the effect below which going on is futile, in the same
 *     units
 * @param centre the current model's mean, for a split by the mean of a loss or a value; measured
 *     before the test where it is left out
 * @param cap MAE, RMSE and VALUE: what one prediction counts at most (RMSE: its square); measured
 *     where it is left out, as the 99.5th percentile of the current model's. All others have a cap
 *     by their nature
 * @param costs COST: what is not named costs nothing
 * @param prevalence AUC: the share of positives, which gives the blocks their usual sizes
 * @param blockPositives AUC: positives in a block; 8 where prevalence does not say otherwise
 * @param blockNegatives AUC: negatives in a block; 72 where prevalence does not say otherwise
 * @param tuningUnits F1, PRECISION, RECALL, MACRO_F1 and AUC, and any KPI in a split with a unit
 *     key: the number of units, of AUC the number of blocks, at which the evidence is strongest;
 *     5,000 units or 250 blocks by default
 * @param outcome VALUE: the outcome that holds the number; the one that the model predicts by
 *     default, where that is one
 * @param covariate of a split with a unit key: a numeric input, known of each unit before the test,
 *     that explains much of how units differ
 */
@Schema(
    description =
        "What a candidate must improve (SUPERIORITY) or must not worsen (NON_INFERIORITY)."
            + " Kinds by task: BINARY_CLASSIFICATION has ACCURACY, LOG_LOSS, BRIER, COST, F1,"
            + " PRECISION, RECALL, AUC, VALUE; MULTICLASS_CLASSIFICATION has ACCURACY, LOG_LOSS,"
            + " BRIER, COST, MACRO_F1, VALUE; REGRESSION has MAE, RMSE, VALUE. VALUE needs a split."
            + " MAE, RMSE and VALUE have a 'cap', and in a split every mean of a loss or a value has a"
            + " 'centre': what is left out is measured before the test. RMSE is compared as the mean"
            + " squared error: margin, minimum_effect, cap and centre are in its units. A split with a"
            + " unit_key has one of the means, and may have a 'covariate'.")
public record KpiSpec(
    @Nullable String kind,
    @Nullable String line,
    @Nullable Double margin,
    @Nullable Double minimumEffect,
    @Nullable Double centre,
    @Nullable Double cap,
    @Nullable List<CostSpec> costs,
    @Nullable Double prevalence,
    @Nullable Integer blockPositives,
    @Nullable Integer blockNegatives,
    @Nullable Long tuningUnits,
    @Nullable String outcome,
    @Nullable String covariate) {
  /** Of a loss or a value, in whatever units. */
  static final double LARGEST_CAP = 1e12;

  /** Of the log loss of one prediction, in nats: that of a probability of 0.001. */
  private static final double LOG_LOSS_CAP = 6.908;

  // The tables that the judge keeps of every second would be too large beyond it.
  private static final int MOST_CLASSES = 100;
  private static final Pattern NUMBER = Pattern.compile("[+-]?\\d+(\\.\\d+)?");
  private static final int LARGEST_BLOCK = 1_024;
  private static final long BLOCKS = 250;
  private static final long UNITS = 5_000;
  private static final long MOST_UNITS = 1_000_000_000_000L;

  /**
   * The KPI, once everything in it is right for that model.
   *
   * @param at the path of this object in the request
   * @param mode of the test that it is for; unspecified where it may be for any
   */
  public Kpi checked(String at, Predicted predicted, RouteMode mode) {
    return checked(at, predicted, mode, false);
  }

  /**
   * The same with 0 for every figure that is left out and can be measured, also where it has a
   * usual value.
   */
  public Kpi draft(String at, Predicted predicted, RouteMode mode) {
    return checked(at, predicted, mode, true);
  }

  /**
   * Whether the centre is needed in such a test and left out. The cap is in that case 0 in what was
   * checked; a centre of 0 may be meant.
   */
  public boolean centreIsOpen(Kpi checked, RouteMode mode) {
    return centre == null && mode == RouteMode.SPLIT && isMean(checked.getKind());
  }

  private Kpi checked(String at, Predicted predicted, RouteMode mode, boolean measured) {
    refuse(at + ".covariate", covariate, "belongs to a split with a 'unit_key'");
    Kpi.Builder kpi = one(at, predicted, mode, measured);
    tuning(at + ".tuning_units", kpi.getKind(), measured, kpi);
    return kpi.build();
  }

  /**
   * The KPI of a split with a unit key. Whether the covariate is an input of the model is for those
   * to check who know the model.
   *
   * @param at the path of this object in the request
   */
  public Kpi checkedByUnit(String at, Predicted predicted) {
    Kpi.Builder kpi = one(at, predicted, RouteMode.SPLIT, false);
    if (!isMean(kpi.getKind())) {
      throw Refused.field(
          at + ".kind",
          "%s is no mean over predictions, so it cannot be compared by unit; take another one, or"
                  .formatted(kpi.getKind())
              + " leave 'unit_key' out");
    }
    kpi.setTuningUnits(
        Checks.between(
            at + ".tuning_units", tuningUnits == null ? UNITS : tuningUnits, 1, MOST_UNITS));
    if (covariate != null) {
      kpi.setCovariate(covariate);
    }
    return kpi.build();
  }

  private Kpi.Builder one(String at, Predicted predicted, RouteMode mode, boolean measured) {
    KpiKind what =
        Checks.choice(
            at + ".kind",
            kind,
            Arrays.stream(KpiKind.values()).filter(one -> !tasks(one).isEmpty()).toList());
    requireFit(at + ".kind", what, predicted, mode);
    KpiLine where =
        Checks.choice(at + ".line", line, List.of(KpiLine.SUPERIORITY, KpiLine.NON_INFERIORITY));
    Kpi.Builder kpi = Kpi.newBuilder().setKind(what).setLine(where);
    costs(at + ".costs", what, predicted, kpi);
    double most = cap(at + ".cap", what, predicted.task(), kpi.getCostsList());
    kpi.setCap(most);
    if (most == 0) {
      most = LARGEST_CAP;
    }
    if (where == KpiLine.SUPERIORITY) {
      refuse(at + ".margin", margin, "belongs to NON_INFERIORITY");
      double effect = Checks.present(at + ".minimum_effect", minimumEffect);
      kpi.setMinimumEffect(below(at + ".minimum_effect", effect, most));
    } else {
      refuse(at + ".minimum_effect", minimumEffect, "belongs to SUPERIORITY");
      double accepted = Checks.present(at + ".margin", margin);
      if (accepted < 0) {
        throw Refused.field(
            at + ".margin", "a margin says how much worse is acceptable: a number above 0");
      }
      kpi.setMargin(below(at + ".margin", accepted, most));
    }
    centre(at + ".centre", what, most, kpi);
    blocks(at, what, measured, kpi);
    value(at + ".outcome", what, predicted, kpi);
    return kpi;
  }

  private static Set<Task> tasks(KpiKind what) {
    return switch (what) {
      case ACCURACY, LOG_LOSS, BRIER, COST -> EnumSet.of(Task.BINARY, Task.MULTICLASS);
      case F1, PRECISION, RECALL, AUC -> EnumSet.of(Task.BINARY);
      case MACRO_F1 -> EnumSet.of(Task.MULTICLASS);
      case MAE, RMSE -> EnumSet.of(Task.REGRESSION);
      case VALUE -> EnumSet.of(Task.BINARY, Task.MULTICLASS, Task.REGRESSION);
      case KPI_KIND_UNSPECIFIED, UNRECOGNIZED -> EnumSet.noneOf(Task.class);
    };
  }

  /** Whether it is a mean, so that a split can weigh each unit by itself. */
  public static boolean isMean(KpiKind what) {
    return switch (what) {
      case ACCURACY, LOG_LOSS, BRIER, COST, MAE, RMSE, VALUE -> true;
      case F1, PRECISION, RECALL, MACRO_F1, AUC, KPI_KIND_UNSPECIFIED, UNRECOGNIZED -> false;
    };
  }

  private static boolean ofProbabilities(KpiKind what) {
    return what == KpiKind.LOG_LOSS || what == KpiKind.BRIER;
  }

  private static void requireFit(String field, KpiKind what, Predicted predicted, RouteMode mode) {
    Task task = predicted.task();
    if (!tasks(what).contains(task)) {
      throw Refused.field(
          field,
          "%s does not fit a model whose task is %s; take one of %s"
              .formatted(
                  what,
                  predicted.taskName(),
                  Arrays.stream(KpiKind.values())
                      .filter(one -> tasks(one).contains(task))
                      .filter(one -> predicted.probabilities() || !ofProbabilities(one))
                      .map(Enum::name)
                      .collect(Collectors.joining(", "))));
    }
    if (what == KpiKind.VALUE && mode == RouteMode.SHADOW) {
      throw Refused.field(
          field,
          "in a shadow the current version's answers alone bring the value about; measure VALUE in"
              + " a split");
    }
    if (ofProbabilities(what) && !predicted.probabilities()) {
      throw Refused.field(
          field,
          "%s is about probabilities, and the model's output only names a class; take ACCURACY,"
                  .formatted(what)
              + " COST or MACRO_F1, or let 'meaning' name an output with one probability for each"
              + " class");
    }
    int classes = predicted.outcomes().size();
    if (classes > MOST_CLASSES) {
      throw Refused.field(
          field,
          "the model has %d classes, and a test can tell %d apart; serve it without tests, or merge"
                  .formatted(classes, MOST_CLASSES)
              + " classes");
    }
  }

  private void costs(String field, KpiKind what, Predicted predicted, Kpi.Builder kpi) {
    if (what == KpiKind.COST) {
      kpi.addAllCosts(CostSpec.checked(field, Checks.present(field, costs), predicted));
    } else {
      refuse(field, costs == null || costs.isEmpty() ? null : costs, "belongs to COST");
    }
  }

  /** 0 where there is none by nature and none is given. */
  private double cap(String field, KpiKind what, Task task, List<Cost> matrix) {
    if (what == KpiKind.MAE || what == KpiKind.RMSE || what == KpiKind.VALUE) {
      return cap == null ? 0 : Checks.positive(field, cap, LARGEST_CAP);
    }
    refuse(field, cap, "belongs to MAE, RMSE and VALUE");
    return switch (what) {
      case LOG_LOSS -> LOG_LOSS_CAP;
      // The sum of the squares over all classes.
      case BRIER -> task == Task.MULTICLASS ? 2 : 1;
      case COST -> matrix.stream().mapToDouble(Cost::getCost).max().orElseThrow();
      default -> 1;
    };
  }

  private void centre(String field, KpiKind what, double most, Kpi.Builder kpi) {
    if (!isMean(what)) {
      refuse(field, centre, "belongs to the mean of a loss or a value");
      return;
    }
    if (centre != null) {
      kpi.setCentre(Checks.between(field, centre, 0, most));
    }
  }

  private void blocks(String at, KpiKind what, boolean measured, Kpi.Builder kpi) {
    if (what != KpiKind.AUC) {
      refuse(at + ".prevalence", prevalence, "belongs to AUC");
      refuse(at + ".block_positives", blockPositives, "belongs to AUC");
      refuse(at + ".block_negatives", blockNegatives, "belongs to AUC");
      return;
    }
    AucBlock usual =
        prevalence == null ? AucBlock.USUAL : AucBlock.at(at + ".prevalence", prevalence);
    boolean open = measured && prevalence == null;
    if (blockPositives != null || !open) {
      int positives = blockPositives == null ? usual.positives() : blockPositives;
      kpi.setBlockPositives(
          (int) Checks.between(at + ".block_positives", positives, 1, LARGEST_BLOCK));
    }
    if (blockNegatives != null || !open) {
      int negatives = blockNegatives == null ? usual.negatives() : blockNegatives;
      kpi.setBlockNegatives(
          (int) Checks.between(at + ".block_negatives", negatives, 1, LARGEST_BLOCK));
    }
  }

  private void tuning(String field, KpiKind what, boolean measured, Kpi.Builder kpi) {
    if (isMean(what)) {
      refuse(field, tuningUnits, "belongs to F1, PRECISION, RECALL, MACRO_F1 and AUC");
      return;
    }
    if (measured && tuningUnits == null) {
      return;
    }
    long usual = what == KpiKind.AUC ? BLOCKS : UNITS;
    kpi.setTuningUnits(
        Checks.between(field, tuningUnits == null ? usual : tuningUnits, 1, MOST_UNITS));
  }

  private void value(String field, KpiKind what, Predicted predicted, Kpi.Builder kpi) {
    if (what == KpiKind.VALUE) {
      String predictedOne = predicted.meaning().getOutcome();
      String named = outcome == null ? predictedOne : Checks.name(field, outcome);
      if (named.equals(predictedOne)
          && !predicted.outcomes().stream().allMatch(KpiSpec::isNumber)) {
        throw Refused.field(
            field,
            "a value is a number, and '%s' is one of %s; name the outcome that holds the number"
                .formatted(
                    named, String.join(", ", predicted.outcomes().stream().limit(5).toList())));
      }
      kpi.setOutcome(named);
    } else {
      refuse(field, outcome, "belongs to VALUE");
    }
  }

  private static boolean isNumber(String text) {
    return NUMBER.matcher(text).matches();
  }

  private static double below(String field, double value, double cap) {
    if (Checks.positive(field, value, cap) == cap) {
      throw Refused.field(field, "'%s' must be below %s, all that there is".formatted(field, cap));
    }
    return value;
  }

  private static void refuse(String field, @Nullable Object value, String why) {
    if (value != null && !value.equals(0.0)) {
      throw Refused.field(field, "'%s' %s, leave it out".formatted(field, why));
    }
  }
}
