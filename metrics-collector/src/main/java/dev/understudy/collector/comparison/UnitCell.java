package dev.understudy.collector.comparison;

/**
 * The units of one arm in one epoch, counted.
 *
 * <p>Whatever must fall into the arms by chance is counted once in the whole test. A unit that
 * comes back in the next epoch was not assigned anew, and one that meets trouble is likely to meet
 * it again; counted once more, one accident would be evidence twice.
 *
 * @param assigned whose first request of the test was here
 * @param scored whose first scored request of the test was here
 * @param units that have a row with a known outcome here
 * @param earned of those, that had a row worth more than nothing here
 * @param fellShort of those, that had a row worth less than the cap here
 * @param incomplete that lacked a label for the first time here
 * @param events that met trouble for the first time here
 * @param left first scored here, and met trouble since, wherever that was
 */
public record UnitCell(
    long assigned,
    long scored,
    long units,
    long earned,
    long fellShort,
    long incomplete,
    HarmCounts events,
    HarmCounts left) {
  /** Nothing counted yet. */
  public static final UnitCell EMPTY =
      new UnitCell(0, 0, 0, 0, 0, 0, HarmCounts.EMPTY, HarmCounts.EMPTY);

  public UnitCell {
    if (assigned < 0
        || scored < 0
        || incomplete < 0
        || units < earned
        || units < fellShort
        || scored < left.errors()
        || scored < left.slow()) {
      throw new IllegalArgumentException(
          "%d units assigned, %d scored, %d known".formatted(assigned, scored, units));
    }
  }

  /** Both cells' units together. */
  public UnitCell merge(UnitCell other) {
    return new UnitCell(
        assigned + other.assigned,
        scored + other.scored,
        units + other.units,
        earned + other.earned,
        fellShort + other.fellShort,
        incomplete + other.incomplete,
        events.merge(other.events),
        left.merge(other.left));
  }

  /** With one more unit assigned. */
  UnitCell plusAssigned() {
    return new UnitCell(assigned + 1, scored, units, earned, fellShort, incomplete, events, left);
  }

  /**
   * With what a request of a unit changed.
   *
   * @param first whether it is the first that was scored
   * @param known whether it is the first with a known outcome here
   * @param fresh traits that the unit did not have before
   * @param freshHere traits that it did not have before in this cell
   */
  UnitCell plus(boolean first, boolean known, int fresh, int freshHere) {
    return new UnitCell(
        assigned,
        scored + (first ? 1 : 0),
        units + (known ? 1 : 0),
        earned + UnitTrait.EARNED.in(freshHere),
        fellShort + UnitTrait.FELL_SHORT.in(freshHere),
        incomplete + UnitTrait.INCOMPLETE.in(fresh),
        events.merge(UnitTrait.harm(fresh)),
        left);
  }

  /** With trouble that a unit met, which was first scored here. */
  UnitCell plusLeft(HarmCounts met) {
    return new UnitCell(
        assigned, scored, units, earned, fellShort, incomplete, events, left.merge(met));
  }
}
