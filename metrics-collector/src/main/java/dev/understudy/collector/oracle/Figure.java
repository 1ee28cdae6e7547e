package dev.understudy.collector.oracle;

import java.util.List;

/** What a method computes. */
sealed interface Figure {
  /** A number; infinite ones are meant, NaN is "not defined". */
  record Value(double value) implements Figure {}

  /** A word, such as a verdict. */
  record Word(String word) implements Figure {}

  /** Numbers in their order. */
  record Series(List<Double> values) implements Figure {
    public Series {
      values = List.copyOf(values);
    }
  }
}
