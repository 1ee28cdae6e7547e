package dev.understudy.collector.comparison;

import dev.understudy.contracts.v1.Task;
import java.util.OptionalDouble;

/**
 * How much the label of a pair can tell about which version is better, so that people label first
 * what decides most; of several rows without a label the most telling one speaks. For accuracy and
 * what is made of a table only a disagreement counts, and the surer the versions are of opposite
 * things the more; for AUC how far apart they rank; for a loss, the largest difference that any
 * label could make. Where labels are drawn nobody may choose, or the probabilities would not be
 * those that are logged.
 */
public final class LabelWorth {
  private LabelWorth() {}

  /** The worth, above 0; empty when a label would change nothing, or the pair does not count. */
  public static OptionalDouble of(TestPlan plan, JudgedUnit.Pair pair) {
    Scored current = pair.current();
    Scored candidate = pair.candidate();
    Truth truth = pair.truth();
    if (plan.labels().drawn()
        || !current.complete()
        || !candidate.complete()
        || !plan.labels().takes(truth.rows())
        || LabelRule.agree(plan, candidate, current, truth.rows())
        || plan.labels().outside(plan, plan.answering(current, candidate))) {
      return OptionalDouble.empty();
    }
    double worth = 0;
    for (int row = 0; row < truth.rows(); row++) {
      if (Double.isNaN(truth.row(row))) {
        worth = Math.max(worth, of(plan, candidate, current, row));
      }
    }
    return worth > 0 ? OptionalDouble.of(worth) : OptionalDouble.empty();
  }

  private static double of(TestPlan plan, Scored candidate, Scored current, int row) {
    return switch (plan.measure().family()) {
      case CELLS, TABLE ->
          agree(plan.measure(), candidate, current, row) ? 0 : gap(plan, candidate, current, row);
      case BLOCKS -> gap(plan, candidate, current, row);
      case SUMS -> difference(plan.measure(), candidate, current, row);
    };
  }

  private static boolean agree(Measure measure, Scored candidate, Scored current, int row) {
    return measure.predicted(candidate, row) == measure.predicted(current, row);
  }

  /** Between the probabilities of the positive outcome, or the largest between those of a class. */
  private static double gap(TestPlan plan, Scored candidate, Scored current, int row) {
    Predictions one = candidate.predictions();
    Predictions other = current.predictions();
    if (one == null || other == null) {
      Predictions answered = one == null ? other : one;
      return answered instanceof Predictions.Numbers numbers
          ? Math.max(
              Double.MIN_NORMAL, Math.abs(numbers.values()[row] - plan.meaning().getThreshold()))
          : answered == null ? 0 : 1;
    }
    if (one instanceof Predictions.Numbers ones && other instanceof Predictions.Numbers others) {
      return Math.abs(ones.values()[row] - others.values()[row]);
    }
    if (one instanceof Predictions.Scores ones && other instanceof Predictions.Scores others) {
      double widest = 0;
      for (int of = 0; of < ones.classes(); of++) {
        widest = Math.max(widest, Math.abs(ones.score(row, of) - others.score(row, of)));
      }
      return widest;
    }
    return 1;
  }

  private static double difference(Measure measure, Scored candidate, Scored current, int row) {
    double largest = 0;
    for (double outcome : outcomes(measure, candidate, current, row)) {
      double one = Math.max(0, Math.min(measure.value(candidate, row, outcome), measure.cap()));
      double other = Math.max(0, Math.min(measure.value(current, row, outcome), measure.cap()));
      largest = Math.max(largest, Math.abs(other - one));
    }
    return largest;
  }

  /** Of an amount, those at which one of the versions would be right. */
  private static double[] outcomes(Measure measure, Scored candidate, Scored current, int row) {
    if (measure.task() != Task.REGRESSION) {
      return measure.outcomes();
    }
    if (candidate.predictions() instanceof Predictions.Numbers ones) {
      return current.predictions() instanceof Predictions.Numbers others
          ? new double[] {ones.values()[row], others.values()[row]}
          : new double[] {ones.values()[row]};
    }
    return current.predictions() instanceof Predictions.Numbers others
        ? new double[] {others.values()[row]}
        : new double[0];
  }
}
