package dev.understudy.collector.comparison;

import java.util.OptionalDouble;

/**
 * How much the label of a pair can tell about which version is better, so that people label first
 * what decides most. For accuracy only a disagreement counts, and the surer the versions are of
 * opposite things the more; for a loss, the largest difference that any label could make. Where
 * labels are drawn nobody may choose, or the probabilities would not be those that are logged.
 */
public final class LabelWorth {
  private LabelWorth() {}

  /** The worth, above 0; empty when a label would change nothing, or the pair does not count. */
  public static OptionalDouble of(TestPlan plan, JudgedUnit.Pair pair) {
    Scored current = pair.current();
    Scored candidate = pair.candidate();
    if (pair.positive() != null
        || plan.labels().drawn()
        || !current.complete()
        || !candidate.complete()
        || LabelRule.agree(plan, candidate, current)
        || plan.labels().outside(plan, current)) {
      return OptionalDouble.empty();
    }
    double worth = plan.sumsLoss() ? loss(plan, candidate, current) : gap(plan, candidate, current);
    return worth > 0 ? OptionalDouble.of(worth) : OptionalDouble.empty();
  }

  private static double gap(TestPlan plan, Scored candidate, Scored current) {
    if (candidate.error() || current.error()) {
      double answered = candidate.error() ? current.probability() : candidate.probability();
      return Math.max(Double.MIN_NORMAL, Math.abs(answered - plan.meaning().getThreshold()));
    }
    return Math.abs(candidate.probability() - current.probability());
  }

  private static double loss(TestPlan plan, Scored candidate, Scored current) {
    return Math.max(
        Math.abs(difference(plan, candidate, current, true)),
        Math.abs(difference(plan, candidate, current, false)));
  }

  private static double difference(
      TestPlan plan, Scored candidate, Scored current, boolean positive) {
    return Math.min(current.loss(positive), plan.cap())
        - Math.min(candidate.loss(positive), plan.cap());
  }
}
