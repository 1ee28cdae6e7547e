package dev.understudy.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/**
 * A named array of one {@link Datatype} in row-major order. Immutable: the factories take the
 * arrays they are given into possession, and nobody may write to them afterwards.
 *
 * <p>FP32 and FP64 hold floating-point numbers (NaN: missing), FP16 and BF16 their bits, whole
 * numbers and BOOL (0 or 1) a {@code long} (UINT64 as its unsigned bits), BYTES bytes that mostly
 * are UTF-8 text (empty: missing).
 */
public final class Tensor {
  /** Its header and the reference to it. */
  private static final int BYTES_OF_AN_ARRAY = 24;

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

  /** A BYTES tensor of texts. */
  public static Tensor ofTexts(String name, long[] shape, String... values) {
    byte[][] bytes = new byte[values.length][];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = values[i].getBytes(UTF_8);
    }
    return ofBytes(name, shape, bytes);
  }

  /** A BYTES tensor of any bytes. */
  public static Tensor ofBytes(String name, long[] shape, byte[]... values) {
    return new Tensor(name, Datatype.BYTES, shape, values.length, values);
  }

  /** An FP16 or BF16 tensor, from the bits of its elements. */
  public static Tensor ofHalves(String name, Datatype datatype, long[] shape, short... bits) {
    if (!datatype.isHalf()) {
      throw new IllegalArgumentException("tensor %s: %s has no halves".formatted(name, datatype));
    }
    return new Tensor(name, datatype, shape, bits.length, bits);
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

  /** The shape itself, not to be written to. */
  long[] dimensions() {
    return shape;
  }

  /** The number of elements. */
  public int size() {
    return size;
  }

  /** What the elements take on the heap, in bytes, about. */
  public long heapBytes() {
    return switch (values) {
      case float[] floats -> (long) floats.length * Float.BYTES;
      case short[] halves -> (long) halves.length * Short.BYTES;
      case byte[][] elements -> {
        long bytes = (long) elements.length * BYTES_OF_AN_ARRAY;
        for (byte[] element : elements) {
          bytes += element.length;
        }
        yield bytes;
      }
      default -> (long) size * Long.BYTES;
    };
  }

  /** The first dimension; 1 for a scalar. */
  public long rows() {
    return shape.length == 0 ? 1 : shape[0];
  }

  /** Element of a floating-point tensor. */
  public double number(int index) {
    return switch (values) {
      case float[] floats -> floats[index];
      case double[] doubles -> doubles[index];
      case short[] halves ->
          datatype == Datatype.FP16
              ? Float.float16ToFloat(halves[index])
              : Float.intBitsToFloat(halves[index] << Short.SIZE);
      default -> throw new IllegalStateException("tensor %s holds no floats".formatted(name));
    };
  }

  /** Bits of an element of an FP16 or BF16 tensor. */
  public short bits(int index) {
    return ((short[]) values)[index];
  }

  /** Element of a tensor of whole numbers or BOOL. */
  public long integer(int index) {
    return ((long[]) values)[index];
  }

  /** Element of a BYTES tensor as text; what is no UTF-8 is replaced. */
  public String text(int index) {
    return new String(bytes(index), UTF_8);
  }

  /** Element of a BYTES tensor; not to be written to. */
  public byte[] bytes(int index) {
    return ((byte[][]) values)[index];
  }

  /** Whether no element of a floating-point tensor is NaN or infinite; true for other types. */
  boolean isFinite() {
    switch (values) {
      case float[] floats -> {
        for (float number : floats) {
          if (!Float.isFinite(number)) {
            return false;
          }
        }
      }
      case double[] doubles -> {
        for (double number : doubles) {
          if (!Double.isFinite(number)) {
            return false;
          }
        }
      }
      case short[] halves -> {
        for (int i = 0; i < halves.length; i++) {
          if (!Double.isFinite(number(i))) {
            return false;
          }
        }
      }
      default -> {}
    }
    return true;
  }

  /** Whether this is the stand-in for a missing value: NaN or the empty text. */
  public boolean isMissing(int index) {
    return switch (datatype) {
      case FP16, BF16, FP32, FP64 -> Double.isNaN(number(index));
      case BYTES -> bytes(index).length == 0;
      default -> false;
    };
  }

  /**
   * {@code float[]}, {@code double[]}, {@code short[]}, {@code long[]} or {@code byte[][]}; not to
   * be written to.
   */
  public Object values() {
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
