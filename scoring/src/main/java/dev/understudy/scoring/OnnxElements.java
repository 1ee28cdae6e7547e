package dev.understudy.scoring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** The elements of our tensors in ONNX Runtime's memory, and back. */
final class OnnxElements {
  private OnnxElements() {}

  /** ONNX's number of an element type. */
  static int number(Datatype datatype) {
    return switch (datatype) {
      case FP32 -> 1;
      case UINT8 -> 2;
      case INT8 -> 3;
      case UINT16 -> 4;
      case INT16 -> 5;
      case INT32 -> 6;
      case INT64 -> 7;
      case BYTES -> 8;
      case BOOL -> 9;
      case FP16 -> 10;
      case FP64 -> 11;
      case UINT32 -> 12;
      case UINT64 -> 13;
      case BF16 -> 16;
    };
  }

  /** The element type of that number; empty if we do not compute with it. */
  static Optional<Datatype> datatype(int number) {
    for (Datatype datatype : Datatype.values()) {
      if (number(datatype) == number) {
        return Optional.of(datatype);
      }
    }
    return Optional.empty();
  }

  /** Copies the elements of a tensor, not of BYTES, to memory of at least their size. */
  static void write(Tensor tensor, MemorySegment memory) {
    int size = tensor.size();
    switch (tensor.values()) {
      case float[] floats -> MemorySegment.copy(floats, 0, memory, JAVA_FLOAT, 0, size);
      case double[] doubles -> MemorySegment.copy(doubles, 0, memory, JAVA_DOUBLE, 0, size);
      case short[] halves -> MemorySegment.copy(halves, 0, memory, JAVA_SHORT, 0, size);
      case long[] integers -> write(tensor.datatype(), integers, memory);
      default -> throw new IllegalStateException("no numbers in " + tensor);
    }
  }

  private static void write(Datatype datatype, long[] integers, MemorySegment memory) {
    int size = integers.length;
    switch (datatype) {
      case BOOL -> {
        for (int i = 0; i < size; i++) {
          memory.set(JAVA_BYTE, i, (byte) (integers[i] == 0 ? 0 : 1));
        }
      }
      case UINT8, INT8 -> {
        for (int i = 0; i < size; i++) {
          memory.set(JAVA_BYTE, i, (byte) integers[i]);
        }
      }
      case UINT16, INT16 -> {
        for (int i = 0; i < size; i++) {
          memory.setAtIndex(JAVA_SHORT, i, (short) integers[i]);
        }
      }
      case UINT32, INT32 -> {
        for (int i = 0; i < size; i++) {
          memory.setAtIndex(JAVA_INT, i, (int) integers[i]);
        }
      }
      case UINT64, INT64 -> MemorySegment.copy(integers, 0, memory, JAVA_LONG, 0, size);
      case FP16, BF16, FP32, FP64, BYTES ->
          throw new IllegalStateException(datatype + " does not hold whole numbers");
    }
  }

  /**
   * Copies the texts or bytes of a BYTES tensor to a value of strings with as many elements.
   *
   * @param scratch room for an address
   */
  static void writeStrings(Tensor tensor, long value, MemorySegment scratch) throws OnnxFailure {
    for (int i = 0; i < tensor.size(); i++) {
      byte[] bytes = tensor.bytes(i);
      MemorySegment place = OnnxRuntime.resizedString(value, i, bytes.length, scratch);
      MemorySegment.copy(bytes, 0, place, JAVA_BYTE, 0, bytes.length);
    }
  }

  /** A tensor, not of BYTES, with the elements in memory. */
  static Tensor read(TensorSpec spec, long[] shape, MemorySegment memory) {
    int size = Math.toIntExact(Tensor.elements(shape));
    String name = spec.name();
    Datatype datatype = spec.datatype();
    return switch (datatype) {
      case FP32 -> {
        float[] floats = new float[size];
        MemorySegment.copy(memory, JAVA_FLOAT, 0, floats, 0, size);
        yield Tensor.ofFloats(name, shape, floats);
      }
      case FP64 -> {
        double[] doubles = new double[size];
        MemorySegment.copy(memory, JAVA_DOUBLE, 0, doubles, 0, size);
        yield Tensor.ofDoubles(name, shape, doubles);
      }
      case FP16, BF16 -> {
        short[] halves = new short[size];
        MemorySegment.copy(memory, JAVA_SHORT, 0, halves, 0, size);
        yield Tensor.ofHalves(name, datatype, shape, halves);
      }
      default -> Tensor.ofIntegers(name, datatype, shape, integers(datatype, size, memory));
    };
  }

  private static long[] integers(Datatype datatype, int size, MemorySegment memory) {
    long[] integers = new long[size];
    for (int i = 0; i < size; i++) {
      integers[i] =
          switch (datatype) {
            case BOOL, UINT8 -> Byte.toUnsignedLong(memory.get(JAVA_BYTE, i));
            case INT8 -> memory.get(JAVA_BYTE, i);
            case UINT16 -> Short.toUnsignedLong(memory.getAtIndex(JAVA_SHORT, i));
            case INT16 -> memory.getAtIndex(JAVA_SHORT, i);
            case UINT32 -> Integer.toUnsignedLong(memory.getAtIndex(JAVA_INT, i));
            case INT32 -> memory.getAtIndex(JAVA_INT, i);
            case UINT64, INT64 -> memory.getAtIndex(JAVA_LONG, i);
            case FP16, BF16, FP32, FP64, BYTES ->
                throw new IllegalStateException(datatype + " does not hold whole numbers");
          };
    }
    return integers;
  }

  /** A BYTES tensor with the strings of a value. */
  static Tensor readStrings(TensorSpec spec, long[] shape, long value) throws OnnxFailure {
    int size = Math.toIntExact(Tensor.elements(shape));
    byte[][] strings = new byte[size][];
    if (size > 0) {
      try (Arena arena = Arena.ofConfined()) {
        long bytes = OnnxRuntime.stringBytes(value);
        MemorySegment content = arena.allocate(Math.max(1, bytes)).asSlice(0, bytes);
        MemorySegment offsets = arena.allocate(JAVA_LONG, size);
        OnnxRuntime.copyStrings(value, content, offsets);
        for (int i = 0; i < size; i++) {
          long from = offsets.getAtIndex(JAVA_LONG, i);
          long to = i + 1 < size ? offsets.getAtIndex(JAVA_LONG, i + 1) : bytes;
          strings[i] = content.asSlice(from, to - from).toArray(JAVA_BYTE);
        }
      }
    }
    return Tensor.ofBytes(spec.name(), shape, strings);
  }
}
