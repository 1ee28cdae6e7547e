package dev.understudy.collector.comparison;

import dev.understudy.collector.comparison.UnitRow.Part;
import dev.understudy.collector.statistics.CrossSums;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The sums over all units of a test by unit. A request is taken in by its unit's row: the row's old
 * figures go out of the sums and its new ones come in. So whoever holds the rows and the sums
 * together can stop anywhere and go on.
 *
 * <p>The order of the requests moves nothing but the last bits, with two exceptions: the first
 * request of a unit says its covariate (the earliest, wherever it was read), and in which arm of an
 * epoch it is. Not thread-safe.
 */
public final class UnitSums {
  /** More strata than this are no ramp but a fault of whoever logs the shares. */
  private static final int MOST_STRATA = 64;

  final List<Tally.Stratum> strata = new ArrayList<>();
  final List<UnitCell> cells = new ArrayList<>();
  final CrossSums sums = CrossSums.empty();
  UnitTally.Totals totals = UnitTally.EMPTY.totals();

  /** Of no unit. */
  public static UnitSums empty() {
    return new UnitSums();
  }

  UnitSums() {}

  static int cell(int stratum, boolean ofCandidate) {
    return 2 * stratum + (ofCandidate ? 1 : 0);
  }

  /** Requests that say no unit are only counted. */
  public void withoutUnit(long requests) {
    totals = plus(0, 0, 0, 0, 0, 0, requests, 0);
  }

  /**
   * Takes a request in.
   *
   * @param before the unit's row; null of a new unit
   * @return the unit's row from now on
   */
  public @Nullable UnitRow add(@Nullable UnitRow before, UnitDelta delta) {
    int stratum = stratum(delta.stratum());
    if (stratum < 0 || (before != null && isInOtherArm(before, stratum, delta.toCandidate()))) {
      totals = plus(0, 0, 0, 0, 0, 1, 0, 0);
      return before;
    }
    int cell = cell(stratum, delta.toCandidate());
    UnitRow old = before == null ? fresh(cell, delta) : before;
    UnitRow now = grown(old, cell, delta);
    count(before, old, now, cell, delta);
    double[][] figuresBefore = figures(old, now);
    double[][] figuresNow = new double[figuresBefore.length][];
    int[] places = new int[figuresBefore.length];
    boolean sameCovariate = Double.compare(old.covariate(), now.covariate()) == 0;
    for (int i = 0; i < places.length; i++) {
      Part part = now.parts().get(i);
      places[i] = part.cell();
      boolean same = sameCovariate && i < old.parts().size() && part.equals(old.parts().get(i));
      figuresNow[i] = same ? figuresBefore[i] : figures(now, part);
    }
    sums.replace(places, figuresBefore, figuresNow);
    return now;
  }

  /** What the sums say now. */
  public UnitTally tally() {
    SortedMap<Tally.Stratum, Integer> numbers = new TreeMap<>();
    for (int i = 0; i < strata.size(); i++) {
      numbers.put(strata.get(i), i);
    }
    return new UnitTally(numbers, cells, sums.copy(), totals);
  }

  /** The number of a stratum; below 0 for one too many. */
  private int stratum(Tally.Stratum stratum) {
    int number = strata.indexOf(stratum);
    if (number >= 0 || strata.size() >= MOST_STRATA) {
      return number;
    }
    strata.add(stratum);
    cells.add(UnitCell.EMPTY);
    cells.add(UnitCell.EMPTY);
    return strata.size() - 1;
  }

  private static boolean isInOtherArm(UnitRow row, int stratum, boolean toCandidate) {
    int other = cell(stratum, !toCandidate);
    return row.parts().stream().anyMatch(part -> part.cell() == other);
  }

  private UnitRow fresh(int cell, UnitDelta delta) {
    cells.set(cell, cells.get(cell).plusAssigned());
    totals = plus(1, 0, 0, 0, 0, 0, 0, Double.isNaN(delta.covariate()) ? 1 : 0);
    return new UnitRow(delta.appendedMs(), delta.covariate(), 0, -1, List.of());
  }

