package dev.understudy.collector.comparison;

import dev.understudy.contracts.Names;
import dev.understudy.contracts.v1.Cost;
import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.OutputMeaning;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.Task;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which KPIs can be judged for which model, and in which mode. Refuses by the name of the field;
 * the result is the KPI as a {@link Measure}.
 */
final class KpiRules {
  private static final int LARGEST_BLOCK = 1_024;
  private static final double LARGEST_LOG_LOSS = 1_000;
  private static final double LARGEST_CAP = 1e12;

  private KpiRules() {}

  static Measure check(OutputMeaning meaning, RouteMode mode, Kpi kpi) {
    Task task = task(meaning);
    checkMeaning(meaning, task);
    checkFit(task, mode, kpi);
    double[][] costs = costs(meaning, task, kpi);
    double cap = cap(task, kpi, costs);
    checkLine(kpi, cap);
    requireBetween("primary.centre", kpi.getCentre(), 0, cap);
    checkBlocks(kpi);
    return new Measure(
        kpi.getKind(),
        task,
        meaning.getThreshold(),
        cap,
        meaning.getPositive(),
        meaning.getNegative(),
        meaning.getClassesList(),
        costs);
  }

  private static Task task(OutputMeaning meaning) {
    return switch (meaning.getTask()) {
      case TASK_UNSPECIFIED, BINARY -> Task.BINARY;
      case MULTICLASS -> Task.MULTICLASS;
      case REGRESSION -> Task.REGRESSION;
      case UNRECOGNIZED ->
          throw new IllegalArgumentException(
              "meaning.task: %d is not known here: use a newer collector"
                  .formatted(meaning.getTaskValue()));
    };
  }

  private static void checkMeaning(OutputMeaning meaning, Task task) {
    require(!meaning.getOutput().isEmpty(), "meaning.output is empty");
    require(!meaning.getOutcome().isEmpty(), "meaning.outcome is empty");
    switch (task) {
      case BINARY -> {
        require(!meaning.getPositive().isEmpty(), "meaning.positive is empty");
        require(
            !meaning.getPositive().equals(meaning.getNegative()),
            "meaning.negative: %s is positive",
            meaning.getNegative());
        requireBetween("meaning.threshold", meaning.getThreshold(), 0, 1);
        require(meaning.getClassesCount() == 0, "meaning.classes: a BINARY task has none");
      }
      case MULTICLASS -> {
        int classes = meaning.getClassesCount();
        require(
            classes >= 2 && classes <= Measure.MOST_CLASSES,
            "meaning.classes: %d of them, 2 to %d are possible",
            classes,
            Measure.MOST_CLASSES);
        require(
            meaning.getClassesList().stream().noneMatch(String::isEmpty),
            "meaning.classes: one is empty");
        require(
            new HashSet<>(meaning.getClassesList()).size() == classes,
            "meaning.classes: one is there twice");
      }
      case REGRESSION ->
          require(meaning.getClassesCount() == 0, "meaning.classes: a REGRESSION has none");
      case TASK_UNSPECIFIED, UNRECOGNIZED -> throw new IllegalStateException("no task");
    }
  }

  private static void checkFit(Task task, RouteMode mode, Kpi kpi) {
    Set<Task> tasks =
        switch (kpi.getKind()) {
          case ACCURACY, LOG_LOSS, BRIER, COST -> Set.of(Task.BINARY, Task.MULTICLASS);
          case MAE, RMSE -> Set.of(Task.REGRESSION);
          case F1, PRECISION, RECALL, AUC -> Set.of(Task.BINARY);
          case MACRO_F1 -> Set.of(Task.MULTICLASS);
          case VALUE -> Set.of(Task.BINARY, Task.MULTICLASS, Task.REGRESSION);
          case KPI_KIND_UNSPECIFIED ->
              throw new IllegalArgumentException("primary.kind is missing");
          case UNRECOGNIZED ->
              throw new IllegalArgumentException(
                  "primary.kind: %d is not known here: use a newer collector"
                      .formatted(kpi.getKindValue()));
        };
    require(tasks.contains(task), "primary.kind: %s does not fit a %s task", kpi.getKind(), task);
    require(
        kpi.getKind() != KpiKind.VALUE || mode == RouteMode.SPLIT,
        "primary.kind: VALUE cannot be judged in %s, where only the current version's answers are"
            + " served and bring the value about; use SPLIT",
        mode);
    if (kpi.getKind() == KpiKind.VALUE) {
      require(
          kpi.getOutcome().isEmpty() || Names.allowed(kpi.getOutcome()),
          "primary.outcome: '%s' is not a name: %s",
          kpi.getOutcome(),
          Names.RULE);
    }
    require(
        kpi.getCostsCount() == 0 || kpi.getKind() == KpiKind.COST,
        "primary.costs: %s has none",
        kpi.getKind());
  }

