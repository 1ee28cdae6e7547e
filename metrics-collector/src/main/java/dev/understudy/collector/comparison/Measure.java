package dev.understudy.collector.comparison;

import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.OutcomeValue;
import dev.understudy.contracts.v1.Task;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The primary KPI as a number per row: how an outcome is read, which predictions are usable, and
 * what a prediction is worth once the outcome is known. Made by {@link KpiRules}, which has checked
 * that the KPI fits the task. Immutable.
 */
public final class Measure {
  /** More would make the table of a pair too large to be kept for every second. */
  public static final int MOST_CLASSES = 100;

  /** Closer to certainty than this no probability is taken, so that one error costs 6.908 nats. */
  private static final double SUREST = 1e-3;

  /** By how much the probabilities of a row may miss 1 and still be probabilities. */
  private static final double ROUNDING = 1e-3;

  private final KpiKind kind;
  private final Task task;
  private final double threshold;
  private final double cap;
  private final String positive;
  private final String negative;
  private final List<String> classes;
  private final Map<String, Integer> numbers;
  private final boolean classesAreNumbers;
  private final double[][] costs;

  /** By which statistics a KPI is judged. */
  public enum Family {
    /** The mean of a contrast with few values: exact, from counts. */
    CELLS,
    /** The mean of a bounded contrast: exact, from sums. */
    SUMS,
    /** A ratio of means over a table of classes: asymptotic. */
    TABLE,
    /** The mean of many small areas under the ROC curve: asymptotic. */
    BLOCKS
  }

  Measure(
      KpiKind kind,
      Task task,
      double threshold,
      double cap,
      String positive,
      String negative,
      List<String> classes,
      double[][] costs) {
    this.kind = kind;
    this.task = task;
    this.threshold = threshold;
    this.cap = cap;
    this.positive = positive;
    this.negative = negative;
    this.classes = List.copyOf(classes);
    this.costs = costs;
    Map<String, Integer> byName = new HashMap<>();
    for (int i = 0; i < classes.size(); i++) {
      byName.put(classes.get(i), i);
    }
    this.numbers = Map.copyOf(byName);
    this.classesAreNumbers = classes.stream().allMatch(name -> name.matches("-?\\d{1,18}"));
  }

  /** The statistics that judge it. */
  public Family family() {
    return switch (kind) {
      case ACCURACY -> Family.CELLS;
      case LOG_LOSS, BRIER, COST, MAE, RMSE, VALUE -> Family.SUMS;
      case F1, PRECISION, RECALL, MACRO_F1 -> Family.TABLE;
      case AUC -> Family.BLOCKS;
      case KPI_KIND_UNSPECIFIED, UNRECOGNIZED -> throw new IllegalStateException("no KPI: " + kind);
    };
  }

  /** Which KPI it is. */
  KpiKind kind() {
    return kind;
  }

  /** What the model predicts. */
  public Task task() {
    return task;
  }

  /** Whether more of it is better; less is of a loss. */
  public boolean moreIsBetter() {
    return switch (kind) {
      case LOG_LOSS, BRIER, COST, MAE, RMSE -> false;
      default -> true;
    };
  }

  /** The largest value of a row. */
  public double cap() {
    return cap;
  }

  /** Whether a prediction can be right: not an amount, nor where the outcome is a value. */
  boolean classifies() {
    return task != Task.REGRESSION && kind != KpiKind.VALUE;
  }

  /** Whether the sums of squares are shown too. */
  boolean showsSquares() {
    return kind == KpiKind.RMSE;
  }

  /** The outcome's values in order: of a binary one the other value, then the positive one. */
  public List<String> classes() {
    return task == Task.BINARY ? List.of(negative, positive) : classes;
  }

  /** One more than there are classes: the last number stands for no answer. */
  public int base() {
    return classes().size() + 1;
  }

  /**
   * Every outcome that a row could have, as {@link #truth} gives it; of a value its smallest and
   * its largest. None of an amount, which could be any.
   */
  double[] outcomes() {
    if (kind == KpiKind.VALUE) {
      return new double[] {0, cap};
    }
    return task == Task.REGRESSION
        ? new double[0]
        : IntStream.range(0, classes().size()).asDoubleStream().toArray();
  }

  /** The number of a class that an output names; -1 when there is none. */
  public int classOf(String name) {
    return numbers.getOrDefault(name, -1);
  }

  /**
   * The number of a class that an output gives: its name, if all names are numbers; else itself.
   */
  public int classOf(long number) {
    if (classesAreNumbers) {
      return classOf(Long.toString(number));
    }
    return number >= 0 && number < classes.size() ? (int) number : -1;
  }

  /** The outcome as a number, see {@link Truth}; NaN when it is of the wrong type or no value. */
  public double truth(OutcomeValue value) {
    if (kind == KpiKind.VALUE) {
      return switch (value.getValueCase()) {
        case NUMBER -> value.getNumber();
        case FLAG -> value.getFlag() ? 1 : 0;
        case TEXT, VALUE_NOT_SET -> Double.NaN;
      };
    }
    return switch (task) {
      case REGRESSION -> value.hasNumber() ? value.getNumber() : Double.NaN;
      case MULTICLASS -> classOf(value);
      case BINARY, TASK_UNSPECIFIED, UNRECOGNIZED -> flag(value);
    };
  }

  private double flag(OutcomeValue value) {
    if (is(value, positive)) {
      return 1;
    }
    return negative.isEmpty() || is(value, negative) ? 0 : Double.NaN;
  }

