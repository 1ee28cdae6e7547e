package dev.understudy.scoring;

import java.util.Arrays;

/**
 * A named array of one {@link Datatype} in row-major order. Immutable: the factories take the
 * arrays they are given into possession, and nobody may write to them afterwards.
 *
 * <p>FP32 and FP64 hold floating-point numbers (NaN: missing), whole numbers and BOOL (0 or 1) hold
 * a {@code long} (UINT64 as its unsigned bits), BYTES holds text (empty: missing).
 */
public final class Tensor {
  private final String name;
  private final Datatype datatype;
  private final long[] shape;
  private final int size;
  private final Object values;

  private Tensor(String name, Datatype datatype, long[] shape, int size, Object values) {
    if (elements(shape) != size) {
      throw new IllegalArgumentException(
          "tensor %s: shape %s has %d elements, the data has %d"
              .formatted(name, Arrays.toString(shape), elements(shape), size));
    }
    this.name = name;
    this.datatype = datatype;
    this.shape = shape;
    this.size = size;
    this.values = values;
  }

  /** An FP32 tensor. */
  public static Tensor ofFloats(String name, long[] shape, float... values) {
    return new Tensor(name, Datatype.FP32, shape, values.length, values);
  }

  /** An FP64 tensor. */
  public static Tensor ofDoubles(String name, long[] shape, double... values) {
    return new Tensor(name, Datatype.FP64, shape, values.length, values);
  }

  /** A tensor of whole numbers or BOOL. */
  public static Tensor ofIntegers(String name, Datatype datatype, long[] shape, long... values) {
    if (!datatype.isInteger() && datatype != Datatype.BOOL) {
      throw new IllegalArgumentException(
          "tensor %s: %s does not hold whole numbers".formatted(name, datatype));
    }
    return new Tensor(name, datatype, shape, values.length, values);
  }

  /** A BYTES tensor. */
  public static Tensor ofTexts(String name, long[] shape, String... values) {
    return new Tensor(name, Datatype.BYTES, shape, values.length, values);
  }

  /** The number of elements of a shape: the product, 1 for a scalar. */
  public static long elements(long[] shape) {
    long product = 1;
    for (long dimension : shape) {
      if (dimension < 0) {
        throw new IllegalArgumentException("negative dimension in " + Arrays.toString(shape));
      }
      product = Math.multiplyExact(product, dimension);
    }
    return product;
  }

  public String name() {
    return name;
  }

  public Datatype datatype() {
    return datatype;
  }

  public long[] shape() {
    return shape.clone();
  }

  /** The number of elements. */
  public int size() {
    return size;
  }

  /** The first dimension; 1 for a scalar. */
  public long rows() {
    return shape.length == 0 ? 1 : shape[0];
  }

  /** Element of an FP32 or FP64 tensor. */
  public double number(int index) {
    return values instanceof float[] floats ? floats[index] : ((double[]) values)[index];
  }

  /** Element of a tensor of whole numbers or BOOL. */
  public long integer(int index) {
    return ((long[]) values)[index];
  }

  /** Element of a BYTES tensor. */
  public String text(int index) {
    return ((String[]) values)[index];
  }

  /** Whether this is the stand-in for a missing value: NaN or the empty text. */
  public boolean isMissing(int index) {
    return switch (values) {
      case float[] floats -> Float.isNaN(floats[index]);
      case double[] doubles -> Double.isNaN(doubles[index]);
      case String[] texts -> texts[index].isEmpty();
      default -> false;
    };
  }

  /**
   * {@code float[]}, {@code double[]}, {@code long[]} or {@code String[]}; not to be written to.
   */
  Object values() {
    return values;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Tensor that
        && name.equals(that.name)
        && datatype == that.datatype
        && Arrays.equals(shape, that.shape)
        && Arrays.deepEquals(new Object[] {values}, new Object[] {that.values});
  }

  @Override
  public int hashCode() {
    return 31 * name.hashCode() + Arrays.deepHashCode(new Object[] {values});
  }

  /** Name, type and shape; never the values, which may be personal. */
  @Override
  public String toString() {
    return name + " " + datatype + Arrays.toString(shape);
  }
}