  private UnitRow grown(UnitRow old, int cell, UnitDelta delta) {
    List<Part> parts = new ArrayList<>(old.parts());
    int place = 0;
    while (place < parts.size() && parts.get(place).cell() != cell) {
      place++;
    }
    if (place == parts.size()) {
      parts.add(new Part(cell, 0, 0, 0));
    }
    Part part = parts.get(place);
    parts.set(
        place,
        new Part(
            cell,
            part.rows() + delta.rows(),
            part.deviation() + delta.deviation(),
            part.traits() | delta.traits()));
    boolean first =
        delta.appendedMs() < old.firstMs()
            || (delta.appendedMs() == old.firstMs()
                && Double.compare(delta.covariate(), old.covariate()) < 0);
    boolean scored = UnitTrait.SCORED.in(delta.traits()) == 1;
    return new UnitRow(
        Math.min(old.firstMs(), delta.appendedMs()),
        first ? delta.covariate() : old.covariate(),
        old.traits() | delta.traits(),
        old.scoredIn() < 0 && scored ? cell : old.scoredIn(),
        parts);
  }

  private void count(
      @Nullable UnitRow before, UnitRow old, UnitRow now, int cell, UnitDelta delta) {
    int unknown = missing(now) - missing(old);
    boolean known = now.rows() > 0;
    boolean wasKnown = before != null && before.rows() > 0;
    boolean wasKnownToCandidate = before != null && before.knownToCandidate();
    totals =
        plus(
            0,
            known && !wasKnown ? 1 : 0,
            now.knownToCandidate() && !wasKnownToCandidate ? 1 : 0,
            delta.rows(),
            delta.clipped(),
            0,
            0,
            unknown);
    int fresh = now.traits() & ~old.traits();
    Part partBefore = part(old, cell);
    Part partNow = part(now, cell);
    int freshHere = partNow.traits() & ~partBefore.traits();
    boolean firstScored = old.scoredIn() < 0 && now.scoredIn() >= 0;
    boolean knownHere = partNow.rows() > 0 && partBefore.rows() == 0;
    cells.set(cell, cells.get(cell).plus(firstScored, knownHere, fresh, freshHere));
    HarmCounts events = UnitTrait.harm(fresh);
    if (!events.equals(HarmCounts.EMPTY)) {
      cells.set(now.scoredIn(), cells.get(now.scoredIn()).plusLeft(events));
    }
  }

  private static int missing(UnitRow row) {
    return Double.isNaN(row.covariate()) ? 1 : 0;
  }

  private static Part part(UnitRow row, int cell) {
    for (Part part : row.parts()) {
      if (part.cell() == cell) {
        return part;
      }
    }
    return new Part(cell, 0, 0, 0);
  }

  private static double[][] figures(UnitRow old, UnitRow now) {
    double[][] figures = new double[now.parts().size()][];
    for (int i = 0; i < figures.length; i++) {
      figures[i] = i < old.parts().size() ? figures(old, old.parts().get(i)) : CrossSums.NONE;
    }
    return figures;
  }

  /** A unit without a covariate has 0, as good a guess as any that was made before it came. */
  private static double[] figures(UnitRow row, Part part) {
    return part.rows() == 0
        ? CrossSums.NONE
        : new double[] {
          1, part.rows(), part.deviation(), Double.isNaN(row.covariate()) ? 0 : row.covariate()
        };
  }

  private UnitTally.Totals plus(
      long seen,
      long units,
      long ofCandidate,
      long predictions,
      long clipped,
      long switched,
      long withoutUnit,
      long withoutCovariate) {
    return new UnitTally.Totals(
        totals.seen() + seen,
        totals.units() + units,
        totals.unitsOfCandidate() + ofCandidate,
        totals.predictions() + predictions,
        totals.clipped() + clipped,
        totals.switched() + switched,
        totals.withoutUnit() + withoutUnit,
        totals.withoutCovariate() + withoutCovariate);
  }
}
