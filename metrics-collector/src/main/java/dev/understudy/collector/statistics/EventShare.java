package dev.understudy.collector.statistics;

/**
 * The event-share test for rates in a split.
 *
 * <p><b>Question.</b> Among the bad events, did more come from the candidate than its share of the
 * traffic and the relative margin r allow?
 *
 * <p><b>Hypotheses.</b> If the candidate's rate is exactly (1+r) times the current one's, an event
 * is the candidate's with probability {@code θ0 = π(1+r) / (π(1+r) + 1 - π)}. Harm: the share is
 * above θ0. Safe: it is below.
 *
 * <p><b>Formula.</b> {@link CellBetting} over the events, with the values 1 (candidate) and 0
 * (current) and the line θ0.
 *
 * <p><b>Assumptions.</b> π is the true probability of assignment. Bursts and changes of the base
 * rate hit both arms and cancel.
 *
 * <p><b>Source.</b> Lindon and Malek 2022 (conditional share of events).
 *
 * <p><b>When it misleads.</b> When one customer causes many events: count customers with at least
 * one event then. And of very rare events it proves little that is good: 210 events for a +50 %
 * line.
 */
public final class EventShare {
  private EventShare() {}

  /** θ0 for a candidate's share π in (0, 1) and a relative margin r above -1. */
  public static double line(double share, double relativeMargin) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException("a share of %s is not between 0 and 1".formatted(share));
    }
    if (!(relativeMargin > -1) || Double.isInfinite(relativeMargin)) {
      throw new IllegalArgumentException("a relative margin of %s".formatted(relativeMargin));
    }
    double scaled = share * (1 + relativeMargin);
    return scaled / (scaled + 1 - share);
  }
}
