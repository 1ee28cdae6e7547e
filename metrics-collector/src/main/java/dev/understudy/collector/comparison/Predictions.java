package dev.understudy.collector.comparison;

/**
 * What a version predicted, row by row, as it stands in its output. Whether a test can use it says
 * {@link Measure#usable}. Immutable by agreement: nobody writes to the arrays.
 */
public sealed interface Predictions {
  /** How many rows were predicted. */
  int rows();

  /** One number for each row: the probability of the positive outcome, or an amount. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody, and read for every request
  record Numbers(double[] values) implements Predictions {
    @Override
    public int rows() {
      return values.length;
    }
  }

  /** One class for each row, by its number; below 0 when it is none of the model's. */
  @SuppressWarnings("ArrayRecordComponent") // as above
  record Named(int[] classes) implements Predictions {
    @Override
    public int rows() {
      return classes.length;
    }
  }

  /** The scores of every class, row after row. */
  @SuppressWarnings("ArrayRecordComponent") // as above
  record Scores(double[] values, int classes) implements Predictions {
    public Scores {
      if (classes < 1 || values.length % classes != 0) {
        throw new IllegalArgumentException(
            "%d scores of %d classes".formatted(values.length, classes));
      }
    }

    @Override
    public int rows() {
      return values.length / classes;
    }

    double score(int row, int ofClass) {
      return values[row * classes + ofClass];
    }

    /** The class with the highest score, the first of equals. */
    int best(int row) {
      int best = 0;
      for (int one = 1; one < classes; one++) {
        if (score(row, one) > score(row, best)) {
          best = one;
        }
      }
      return best;
    }
  }
}
