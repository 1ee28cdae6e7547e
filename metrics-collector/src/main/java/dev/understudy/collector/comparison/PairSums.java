package dev.understudy.collector.comparison;

import dev.understudy.collector.statistics.Bounds;

/** What one pair adds to the sums of a KPI that is summed; nothing where it is counted in cells. */
final class PairSums {
  private PairSums() {}

  /** With a label, weighted by how it was drawn. */
  static LossSums labelled(LossSums sums, TestPlan plan, JudgedUnit.Pair pair, boolean positive) {
    if (!plan.sums()) {
      return sums;
    }
    double weight = pair.draw().weight();
    return sums.plus(
        plan,
        cut(plan, pair.current(), positive) || cut(plan, pair.candidate(), positive),
        weight * value(plan, pair.current(), positive),
        weight * value(plan, pair.candidate(), positive),
        weight * benefit(plan, pair, positive),
        bounds(plan));
  }

  /** Without a label, and counted as no difference. */
  static LossSums equal(LossSums sums, TestPlan plan) {
    return plan.sums() ? sums.plus(plan, false, 0, 0, 0, bounds(plan)) : sums;
  }

  /** Without the label that it needs: in the worst case either label could have come. */
  static LossSums unlabelled(LossSums sums, TestPlan plan, JudgedUnit.Pair pair) {
    if (!plan.sums() || !plan.labels().worstCase()) {
      return sums;
    }
    boolean worst = benefit(plan, pair, true) < benefit(plan, pair, false);
    return sums.plus(
        plan,
        false,
        value(plan, pair.current(), worst),
        value(plan, pair.candidate(), worst),
        benefit(plan, pair, worst),
        benefit(plan, pair, !worst),
        bounds(plan));
  }

  /** The capped loss of one version, or 1 when it was right. */
  static double value(TestPlan plan, Scored scored, boolean positive) {
    if (plan.sumsLoss()) {
      return Math.min(scored.loss(positive), plan.cap());
    }
    return scored.right(plan, positive) ? 1 : 0;
  }

  static boolean cut(TestPlan plan, Scored scored, boolean positive) {
    return plan.sumsLoss() && scored.loss(positive) > plan.cap() && !scored.error();
  }

  private static double benefit(TestPlan plan, JudgedUnit.Pair pair, boolean positive) {
    double more = value(plan, pair.candidate(), positive) - value(plan, pair.current(), positive);
    return plan.sumsLoss() ? -more : more;
  }

  private static Bounds bounds(TestPlan plan) {
    return Bounds.around(plan.cap() * plan.labels().stretch());
  }
}
