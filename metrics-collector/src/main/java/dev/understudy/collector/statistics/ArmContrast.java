package dev.understudy.collector.statistics;

/**
 * The randomization contrast, which makes a split a one-sample problem.
 *
 * <p><b>Question.</b> What is the mean difference of Y between the arms, when each request went to
 * the candidate with its own, logged probability π?
 *
 * <p><b>Formula.</b> {@code X = (Y - c) h} with h = 1/π in the candidate's arm and -1/(1-π) in the
 * current one's. E[X] is the difference for any fixed c; c near the mean of Y makes it precise. For
 * Y in [0, B]: {@code lo = min(-c/π, -(B-c)/(1-π))}, {@code hi = max((B-c)/π, c/(1-π))}.
 *
 * <p><b>Assumptions.</b> π is true, c was fixed before the test, the arms do not influence each
 * other. Drift in time and changes of π do no harm.
 *
 * <p><b>Source.</b> Horvitz and Thompson 1952.
 *
 * <p><b>When it misleads.</b> When the logged π is not the one that was used. A poor c or a small π
 * only costs time.
 *
 * @param share π, the candidate's probability of this request, in (0, 1)
 * @param centre c, in [0, cap]
 * @param cap B
 */
public record ArmContrast(double share, double centre, double cap) {
  public ArmContrast {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException("a share of %s is not between 0 and 1".formatted(share));
    }
    if (!(cap > 0) || Double.isInfinite(cap)) {
      throw new IllegalArgumentException("a cap of %s".formatted(cap));
    }
    if (!(centre >= 0 && centre <= cap)) {
      throw new IllegalArgumentException(
          "a centre of %s is outside 0 .. %s".formatted(centre, cap));
    }
  }

  /** X of a unit in the candidate's arm. */
  public double ofCandidate(double value) {
    return (value - centre) / share;
  }

  /** X of a unit in the current version's arm. */
  public double ofCurrent(double value) {
    return -(value - centre) / (1 - share);
  }

  /** The bounds of X. */
  public Bounds bounds() {
    return new Bounds(
        Math.min(-centre / share, -(cap - centre) / (1 - share)),
        Math.max((cap - centre) / share, centre / (1 - share)));
  }

  /** The bounds of -X, for losses, where less is better. */
  public Bounds boundsOfLoss() {
    Bounds bounds = bounds();
    return new Bounds(-bounds.highest(), -bounds.lowest());
  }
}
