package dev.understudy.collector.comparison;

/**
 * What the rule of labels counts among complete units, beside the labels themselves. Nothing at all
 * means that every unit with a label stands for itself.
 *
 * @param agreed without a label, and in no need of one: both versions said the same of every row
 * @param confirmed with a label that was not needed, for the same reason
 * @param spare of those that are agreed or confirmed, the requests of several rows
 * @param undrawn without a label, because none was drawn
 * @param outside the population that the comparison holds for, with or without a label
 * @param surplus sum of 1/q - 1 over the labelled
 * @param surplusNeeded likewise, over those that are not confirmed
 */
public record LabelCounts(
    long agreed,
    long confirmed,
    SeveralRows spare,
    long undrawn,
    long outside,
    double surplus,
    double surplusNeeded) {
  /** Nothing counted yet. */
  public static final LabelCounts EMPTY = new LabelCounts(0, 0, SeveralRows.EMPTY, 0, 0, 0, 0);

  public LabelCounts {
    if (agreed < 0 || confirmed < 0 || undrawn < 0 || outside < 0) {
      throw new IllegalArgumentException("a count is below 0");
    }
  }

  /** Rows that need no label. */
  long spareRows() {
    return spare.rowsOf(agreed + confirmed);
  }

  /** Rows with a label that was not needed. */
  long confirmedRows() {
    return spare.labelledRowsOf(confirmed);
  }

  LabelCounts plusAgreed(Truth truth) {
    return new LabelCounts(
        agreed + 1, confirmed, spare.plus(truth), undrawn, outside, surplus, surplusNeeded);
  }

  LabelCounts plusUndrawn() {
    return new LabelCounts(agreed, confirmed, spare, undrawn + 1, outside, surplus, surplusNeeded);
  }

  LabelCounts plusOutside() {
    return new LabelCounts(agreed, confirmed, spare, undrawn, outside + 1, surplus, surplusNeeded);
  }

  LabelCounts plusLabelled(Truth truth, LabelDraw draw, boolean needed) {
    double more = draw.weight() - 1;
    return new LabelCounts(
        agreed,
        confirmed + (needed ? 0 : 1),
        needed ? spare : spare.plus(truth),
        undrawn,
        outside,
        surplus + more,
        surplusNeeded + (needed ? more : 0));
  }

  /** Both counts together. */
  public LabelCounts merge(LabelCounts other) {
    return new LabelCounts(
        agreed + other.agreed,
        confirmed + other.confirmed,
        spare.merge(other.spare),
        undrawn + other.undrawn,
        outside + other.outside,
        surplus + other.surplus,
        surplusNeeded + other.surplusNeeded);
  }
}