  private static double[][] costs(OutputMeaning meaning, Task task, Kpi kpi) {
    if (kpi.getKind() != KpiKind.COST) {
      return new double[0][];
    }
    require(
        task != Task.BINARY || !meaning.getNegative().isEmpty(),
        "meaning.negative is empty, and primary.costs must name both values");
    List<String> names =
        task == Task.BINARY
            ? List.of(meaning.getNegative(), meaning.getPositive())
            : meaning.getClassesList();
    double[][] costs = new double[names.size()][names.size()];
    Set<List<String>> seen = new HashSet<>();
    for (Cost cost : kpi.getCostsList()) {
      int outcome = names.indexOf(cost.getOutcome());
      int predicted = names.indexOf(cost.getPredicted());
      require(outcome >= 0, "primary.costs.outcome: %s is no outcome", cost.getOutcome());
      require(predicted >= 0, "primary.costs.predicted: %s is no outcome", cost.getPredicted());
      require(
          seen.add(List.of(cost.getOutcome(), cost.getPredicted())),
          "primary.costs: %s predicted as %s twice",
          cost.getOutcome(),
          cost.getPredicted());
      requireBetween("primary.costs.cost", cost.getCost(), 0, LARGEST_CAP);
      costs[outcome][predicted] = cost.getCost();
    }
    return costs;
  }

  private static double cap(Task task, Kpi kpi, double[][] costs) {
    require(
        Double.isFinite(kpi.getCap()) && kpi.getCap() >= 0,
        "primary.cap: %s is not a number from 0 on",
        kpi.getCap());
    return switch (kpi.getKind()) {
      case BRIER -> task == Task.MULTICLASS ? 2 : 1;
      case COST -> {
        double largest = 0;
        for (double[] row : costs) {
          for (double cost : row) {
            largest = Math.max(largest, cost);
          }
        }
        require(largest > 0, "primary.costs: none is above 0");
        yield largest;
      }
      case LOG_LOSS -> given(kpi, LARGEST_LOG_LOSS);
      case MAE, RMSE, VALUE -> given(kpi, LARGEST_CAP);
      default -> 1;
    };
  }

  private static double given(Kpi kpi, double most) {
    require(
        kpi.getCap() > 0 && kpi.getCap() <= most,
        "primary.cap: %s is not above 0 and at most %s",
        kpi.getCap(),
        most);
    return kpi.getCap();
  }

  private static void checkLine(Kpi kpi, double cap) {
    require(
        Double.isFinite(kpi.getMargin()) && kpi.getMargin() >= 0,
        "primary.margin: %s is not a number from 0 on; it says how much worse is acceptable",
        kpi.getMargin());
    switch (kpi.getLine()) {
      case SUPERIORITY ->
          require(
              kpi.getMinimumEffect() >= 0 && kpi.getMinimumEffect() < cap,
              "primary.minimum_effect: %s is not from 0 to below %s",
              kpi.getMinimumEffect(),
              cap);
      case NON_INFERIORITY ->
          require(
              kpi.getMargin() > 0 && kpi.getMargin() < cap,
              "primary.margin: %s is not between 0 and %s",
              kpi.getMargin(),
              cap);
      case KPI_LINE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("primary.line is missing");
    }
  }

  private static void checkBlocks(Kpi kpi) {
    requireBetween("primary.block_positives", kpi.getBlockPositives(), 0, LARGEST_BLOCK);
    requireBetween("primary.block_negatives", kpi.getBlockNegatives(), 0, LARGEST_BLOCK);
    requireBetween("primary.tuning_units", kpi.getTuningUnits(), 0, LARGEST_CAP);
  }

  private static void requireBetween(String field, double value, double least, double most) {
    require(value >= least && value <= most, "%s: %s is not in %s..%s", field, value, least, most);
  }

  private static void require(boolean holds, String message, Object... parts) {
    if (!holds) {
      throw new IllegalArgumentException(message.formatted(parts));
    }
  }
}
