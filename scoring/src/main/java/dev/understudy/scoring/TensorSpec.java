package dev.understudy.scoring;

import java.util.List;
import java.util.Optional;

/**
 * Name, type and shape of a tensor that is taken or answered.
 *
 * @param shape -1 where the dimension is free; the first one is the number of rows
 */
public record TensorSpec(String name, Datatype datatype, List<Long> shape) {
  public TensorSpec {
    shape = List.copyOf(shape);
  }

  /** Whether a tensor of that shape fits: same rank, and every fixed dimension equal. */
  boolean admits(long[] actual) {
    if (actual.length != shape.size()) {
      return false;
    }
    for (int i = 0; i < actual.length; i++) {
      long mine = shape.get(i);
      if (mine >= 0 && mine != actual[i]) {
        return false;
      }
    }
    return true;
  }

  /** Whether the first dimension is the number of rows. */
  boolean isPerRow() {
    return !shape.isEmpty() && shape.getFirst() < 0;
  }

  /** The shape for so many rows; empty if another dimension is free as well. */
  Optional<long[]> shapeFor(long rows) {
    long[] actual = new long[shape.size()];
    for (int i = 0; i < actual.length; i++) {
      long dimension = shape.get(i);
      if (dimension < 0 && i > 0) {
        return Optional.empty();
      }
      actual[i] = dimension < 0 ? rows : dimension;
    }
    return Optional.of(actual);
  }

  /** Whether every tensor that fits there fits here, as far as the fixed dimensions tell. */
  boolean admits(List<Long> actual) {
    if (actual.size() != shape.size()) {
      return false;
    }
    for (int i = 0; i < actual.size(); i++) {
      long mine = shape.get(i);
      long other = actual.get(i);
      if (mine >= 0 && other >= 0 && mine != other) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return name + " " + datatype + shape;
  }
}
