package dev.understudy.scoring;

import java.util.function.IntPredicate;

/** Tensors made of rows of others. */
public final class Rows {
  private Rows() {}

  /** One row of a tensor, which has rows as its first dimension. */
  public static Tensor row(Tensor tensor, int row) {
    int width = Math.toIntExact(tensor.size() / tensor.rows());
    Object values = array(tensor, width);
    System.arraycopy(tensor.values(), row * width, values, 0, width);
    return tensor(tensor, values, 1);
  }

  /** So many rows, each the one row of the first tensor where it is picked, else of the other. */
  static Tensor pick(Tensor first, Tensor other, int rows, IntPredicate isFirst) {
    int width = first.size();
    if (other.size() != width || other.datatype() != first.datatype()) {
      throw new IllegalArgumentException("%s and %s are not alike".formatted(first, other));
    }
    Object values = array(first, Math.multiplyExact(rows, width));
    for (int row = 0; row < rows; row++) {
      Tensor from = isFirst.test(row) ? first : other;
      System.arraycopy(from.values(), 0, values, row * width, width);
    }
    return tensor(first, values, rows);
  }

  private static Object array(Tensor like, int size) {
    return switch (like.values()) {
      case float[] floats -> new float[size];
      case double[] doubles -> new double[size];
      case short[] halves -> new short[size];
      case long[] integers -> new long[size];
      case byte[][] texts -> new byte[size][];
      default -> throw new IllegalStateException("a tensor holds no " + like.datatype());
    };
  }

  private static Tensor tensor(Tensor like, Object values, int rows) {
    long[] shape = like.shape();
    shape[0] = rows;
    return switch (values) {
      case float[] floats -> Tensor.ofFloats(like.name(), shape, floats);
      case double[] doubles -> Tensor.ofDoubles(like.name(), shape, doubles);
      case short[] halves -> Tensor.ofHalves(like.name(), like.datatype(), shape, halves);
      case long[] integers -> Tensor.ofIntegers(like.name(), like.datatype(), shape, integers);
      case byte[][] texts -> Tensor.ofBytes(like.name(), shape, texts);
      default -> throw new IllegalStateException("a tensor holds no " + like.datatype());
    };
  }
}
