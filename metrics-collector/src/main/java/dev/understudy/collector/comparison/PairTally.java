package dev.understudy.collector.comparison;

import dev.understudy.contracts.v1.ScoreStatus;

/**
 * What is counted of one epoch in shadow.
 *
 * @param notSampled pairs that were not meant to be
 * @param shed pairs that our own limits prevented
 * @param lost pairs of which a record never came
 * @param unlabelled complete pairs without the label that they need
 * @param right whose prediction came true, among labelled complete pairs
 * @param errors who failed or timed out, among complete pairs
 * @param slow who was over the threshold, among complete pairs
 * @param loss among complete pairs, when the KPI is summed
 * @param labels what the rule of labels counts beside them
 */
public record PairTally(
    long notSampled,
    long shed,
    long lost,
    long unlabelled,
    PairedCounts right,
    PairedCounts errors,
    PairedCounts slow,
    LossSums loss,
    LabelCounts labels) {
  /** Nothing counted yet. */
  public static final PairTally EMPTY =
      new PairTally(
          0,
          0,
          0,
          0,
          PairedCounts.EMPTY,
          PairedCounts.EMPTY,
          PairedCounts.EMPTY,
          LossSums.EMPTY,
          LabelCounts.EMPTY);

  /** Pairs that both versions did their part of. */
  public long complete() {
    return errors.total();
  }

  /** Complete pairs with a label. */
  public long labelled() {
    return right.total();
  }

  /** Pairs whose difference is known: with a label, in no need of one, or with none drawn. */
  public long known() {
    return labelled() + labels.agreed() + labels.undrawn();
  }

  /** The share of the labels that were needed and came; 1 when none was needed. */
  public double coverage() {
    long came = labelled() - labels.confirmed();
    long needed = came + unlabelled + labels.undrawn();
    return needed == 0 ? 1 : Math.min(1, (came + labels.surplusNeeded()) / needed);
  }

  PairTally plus(TestPlan plan, JudgedUnit.Pair pair) {
    Scored candidate = pair.candidate();
    Scored current = pair.current();
    if (!candidate.complete() || !current.complete()) {
      return incomplete(candidate, current);
    }
    PairedCounts errorsToo = errors.plus(candidate.error(), current.error());
    PairedCounts slowToo =
        slow.plus(candidate.slow(plan.slowThresholdUs()), current.slow(plan.slowThresholdUs()));
    LabelRule rule = plan.labels();
    Boolean positive = pair.positive();
    if (rule.outside(plan, current)) {
      return with(unlabelled, right, errorsToo, slowToo, loss, labels.plusOutside());
    }
    boolean agreed = LabelRule.agree(plan, candidate, current);
    if (positive != null) {
      PairedCounts rightToo =
          right.plus(candidate.right(plan, positive), current.right(plan, positive));
      LossSums lossToo = PairSums.labelled(loss, plan, pair, positive);
      LabelCounts labelsToo = labels.plusLabelled(pair.draw(), !agreed);
      return with(unlabelled, rightToo, errorsToo, slowToo, lossToo, labelsToo);
    }
    if (agreed || rule.undrawn(plan, current, pair.draw())) {
      LabelCounts labelsToo = agreed ? labels.plusAgreed() : labels.plusUndrawn();
      LossSums lossToo = PairSums.equal(loss, plan);
      return with(unlabelled, right, errorsToo, slowToo, lossToo, labelsToo);
    }
    LossSums lossToo = PairSums.unlabelled(loss, plan, pair);
    return with(unlabelled + 1, right, errorsToo, slowToo, lossToo, labels);
  }

  private PairTally with(
      long nowUnlabelled,
      PairedCounts nowRight,
      PairedCounts nowErrors,
      PairedCounts nowSlow,
      LossSums nowLoss,
      LabelCounts nowLabels) {
    return new PairTally(
        notSampled, shed, lost, nowUnlabelled, nowRight, nowErrors, nowSlow, nowLoss, nowLabels);
  }

  private PairTally incomplete(Scored candidate, Scored current) {
    boolean unsampled = is(candidate, current, ScoreStatus.NOT_SAMPLED);
    boolean refused = !unsampled && is(candidate, current, ScoreStatus.SHED);
    return new PairTally(
        notSampled + (unsampled ? 1 : 0),
        shed + (refused ? 1 : 0),
        lost + (unsampled || refused ? 0 : 1),
        unlabelled,
        right,
        errors,
        slow,
        loss,
        labels);
  }

  private static boolean is(Scored one, Scored other, ScoreStatus status) {
    return one.status() == status || other.status() == status;
  }

  /** Both tallies together. */
  public PairTally merge(PairTally other) {
    return new PairTally(
        notSampled + other.notSampled,
        shed + other.shed,
        lost + other.lost,
        unlabelled + other.unlabelled,
        right.merge(other.right),
        errors.merge(other.errors),
        slow.merge(other.slow),
        loss.merge(other.loss),
        labels.merge(other.labels));
  }
}