  private double classOf(OutcomeValue value) {
    if (value.hasText()) {
      int number = classOf(value.getText());
      return number < 0 ? Double.NaN : number;
    }
    for (int i = 0; i < classes.size(); i++) {
      if (is(value, classes.get(i))) {
        return i;
      }
    }
    return Double.NaN;
  }

  private static boolean is(OutcomeValue value, String word) {
    return switch (value.getValueCase()) {
      case TEXT -> value.getText().equals(word);
      case FLAG -> Boolean.toString(value.getFlag()).equalsIgnoreCase(word);
      case NUMBER -> isNumber(value.getNumber(), word);
      case VALUE_NOT_SET -> false;
    };
  }

  private static boolean isNumber(double number, String word) {
    try {
      return Double.parseDouble(word) == number;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** Whether every row is a prediction of the task, and one that the KPI can use. */
  boolean usable(Predictions predictions) {
    return switch (predictions) {
      case Predictions.Numbers numbers -> usable(numbers.values());
      case Predictions.Named named -> usable(named.classes());
      case Predictions.Scores scores -> usable(scores);
    };
  }

  private boolean usable(double[] values) {
    for (double value : values) {
      boolean good = task == Task.REGRESSION ? Double.isFinite(value) : value >= 0 && value <= 1;
      if (!good) {
        return false;
      }
    }
    return task != Task.MULTICLASS;
  }

  private boolean usable(int[] named) {
    for (int one : named) {
      if (one < 0 || one >= classes.size()) {
        return false;
      }
    }
    return task == Task.MULTICLASS && !needsProbabilities();
  }

  private boolean usable(Predictions.Scores scores) {
    if (task != Task.MULTICLASS || scores.classes() != classes.size()) {
      return false;
    }
    for (int row = 0; row < scores.rows(); row++) {
      double sum = 0;
      for (int one = 0; one < scores.classes(); one++) {
        double score = scores.score(row, one);
        if (!Double.isFinite(score) || (needsProbabilities() && (score < 0 || score > 1))) {
          return false;
        }
        sum += score;
      }
      // A loss of probabilities is honest only about probabilities.
      if (needsProbabilities() && Math.abs(sum - 1) > ROUNDING) {
        return false;
      }
    }
    return true;
  }

  private boolean needsProbabilities() {
    return kind == KpiKind.LOG_LOSS || kind == KpiKind.BRIER;
  }

  /** The number of the predicted class; {@code base() - 1} of one that failed. */
  int predicted(Scored scored, int row) {
    return switch (scored.predictions()) {
      case null -> base() - 1;
      case Predictions.Numbers numbers -> numbers.values()[row] >= threshold ? 1 : 0;
      case Predictions.Named named -> named.classes()[row];
      case Predictions.Scores scores -> scores.best(row);
    };
  }

  /**
   * The class that goes into a table. One of two that failed counts as the wrong one, so that no
   * table is better for a failure.
   */
  int tabled(Scored scored, int row, double truth) {
    return scored.predictions() == null && task == Task.BINARY
        ? 1 - (int) truth
        : predicted(scored, row);
  }

  /** Whether the prediction came true; one that failed never does. */
  boolean right(Scored scored, int row, double truth) {
    return scored.predictions() != null && predicted(scored, row) == (int) truth;
  }

  /** The score by which AUC ranks; one that failed ranks where it does most harm. */
  double rank(Scored scored, int row, double truth) {
    if (scored.predictions() instanceof Predictions.Numbers numbers) {
      return numbers.values()[row];
    }
    return truth == 1 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
  }

  /** The KPI's value of one row before the cap; the worst of one that failed. */
  double value(Scored scored, int row, double truth) {
    Predictions predictions = scored.predictions();
    if (predictions == null) {
      return moreIsBetter() ? 0 : Double.POSITIVE_INFINITY;
    }
    return switch (kind) {
      case ACCURACY -> right(scored, row, truth) ? 1 : 0;
      case LOG_LOSS -> logLoss(predictions, row, truth);
      case BRIER -> brier(predictions, row, truth);
      case COST -> costs[(int) truth][predicted(scored, row)];
      case MAE -> Math.abs(number(predictions, row) - truth);
      case RMSE -> {
        double error = number(predictions, row) - truth;
        yield error * error;
      }
      case VALUE -> truth;
      case F1, PRECISION, RECALL, MACRO_F1, AUC, KPI_KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalStateException(kind + " has no value of a row");
    };
  }

  private static double logLoss(Predictions predictions, int row, double truth) {
    if (predictions instanceof Predictions.Scores scores) {
      return -Math.log(inside(scores.score(row, (int) truth)));
    }
    double inside = inside(number(predictions, row));
    return -Math.log(truth == 1 ? inside : 1 - inside);
  }

  private static double inside(double probability) {
    return Math.max(SUREST, Math.min(1 - SUREST, probability));
  }

  private static double brier(Predictions predictions, int row, double truth) {
    if (predictions instanceof Predictions.Scores scores) {
      double sum = 0;
      for (int one = 0; one < scores.classes(); one++) {
        double miss = scores.score(row, one) - (one == (int) truth ? 1 : 0);
        sum += miss * miss;
      }
      return sum;
    }
    double miss = number(predictions, row) - truth;
    return miss * miss;
  }

  private static double number(@Nullable Predictions predictions, int row) {
    if (predictions instanceof Predictions.Numbers numbers) {
      return numbers.values()[row];
    }
    throw new IllegalStateException("a KPI of numbers met classes");
  }
}
