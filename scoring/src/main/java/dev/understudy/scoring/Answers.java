package dev.understudy.scoring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What holds for the tensors of any model, whatever runs it. */
final class Answers {
  private Answers() {}

  /**
   * The tensors that a model reads, in its order.
   *
   * @throws IllegalArgumentException if one was not given
   */
  static List<Tensor> columns(List<TensorSpec> inputs, Map<String, Tensor> request) {
    List<Tensor> columns = new ArrayList<>(inputs.size());
    for (TensorSpec input : inputs) {
      Tensor tensor = request.get(input.name());
      if (tensor == null) {
        throw new IllegalArgumentException("input %s was not given".formatted(input.name()));
      }
      columns.add(tensor);
    }
    return columns;
  }

  /**
   * The number of rows that all columns have.
   *
   * @throws IllegalArgumentException if they differ
   */
  static int rows(List<Tensor> columns) {
    long rows = columns.getFirst().rows();
    for (Tensor column : columns) {
      if (column.rows() != rows) {
        throw new IllegalArgumentException(
            "input %s has %d rows, another has %d".formatted(column.name(), column.rows(), rows));
      }
    }
    return Math.toIntExact(rows);
  }

  /**
   * Refuses an output of another shape than promised, or that is not finite.
   *
   * @throws IllegalStateException if it is not as promised
   */
  static void check(Tensor tensor, TensorSpec output, long rows) {
    checkShape(tensor.dimensions(), output, rows);
    Datatype datatype = tensor.datatype();
    for (int i = 0; i < tensor.size(); i++) {
      if (datatype.isFloat() && !Double.isFinite(tensor.number(i))) {
        throw new IllegalStateException("output %s is not finite".formatted(output));
      }
      if (datatype.width() > 0 && !datatype.isFloat() && !holds(datatype, tensor.integer(i))) {
        throw new IllegalStateException("output %s is out of its range".formatted(output));
      }
    }
  }

  /**
   * The same of a shape whose elements may not be there yet.
   *
   * @throws IllegalStateException if it is not as promised
   */
  static void checkShape(long[] shape, TensorSpec output, long rows) {
    if (!output.admits(shape) || (output.isPerRow() && shape[0] != rows)) {
      throw new IllegalStateException(
          "output %s came as %s for %d rows".formatted(output, Arrays.toString(shape), rows));
    }
  }

  static List<Long> shape(Tensor tensor) {
    return Arrays.stream(tensor.shape()).boxed().toList();
  }

  private static boolean holds(Datatype datatype, long value) {
    int bits = datatype.width() * Byte.SIZE;
    return switch (datatype) {
      case BOOL -> value == 0 || value == 1;
      case INT8, INT16, INT32 -> value == value << (Long.SIZE - bits) >> (Long.SIZE - bits);
      case UINT8, UINT16, UINT32 -> value >>> bits == 0;
      default -> true;
    };
  }
}
