package dev.understudy.collector.statistics;

import java.util.List;

/**
 * {@link BoundedBetting} for contrasts with finitely many values, from integer counts.
 *
 * <p><b>Question and hypotheses.</b> Those of {@link BoundedBetting}. McNemar's test, the one-sided
 * binomial test and the event-share test are special cases.
 *
 * <p><b>Formula.</b> {@code S_k = Σ_j n_j ln(1 + u_k (d_j - m)/(m - lo))}, the bounds being the
 * smallest and largest possible d_j. Because counts are kept and not sums, any line can be asked
 * later, and the line at which ln E = ln(1/α) is an anytime-valid confidence bound (ln E falls
 * strictly as the line rises).
 *
 * <p><b>Assumptions.</b> Those of {@link BoundedBetting}. Strata with other values (another share
 * of the traffic) are separate groups whose sums add.
 *
 * <p><b>Source.</b> As there.
 *
 * <p><b>When it misleads.</b> As there.
 *
 * @param strata each with all values that can occur, also those with count 0
 */
public record CellBetting(List<List<Cell>> strata) {
  private static final int BISECTIONS = 60;

  /** One possible value of the contrast and how often it was seen. */
  public record Cell(double value, long count) {
    public Cell {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("a cell's value is %s".formatted(value));
      }
      if (count < 0) {
        throw new IllegalArgumentException("the cell at %s has count %d".formatted(value, count));
      }
    }
  }

  public CellBetting {
    strata = strata.stream().map(List::copyOf).toList();
    strata.forEach(CellBetting::bounds);
  }

  /** A contrast with a single stratum. */
  public static CellBetting of(Cell... cells) {
    return new CellBetting(List.of(List.of(cells)));
  }

  /** The sums of all strata about one line. */
  public Wealth wealth(double line, Side side) {
    Wealth wealth = Wealth.EMPTY;
    for (List<Cell> cells : strata) {
      BoundedBetting betting = new BoundedBetting(bounds(cells), line, side);
      for (Cell cell : cells) {
        if (cell.count() > 0) {
          wealth = wealth.merge(betting.observe(cell.count(), cell.value()));
        }
      }
    }
    return wealth;
  }

  /** ln E in nats about one line. */
  public double logE(double line, Side side) {
    return wealth(line, side).logE();
  }

  /** The mean of all observations; 0 without any. */
  public double mean() {
    double sum = 0;
    long count = 0;
    for (List<Cell> cells : strata) {
      for (Cell cell : cells) {
        sum += cell.value() * cell.count();
        count += cell.count();
      }
    }
    return count == 0 ? 0 : sum / count;
  }

  /**
   * The lines that are not rejected at α, on either side: each bound holds with probability 1-α
   * over the whole run. Without strata the interval is not bounded.
   */
  public Interval interval(double alpha) {
    double target = EValues.needed(alpha);
    double lowest = Double.NEGATIVE_INFINITY;
    double highest = Double.POSITIVE_INFINITY;
    for (List<Cell> cells : strata) {
      Bounds bounds = bounds(cells);
      lowest = Math.max(lowest, bounds.lowest());
      highest = Math.min(highest, bounds.highest());
    }
    if (strata.isEmpty()) {
      return new Interval(lowest, highest);
    }
    return new Interval(
        bisect(lowest, highest, target, Side.GREATER), bisect(highest, lowest, target, Side.LESS));
  }

  /** The line farthest from {@code rejected} that is still rejected; that end when none is. */
  private double bisect(double rejected, double accepted, double target, Side side) {
    double near = rejected;
    double far = accepted;
    for (int i = 0; i < BISECTIONS; i++) {
      double middle = near + (far - near) / 2;
      if (middle == near || middle == far) {
        break;
      }
      if (logE(middle, side) >= target) {
        near = middle;
      } else {
        far = middle;
      }
    }
    return near;
  }

  private static Bounds bounds(List<Cell> cells) {
    if (cells.size() < 2) {
      throw new IllegalArgumentException("a contrast needs at least two possible values");
    }
    double lowest = Double.POSITIVE_INFINITY;
    double highest = Double.NEGATIVE_INFINITY;
    for (Cell cell : cells) {
      lowest = Math.min(lowest, cell.value());
      highest = Math.max(highest, cell.value());
    }
    return new Bounds(lowest, highest);
  }
}
