package dev.understudy.collector.comparison;

import dev.understudy.collector.statistics.Bounds;
import dev.understudy.contracts.v1.ScoreStatus;

/**
 * What is counted of one epoch in shadow.
 *
 * @param notSampled pairs that were not meant to be
 * @param shed pairs that our own limits prevented
 * @param lost pairs of which a record never came
 * @param unlabelled complete pairs without a label in time
 * @param right whose prediction came true, among labelled complete pairs
 * @param errors who failed or timed out, among complete pairs
 * @param slow who was over the threshold, among complete pairs
 * @param loss among labelled complete pairs, when the KPI is a loss
 */
public record PairTally(
    long notSampled,
    long shed,
    long lost,
    long unlabelled,
    PairedCounts right,
    PairedCounts errors,
    PairedCounts slow,
    LossSums loss) {
  /** Nothing counted yet. */
  public static final PairTally EMPTY =
      new PairTally(
          0, 0, 0, 0, PairedCounts.EMPTY, PairedCounts.EMPTY, PairedCounts.EMPTY, LossSums.EMPTY);

  /** Pairs that both versions did their part of. */
  public long complete() {
    return errors.total();
  }

  /** Complete pairs with a label: the units of the primary KPI. */
  public long labelled() {
    return right.total();
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
    Boolean positive = pair.positive();
    if (positive == null) {
      return new PairTally(notSampled, shed, lost, unlabelled + 1, right, errorsToo, slowToo, loss);
    }
    PairedCounts rightToo =
        right.plus(candidate.right(plan, positive), current.right(plan, positive));
    LossSums lossToo = plan.sumsLoss() ? plusLoss(plan, candidate, current, positive) : loss;
    return new PairTally(notSampled, shed, lost, unlabelled, rightToo, errorsToo, slowToo, lossToo);
  }

  private LossSums plusLoss(TestPlan plan, Scored candidate, Scored current, boolean positive) {
    double currentRaw = current.loss(positive);
    double candidateRaw = candidate.loss(positive);
    double currentLoss = Math.min(currentRaw, plan.cap());
    double candidateLoss = Math.min(candidateRaw, plan.cap());
    boolean cut =
        (currentRaw > plan.cap() && !current.error())
            || (candidateRaw > plan.cap() && !candidate.error());
    return loss.plus(
        plan,
        cut,
        currentLoss,
        candidateLoss,
        currentLoss - candidateLoss,
        Bounds.around(plan.cap()));
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
        loss);
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
        loss.merge(other.loss));
  }
}
