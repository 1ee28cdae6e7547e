package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.BreakerRule;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.CellBetting;
import dev.understudy.collector.statistics.CellBetting.Cell;
import dev.understudy.collector.statistics.EValues;
import dev.understudy.collector.statistics.RestartMixture;
import dev.understudy.collector.statistics.Side;
import dev.understudy.collector.statistics.Wealth;
import dev.understudy.contracts.v1.BreakerEvidence;
import dev.understudy.contracts.v1.LogE;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * Whether the candidate fails more often than the hard limit now: the mixture over restarts of
 * {@link RestartMixture}, in the windows of the last hour.
 *
 * <p>The null is that in no window of this hour the candidate fails more often than the limit; it
 * is rejected falsely in an hour with probability α at most, an hour being what is remembered. Over
 * a longer test the hours add up, which a limit far above any usual share of errors makes of no
 * account: the bound is reached only by a version that fails exactly at the limit all the time.
 *
 * @param logE 0 while no window is above the limit, when E cannot exceed 1
 * @param windows of the last hour, the empty ones left out
 */
record Breaker(BreakerRule rule, double logE, List<ErrorWindow> windows) {
  static Breaker of(TestPlan plan, BreakerRule rule, Stand stand, Memory memory) {
    // The last window that is over.
    long last = BreakerRule.window(stand.logTimeMs()) - 1;
    long first = Math.max(BreakerRule.window(stand.beginMs()), last - BreakerRule.WINDOWS + 1);
    SortedMap<Long, ErrorWindow> hour = memory.windows().tailMap(first);
    List<ErrorWindow> windows = List.copyOf(hour.values());
    // Where no window is above the limit, no sequence of them is, and log1p is concave: ln E <= 0.
    boolean any = windows.stream().anyMatch(one -> one.above(rule.limit()));
    return new Breaker(rule, any ? logE(rule, hour, first, last) : 0, windows);
  }

  private static double logE(
      BreakerRule rule, SortedMap<Long, ErrorWindow> hour, long first, long last) {
    List<Wealth> wealth = new ArrayList<>();
    for (long number = first; number <= last; number++) {
      ErrorWindow one = hour.get(number);
      wealth.add(
          one == null
              ? Wealth.EMPTY
              : CellBetting.of(
                      new Cell(1, one.errors()), new Cell(0, one.requests() - one.errors()))
                  .wealth(rule.limit(), Side.GREATER));
    }
    return new RestartMixture(BreakerRule.WINDOWS).logE(wealth);
  }

  boolean trips() {
    return logE >= needed();
  }

  private double needed() {
    return EValues.needed(rule.alpha());
  }

  long errors() {
    return windows.stream().mapToLong(ErrorWindow::errors).sum();
  }

  long requests() {
    return windows.stream().mapToLong(ErrorWindow::requests).sum();
  }

  String reason(String who) {
    return ("The breaker: %d of the %d requests that %s was given in the last hour are errors, and a"
            + " share above %s is proven; evidence %s, needed %s.")
        .formatted(
            errors(),
            requests(),
            who,
            Words.percent(rule.limit()),
            Words.nats(logE),
            Words.nats(needed()));
  }

  BreakerEvidence evidence() {
    BreakerEvidence.Builder evidence =
        BreakerEvidence.newBuilder()
            .setEvidence(LogE.newBuilder().setValue(logE).setNeeded(needed()))
            .setErrors(errors())
            .setRequests(requests());
    if (logE != 0) {
      evidence.setFirstWindow(windows.getFirst().number());
      long next = windows.getFirst().number();
      for (ErrorWindow one : windows) {
        for (; next < one.number(); next++) {
          evidence.addWindowErrors(0).addWindowRequests(0);
        }
        evidence.addWindowErrors(one.errors()).addWindowRequests(one.requests());
        next++;
      }
    }
    return evidence.build();
  }
}
