package dev.understudy.collector.matching;

import dev.understudy.collector.comparison.Measure;
import dev.understudy.collector.comparison.Predictions;
import dev.understudy.collector.comparison.Scored;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.state.v1.NamedNumber;
import dev.understudy.collector.state.v1.WaitingOutput;
import dev.understudy.collector.state.v1.WaitingScore;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.Task;
import org.jspecify.annotations.Nullable;

/**
 * Reads a version's output as predictions of the rows, under the meaning that the test gives it.
 */
final class PredictionReader {
  private PredictionReader() {}

  /** What the version made of a request of so many rows (0: one). */
  static Scored scored(WaitingScore score, int rows, TestPlan plan) {
    ScoreStatus status = ScoreStatus.forNumber(score.getStatus());
    if (status != ScoreStatus.ANSWERED) {
      return new Scored(
          status == null ? ScoreStatus.SCORE_STATUS_UNSPECIFIED : status,
          null,
          score.getLatencyUs(),
          false);
    }
    int expected = Math.max(1, rows);
    return Scored.answered(
        plan, predictions(score, expected, plan), expected, score.getLatencyUs());
  }

  private static @Nullable Predictions predictions(WaitingScore score, int rows, TestPlan plan) {
    String name = plan.meaning().getOutput();
    for (NamedNumber one : score.getOutputsList()) {
      if (one.getName().equals(name)) {
        return numbers(new double[] {one.getValue()}, rows, plan.measure());
      }
    }
    for (WaitingOutput one : score.getWideList()) {
      if (one.getName().equals(name)) {
        return wide(one, rows, plan.measure());
      }
    }
    return null;
  }

  private static @Nullable Predictions wide(WaitingOutput output, int rows, Measure measure) {
    if (output.getNumbersCount() > 0) {
      double[] numbers = new double[output.getNumbersCount()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = output.getNumbers(i);
      }
      return numbers(numbers, rows, measure);
    }
    if (output.getIntegersCount() > 0) {
      return integers(output, measure);
    }
    return measure.task() == Task.MULTICLASS ? named(output, measure) : null;
  }

  /** One number for each row, or with several classes one for each row and class. */
  private static @Nullable Predictions numbers(double[] numbers, int rows, Measure measure) {
    if (measure.task() != Task.MULTICLASS) {
      return new Predictions.Numbers(numbers);
    }
    return numbers.length == rows * measure.classes().size()
        ? new Predictions.Scores(numbers, measure.classes().size())
        : null;
  }

  /** The number or name of a class, or a whole amount; no probability. */
  private static @Nullable Predictions integers(WaitingOutput output, Measure measure) {
    return switch (measure.task()) {
      case MULTICLASS -> {
        int[] classes = new int[output.getIntegersCount()];
        for (int i = 0; i < classes.length; i++) {
          classes[i] = measure.classOf(output.getIntegers(i));
        }
        yield new Predictions.Named(classes);
      }
      case REGRESSION -> {
        double[] amounts = new double[output.getIntegersCount()];
        for (int i = 0; i < amounts.length; i++) {
          amounts[i] = output.getIntegers(i);
        }
        yield new Predictions.Numbers(amounts);
      }
      case BINARY, TASK_UNSPECIFIED, UNRECOGNIZED -> null;
    };
  }

  private static Predictions named(WaitingOutput output, Measure measure) {
    int[] classes = new int[output.getTextsCount()];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = measure.classOf(output.getTexts(i));
    }
    return new Predictions.Named(classes);
  }
}
