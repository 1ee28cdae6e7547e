package dev.understudy.gateway.journal;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.understudy.contracts.v1.PredictionEvent;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.TensorValue;
import dev.understudy.contracts.v1.TensorValues;
import dev.understudy.scoring.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * A prediction's bytes, with the inputs written from the tensors to where they end up: as messages
 * of their own they would cost more than all the rest of the record.
 */
final class PredictionWire {
  private PredictionWire() {}

  /**
   * An input as it is logged.
   *
   * @param withValues false: only its name, datatype and shape
   */
  record Input(Tensor tensor, boolean withValues) {}

  /** {@code PredictionEvent} with {@code PredictionLogged} and its inputs. */
  static byte[] event(PredictionLogged withoutInputs, List<Input> inputs) {
    int[] sizes = new int[inputs.size()];
    int allInputs = 0;
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = size(inputs.get(i));
      allInputs += lengthDelimited(TensorValues.TENSORS_FIELD_NUMBER, sizes[i]);
    }
    int logged =
        withoutInputs.getSerializedSize()
            + lengthDelimited(PredictionLogged.INPUTS_FIELD_NUMBER, allInputs);
    byte[] event = new byte[lengthDelimited(PredictionEvent.LOGGED_FIELD_NUMBER, logged)];
    CodedOutputStream out = CodedOutputStream.newInstance(event);
    try {
      begin(out, PredictionEvent.LOGGED_FIELD_NUMBER, logged);
      withoutInputs.writeTo(out);
      begin(out, PredictionLogged.INPUTS_FIELD_NUMBER, allInputs);
      for (int i = 0; i < sizes.length; i++) {
        begin(out, TensorValues.TENSORS_FIELD_NUMBER, sizes[i]);
        write(out, inputs.get(i));
      }
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException("the sizes were computed beforehand", e);
    }
    return event;
  }

  private static int lengthDelimited(int field, int size) {
    return CodedOutputStream.computeTagSize(field)
        + CodedOutputStream.computeUInt32SizeNoTag(size)
        + size;
  }

  private static void begin(CodedOutputStream out, int field, int size) throws IOException {
    out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    out.writeUInt32NoTag(size);
  }

  private static int size(Input input) {
    Tensor tensor = input.tensor();
    int size =
        CodedOutputStream.computeStringSize(TensorValue.NAME_FIELD_NUMBER, tensor.name())
            + CodedOutputStream.computeStringSize(
                TensorValue.DATATYPE_FIELD_NUMBER, tensor.datatype().name())
            + packed(TensorValue.SHAPE_FIELD_NUMBER, varints(tensor.shape()));
    return input.withValues() ? size + valuesSize(tensor) : size;
  }

  private static int valuesSize(Tensor tensor) {
    return switch (tensor.values()) {
      case byte[][] texts -> {
        int size = 0;
        for (byte[] text : texts) {
          size += CodedOutputStream.computeByteArraySize(TensorValue.TEXTS_FIELD_NUMBER, text);
        }
        yield size;
      }
      case long[] integers -> packed(TensorValue.INTEGERS_FIELD_NUMBER, varints(integers));
      default -> packed(TensorValue.NUMBERS_FIELD_NUMBER, Double.BYTES * tensor.size());
    };
  }

  private static int packed(int field, int size) {
    return size == 0 ? 0 : lengthDelimited(field, size);
  }

  private static int varints(long[] values) {
    int size = 0;
    for (long value : values) {
      size += CodedOutputStream.computeInt64SizeNoTag(value);
    }
    return size;
  }

  private static void write(CodedOutputStream out, Input input) throws IOException {
    Tensor tensor = input.tensor();
    out.writeString(TensorValue.NAME_FIELD_NUMBER, tensor.name());
    out.writeString(TensorValue.DATATYPE_FIELD_NUMBER, tensor.datatype().name());
    writeVarints(out, TensorValue.SHAPE_FIELD_NUMBER, tensor.shape());
    if (!input.withValues()) {
      return;
    }
    switch (tensor.values()) {
      case byte[][] texts -> {
        for (byte[] text : texts) {
          out.writeByteArray(TensorValue.TEXTS_FIELD_NUMBER, text);
        }
      }
      case long[] integers -> writeVarints(out, TensorValue.INTEGERS_FIELD_NUMBER, integers);
      default -> {
        if (tensor.size() > 0) {
          begin(out, TensorValue.NUMBERS_FIELD_NUMBER, Double.BYTES * tensor.size());
          for (int i = 0; i < tensor.size(); i++) {
            out.writeDoubleNoTag(tensor.number(i));
          }
        }
      }
    }
  }

  private static void writeVarints(CodedOutputStream out, int field, long[] values)
      throws IOException {
    if (values.length == 0) {
      return;
    }
    begin(out, field, varints(values));
    for (long value : values) {
      out.writeInt64NoTag(value);
    }
  }
}
