package dev.understudy.scoring;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The binary form that a tensor has over HTTP and gRPC alike: little-endian, row-major, without
 * padding; an element of BYTES behind its length in four bytes.
 */
final class RawTensor {
  private RawTensor() {}

  static byte[] write(Tensor tensor) {
    if (tensor.values() instanceof byte[][] elements) {
      int size = 0;
      for (byte[] element : elements) {
        size = Math.addExact(size, Integer.BYTES + element.length);
      }
      ByteBuffer buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
      for (byte[] element : elements) {
        buffer.putInt(element.length).put(element);
      }
      return buffer.array();
    }
    ByteBuffer buffer =
        ByteBuffer.allocate(Math.multiplyExact(tensor.size(), tensor.datatype().width()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < tensor.size(); i++) {
      switch (tensor.values()) {
        case float[] floats -> buffer.putFloat(floats[i]);
        case double[] doubles -> buffer.putDouble(doubles[i]);
        case short[] halves -> buffer.putShort(halves[i]);
        case long[] integers -> {
          switch (tensor.datatype().width()) {
            case 1 -> buffer.put((byte) integers[i]);
            case 2 -> buffer.putShort((short) integers[i]);
            case 4 -> buffer.putInt((int) integers[i]);
            default -> buffer.putLong(integers[i]);
          }
        }
        default -> throw new IllegalStateException("a tensor holds no " + tensor.datatype());
      }
    }
    return buffer.array();
  }

  /**
   * Reads a tensor that somebody else wrote. Nothing is reserved before its bytes are there.
   *
   * @param bytes exactly the tensor's
   * @throws IllegalArgumentException if they are too few or too many for the shape
   */
  static Tensor read(String name, Datatype datatype, long[] shape, ByteBuffer bytes) {
    ByteBuffer raw = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    long elements = Tensor.elements(shape);
    int least = datatype == Datatype.BYTES ? Integer.BYTES : datatype.width();
    if (Math.multiplyExact(elements, least) > raw.remaining()) {
      throw new IllegalArgumentException("an output has too few bytes for its shape");
    }
    Tensor tensor = read(name, datatype, shape, raw, (int) elements);
    if (raw.hasRemaining()) {
      throw new IllegalArgumentException("an output has too many bytes for its shape");
    }
    return tensor;
  }

  private static Tensor read(
      String name, Datatype datatype, long[] shape, ByteBuffer raw, int elements) {
    return switch (datatype) {
      case FP32 -> {
        float[] numbers = new float[elements];
        raw.asFloatBuffer().get(numbers);
        raw.position(elements * Float.BYTES);
        yield Tensor.ofFloats(name, shape, numbers);
      }
      case FP64 -> {
        double[] numbers = new double[elements];
        raw.asDoubleBuffer().get(numbers);
        raw.position(elements * Double.BYTES);
        yield Tensor.ofDoubles(name, shape, numbers);
      }
      case FP16, BF16 -> {
        short[] halves = new short[elements];
        raw.asShortBuffer().get(halves);
        raw.position(elements * Short.BYTES);
        yield Tensor.ofHalves(name, datatype, shape, halves);
      }
      case BYTES -> {
        byte[][] texts = new byte[elements][];
        for (int i = 0; i < elements; i++) {
          int length = raw.getInt();
          if (length < 0 || length > raw.remaining()) {
            throw new IllegalArgumentException("a text is longer than its bytes");
          }
          texts[i] = new byte[length];
          raw.get(texts[i]);
        }
        yield Tensor.ofBytes(name, shape, texts);
      }
      default -> {
        long[] integers = new long[elements];
        for (int i = 0; i < elements; i++) {
          integers[i] = integer(datatype, raw);
        }
        yield Tensor.ofIntegers(name, datatype, shape, integers);
      }
    };
  }

  private static long integer(Datatype datatype, ByteBuffer raw) {
    return switch (datatype) {
      case BOOL, UINT8 -> Byte.toUnsignedLong(raw.get());
      case INT8 -> raw.get();
      case UINT16 -> Short.toUnsignedLong(raw.getShort());
      case INT16 -> raw.getShort();
      case UINT32 -> Integer.toUnsignedLong(raw.getInt());
      case INT32 -> raw.getInt();
      default -> raw.getLong();
    };
  }
}
