package dev.understudy.scoring;

import java.util.List;

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
