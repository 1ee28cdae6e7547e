package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;

import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The protocol's binary form of a tensor, the same over HTTP and gRPC: little-endian, row-major,
 * without padding; each element of BYTES behind its length in four unsigned bytes. Stateless.
 */
final class RawTensors {
  private static final int LENGTH = Integer.BYTES;

  private RawTensors() {}

  /**
   * The tensor of a column. Nothing is reserved before the bytes are known to be there.
   *
   * @param raw exactly the tensor's bytes, from position to limit; read, not moved
   * @param shape without negative dimensions
   * @throws RequestRefused if they are too few or too many for the shape, or one element is against
   *     the column
   */
  static Tensor read(ByteBuffer raw, Column column, long[] shape) {
    ByteBuffer bytes = raw.slice().order(ByteOrder.LITTLE_ENDIAN);
    int size = elements(bytes, column, shape);
    ElementCheck check = new ElementCheck(column);
    return switch (column.datatype()) {
      case FP32 -> {
        float[] values = new float[size];
        bytes.asFloatBuffer().get(values);
        boolean allowed = check.allows(values);
        for (int i = 0; i < size && !allowed; i++) {
          check.numberOrMissing(i, values[i]);
        }
        yield Tensor.ofFloats(column.name(), shape, values);
      }
      case FP64 -> {
        double[] values = new double[size];
        bytes.asDoubleBuffer().get(values);
        for (int i = 0; i < size; i++) {
          check.numberOrMissing(i, values[i]);
        }
        yield Tensor.ofDoubles(column.name(), shape, values);
      }
      case FP16, BF16 -> {
        short[] bits = new short[size];
        bytes.asShortBuffer().get(bits);
        Tensor tensor = Tensor.ofHalves(column.name(), column.datatype(), shape, bits);
        for (int i = 0; i < size; i++) {
          check.numberOrMissing(i, tensor.number(i));
        }
        yield tensor;
      }
      case BYTES -> Tensor.ofBytes(column.name(), shape, texts(bytes, column, shape, size, check));
      default -> {
        long[] values = new long[size];
        for (int i = 0; i < size; i++) {
          values[i] = integer(bytes, column.datatype());
          check.integer(i, values[i]);
        }
        yield Tensor.ofIntegers(column.name(), column.datatype(), shape, values);
      }
    };
  }

  /** The number of elements, whose bytes are all there. */
  private static int elements(ByteBuffer bytes, Column column, long[] shape) {
    int width = column.datatype().width();
    long expected;
    try {
      expected =
          Math.multiplyExact(
              Tensor.elements(shape), column.datatype() == Datatype.BYTES ? LENGTH : width);
    } catch (ArithmeticException tooLarge) {
      throw invalid("input %s: no tensor is as large as %s", column.name(), Arrays.toString(shape));
    }
    if (column.datatype() == Datatype.BYTES) {
      if (expected > bytes.remaining()) {
        throw invalid(
            "input %s: shape %s needs at least %d bytes for the lengths of its elements, the binary"
                + " data has %d",
            column.name(), Arrays.toString(shape), expected, bytes.remaining());
      }
      return (int) (expected / LENGTH);
    }
    if (expected != bytes.remaining()) {
      throw invalid(
          "input %s: shape %s of %s needs %d bytes, the binary data has %d",
          column.name(), Arrays.toString(shape), column.datatype(), expected, bytes.remaining());
    }
    return (int) (expected / width);
  }

  private static long integer(ByteBuffer bytes, Datatype datatype) {
    return switch (datatype) {
      case INT8 -> bytes.get();
      case BOOL, UINT8 -> Byte.toUnsignedLong(bytes.get());
      case INT16 -> bytes.getShort();
      case UINT16 -> Short.toUnsignedLong(bytes.getShort());
      case INT32 -> bytes.getInt();
      case UINT32 -> Integer.toUnsignedLong(bytes.getInt());
      default -> bytes.getLong();
    };
  }

  private static byte[][] texts(
      ByteBuffer bytes, Column column, long[] shape, int size, ElementCheck check) {
    byte[][] texts = new byte[size][];
    for (int i = 0; i < size; i++) {
      if (bytes.remaining() < LENGTH) {
        throw check.refused(i, "the binary data end before the element's length");
      }
      long length = Integer.toUnsignedLong(bytes.getInt());
      if (length > bytes.remaining()) {
        throw check.refused(
            i,
            "the element is said to have %d bytes, %d are left"
                .formatted(length, bytes.remaining()));
      }
      texts[i] = new byte[(int) length];
      bytes.get(texts[i]);
      check.bytes(i, texts[i]);
    }
    if (bytes.hasRemaining()) {
      throw invalid(
          "input %s: %d bytes are left over behind the %d elements of the shape %s",
          column.name(), bytes.remaining(), size, Arrays.toString(shape));
    }
    return texts;
  }

  /** The binary form of a tensor. */
  static byte[] write(Tensor tensor) {
    ByteBuffer bytes = ByteBuffer.allocate(bytes(tensor)).order(ByteOrder.LITTLE_ENDIAN);
    switch (tensor.values()) {
      case float[] floats -> bytes.asFloatBuffer().put(floats);
      case double[] doubles -> bytes.asDoubleBuffer().put(doubles);
      case short[] bits -> bytes.asShortBuffer().put(bits);
      case long[] integers -> {
        for (long integer : integers) {
          put(bytes, tensor.datatype().width(), integer);
        }
      }
      case byte[][] texts -> {
        for (byte[] text : texts) {
          bytes.putInt(text.length).put(text);
        }
      }
      default -> throw new IllegalStateException("no binary form of " + tensor);
    }
    return bytes.array();
  }

  private static int bytes(Tensor tensor) {
    if (!(tensor.values() instanceof byte[][] texts)) {
      return Math.multiplyExact(tensor.size(), tensor.datatype().width());
    }
    int sum = 0;
    for (byte[] text : texts) {
      sum = Math.addExact(sum, Math.addExact(LENGTH, text.length));
    }
    return sum;
  }

  private static void put(ByteBuffer bytes, int width, long integer) {
    switch (width) {
      case Byte.BYTES -> bytes.put((byte) integer);
      case Short.BYTES -> bytes.putShort((short) integer);
      case Integer.BYTES -> bytes.putInt((int) integer);
      default -> bytes.putLong(integer);
    }
  }
}
