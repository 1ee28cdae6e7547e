package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.UnsafeByteOperations;
import dev.understudy.contracts.inference.InferTensorContents;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The typed form of a tensor in gRPC: one repeated field for each group of datatypes. FP16 and BF16
 * have none. Stateless.
 */
final class TypedContents {
  private TypedContents() {}

  /**
   * The tensor of a column.
   *
   * @param shape one that can be counted
   * @throws RequestRefused if another field is filled, the elements are too few or too many, or one
   *     is against the column
   */
  static Tensor read(InferTensorContents contents, Column column, long[] shape) {
    String name = column.name();
    Datatype datatype = column.datatype();
    int size = count(contents, column);
    if (size != countAll(contents)) {
      throw misplaced(contents, column);
    }
    if (size != Tensor.elements(shape)) {
      throw invalid(
          "input %s: shape %s needs %d elements, %s has %d",
          name, Arrays.toString(shape), Tensor.elements(shape), fieldOf(datatype), size);
    }
    ElementCheck check = new ElementCheck(column);
    return switch (datatype) {
      case FP32 -> {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
          values[i] = contents.getFp32Contents(i);
          check.numberOrMissing(i, values[i]);
        }
        yield Tensor.ofFloats(name, shape, values);
      }
      case FP64 -> {
        double[] values = new double[size];
        for (int i = 0; i < size; i++) {
          values[i] = contents.getFp64Contents(i);
          check.numberOrMissing(i, values[i]);
        }
        yield Tensor.ofDoubles(name, shape, values);
      }
      case BYTES -> {
        byte[][] values = new byte[size][];
        for (int i = 0; i < size; i++) {
          values[i] = contents.getBytesContents(i).toByteArray();
          check.bytes(i, values[i]);
        }
        yield Tensor.ofBytes(name, shape, values);
      }
      default -> {
        long[] values = new long[size];
        for (int i = 0; i < size; i++) {
          values[i] = integer(contents, datatype, i);
          check.integer(i, values[i]);
        }
        yield Tensor.ofIntegers(name, datatype, shape, values);
      }
    };
  }

  /** The elements in the field of the column's datatype. */
  private static int count(InferTensorContents contents, Column column) {
    return switch (column.datatype()) {
      case BOOL -> contents.getBoolContentsCount();
      case INT8, INT16, INT32 -> contents.getIntContentsCount();
      case INT64 -> contents.getInt64ContentsCount();
      case UINT8, UINT16, UINT32 -> contents.getUintContentsCount();
      case UINT64 -> contents.getUint64ContentsCount();
      case FP32 -> contents.getFp32ContentsCount();
      case FP64 -> contents.getFp64ContentsCount();
      case BYTES -> contents.getBytesContentsCount();
      case FP16, BF16 ->
          throw invalid(
              "input %s: %s has no typed form; send raw_input_contents",
              column.name(), column.datatype());
    };
  }

  private static int countAll(InferTensorContents contents) {
    return contents.getBoolContentsCount()
        + contents.getIntContentsCount()
        + contents.getInt64ContentsCount()
        + contents.getUintContentsCount()
        + contents.getUint64ContentsCount()
        + contents.getFp32ContentsCount()
        + contents.getFp64ContentsCount()
        + contents.getBytesContentsCount();
  }

  private static RequestRefused misplaced(InferTensorContents contents, Column column) {
    String right = fieldOf(column.datatype());
    List<String> wrong =
        contents.getAllFields().keySet().stream()
            .map(FieldDescriptor::getName)
            .filter(field -> !field.equals(right))
            .toList();
    return invalid(
        "input %s: elements of %s belong in %s, not in %s",
        column.name(), column.datatype(), right, String.join(", ", wrong));
  }

  private static String fieldOf(Datatype datatype) {
    return switch (datatype) {
      case INT8, INT16, INT32 -> "int_contents";
      case UINT8, UINT16, UINT32 -> "uint_contents";
      default -> datatype.name().toLowerCase(Locale.ROOT) + "_contents";
    };
  }

  private static long integer(InferTensorContents contents, Datatype datatype, int index) {
    return switch (datatype) {
      case BOOL -> contents.getBoolContents(index) ? 1 : 0;
      case INT64 -> contents.getInt64Contents(index);
      case UINT64 -> contents.getUint64Contents(index);
      case UINT8, UINT16, UINT32 -> Integer.toUnsignedLong(contents.getUintContents(index));
      default -> contents.getIntContents(index);
    };
  }

  /** The typed form of a tensor that has one. */
  static InferTensorContents write(Tensor tensor) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (int i = 0; i < tensor.size(); i++) {
      switch (tensor.datatype()) {
        case BOOL -> contents.addBoolContents(tensor.integer(i) != 0);
        case INT8, INT16, INT32 -> contents.addIntContents((int) tensor.integer(i));
        case INT64 -> contents.addInt64Contents(tensor.integer(i));
        case UINT8, UINT16, UINT32 -> contents.addUintContents((int) tensor.integer(i));
        case UINT64 -> contents.addUint64Contents(tensor.integer(i));
        case FP32 -> contents.addFp32Contents((float) tensor.number(i));
        case FP64 -> contents.addFp64Contents(tensor.number(i));
        case BYTES -> contents.addBytesContents(shared(tensor.bytes(i)));
        case FP16, BF16 -> throw new IllegalStateException("no typed form of " + tensor);
      }
    }
    return contents.build();
  }

  /** Without a copy: nobody writes to a tensor. */
  static ByteString shared(byte[] bytes) {
    return UnsafeByteOperations.unsafeWrap(bytes);
  }
}
