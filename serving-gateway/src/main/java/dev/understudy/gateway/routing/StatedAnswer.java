package dev.understudy.gateway.routing;

import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;

/**
 * The answer that a model gives when no version does. Immutable.
 *
 * @param row one row of every output of the model, in the order of its contract
 */
public record StatedAnswer(List<Tensor> row) {

  public StatedAnswer {
    row = List.copyOf(row);
  }

  /**
   * Checks a stated answer against what the model promises.
   *
   * @throws IllegalArgumentException if it does not keep the contract; the message names the output
   */
  public static StatedAnswer of(List<Tensor> given, List<TensorSpec> outputs) {
    for (Tensor tensor : given) {
      if (outputs.stream().noneMatch(output -> output.name().equals(tensor.name()))) {
        throw refused(tensor.name(), "is no output of the model");
      }
    }
    return new StatedAnswer(outputs.stream().map(output -> kept(given, output)).toList());
  }

  private static Tensor kept(List<Tensor> given, TensorSpec output) {
    List<Tensor> found =
        given.stream().filter(tensor -> tensor.name().equals(output.name())).toList();
    if (found.size() != 1) {
      throw refused(output.name(), "must be stated exactly once");
    }
    Tensor tensor = found.getFirst();
    List<Long> shape = Arrays.stream(tensor.shape()).boxed().toList();
    if (tensor.datatype() != output.datatype() || !isOneRow(shape, output.shape())) {
      throw refused(
          output.name(),
          "must be one row of %s%s, not %s%s"
              .formatted(output.datatype(), output.shape(), tensor.datatype(), shape));
    }
    for (int i = 0; tensor.datatype().isFloat() && i < tensor.size(); i++) {
      if (!Double.isFinite(tensor.number(i))) {
        throw refused(output.name(), "must hold finite numbers");
      }
    }
    return tensor;
  }

  private static boolean isOneRow(List<Long> shape, List<Long> promised) {
    if (shape.size() != promised.size() || shape.isEmpty() || shape.getFirst() != 1) {
      return false;
    }
    for (int i = 1; i < shape.size(); i++) {
      if (promised.get(i) >= 0 && !promised.get(i).equals(shape.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** The answer to a request of so many rows: the stated row, repeated. */
  public List<Tensor> repeated(int rows) {
    return row.stream().map(tensor -> repeated(tensor, rows)).toList();
  }

  private static Tensor repeated(Tensor one, int rows) {
    long[] shape = one.shape();
    shape[0] = rows;
    int width = one.size();
    int size = Math.multiplyExact(width, rows);
    return switch (one.values()) {
      case float[] values -> Tensor.ofFloats(one.name(), shape, cycle(values, new float[size]));
      case double[] values -> Tensor.ofDoubles(one.name(), shape, cycle(values, new double[size]));
      case short[] values ->
          Tensor.ofHalves(one.name(), one.datatype(), shape, cycle(values, new short[size]));
      case long[] values ->
          Tensor.ofIntegers(one.name(), one.datatype(), shape, cycle(values, new long[size]));
      case byte[][] values -> Tensor.ofBytes(one.name(), shape, cycle(values, new byte[size][]));
      default -> throw new IllegalStateException("tensor %s has no values".formatted(one.name()));
    };
  }

  @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of the same type
  private static <T> T cycle(T values, T filled) {
    int width = Array.getLength(values);
    int size = Array.getLength(filled);
    for (int at = 0; at < size; at += width) {
      System.arraycopy(values, 0, filled, at, width);
    }
    return filled;
  }

  private static IllegalArgumentException refused(String output, String why) {
    return new IllegalArgumentException("the stated answer: output '%s' %s".formatted(output, why));
  }
}
