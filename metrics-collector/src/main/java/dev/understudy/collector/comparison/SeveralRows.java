package dev.understudy.collector.comparison;

/**
 * Of the scored requests, those with more than one row. The request is the unit; its rows count
 * only towards the share of predictions whose outcome is known.
 *
 * @param requests of several rows
 * @param labelled those of which the outcome of at least one row is known
 * @param partly those of which it is known of some rows and not of all
 * @param rows of all these requests
 * @param labelledRows rows with a known outcome
 */
public record SeveralRows(long requests, long labelled, long partly, long rows, long labelledRows) {
  /** Nothing counted yet. */
  public static final SeveralRows EMPTY = new SeveralRows(0, 0, 0, 0, 0);

  public SeveralRows {
    if (partly < 0
        || labelled < partly
        || requests < labelled
        || labelledRows < labelled
        || rows < labelledRows) {
      throw new IllegalArgumentException(
          "%d requests, %d labelled, %d partly, %d rows, %d labelled"
              .formatted(requests, labelled, partly, rows, labelledRows));
    }
  }

  SeveralRows plus(Truth truth) {
    if (truth.rows() == 1) {
      return this;
    }
    boolean any = truth.known() > 0;
    return new SeveralRows(
        requests + 1,
        labelled + (any ? 1 : 0),
        partly + (any && truth.known() < truth.rows() ? 1 : 0),
        rows + truth.rows(),
        labelledRows + truth.known());
  }

  /** Both together. */
  public SeveralRows merge(SeveralRows other) {
    if (other.requests == 0) {
      return this;
    }
    return new SeveralRows(
        requests + other.requests,
        labelled + other.labelled,
        partly + other.partly,
        rows + other.rows,
        labelledRows + other.labelledRows);
  }

  /** All rows, when there are so many requests in all. */
  long rowsOf(long allRequests) {
    return allRequests - requests + rows;
  }

  /** All rows with a known outcome, when so many requests in all have one. */
  long labelledRowsOf(long allLabelled) {
    return allLabelled - labelled + labelledRows;
  }
}
