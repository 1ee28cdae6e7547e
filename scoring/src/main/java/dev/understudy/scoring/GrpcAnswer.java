package dev.understudy.scoring;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.understudy.contracts.inference.InferTensorContents;
import dev.understudy.contracts.inference.ModelInferResponse;
import dev.understudy.contracts.inference.ModelInferResponse.InferOutputTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An answer over gRPC, from a server that may say anything. It is read by hand, since two bytes of
 * it can become an object of sixty in a generated class: so it takes little more memory than its
 * bytes.
 */
final class GrpcAnswer {
  private static final ByteBuffer NO_BYTES = ByteBuffer.allocate(0);

  private GrpcAnswer() {}

  /** One output, with its elements where they are typed. */
  private static final class Head {
    String name = "";
    String datatype = "";
    long[] shape = {};
    @Nullable ByteBuffer contents;
  }

  /**
   * The promised outputs, in their order.
   *
   * @throws IllegalStateException if they are not as promised
   */
  static List<Tensor> read(byte[] message, List<TensorSpec> promised, long rows) {
    try {
      List<Head> heads = new ArrayList<>();
      List<ByteBuffer> raw = new ArrayList<>();
      CodedInputStream in = stream(ByteBuffer.wrap(message));
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (tag == delimited(ModelInferResponse.OUTPUTS_FIELD_NUMBER)) {
          require(heads.size() < RemoteAnswer.MOST_OUTPUTS, "it has too many outputs");
          heads.add(head(in.readByteBuffer()));
        } else if (tag == delimited(ModelInferResponse.RAW_OUTPUT_CONTENTS_FIELD_NUMBER)) {
          require(raw.size() < RemoteAnswer.MOST_OUTPUTS, "it has too many outputs");
          raw.add(in.readByteBuffer());
        } else {
          require(in.skipField(tag), "a group ends that did not begin");
        }
      }
      require(raw.isEmpty() || raw.size() == heads.size(), "not every output has its bytes");
      Map<String, Tensor> answered = new HashMap<>();
      for (int i = 0; i < heads.size(); i++) {
        Head head = heads.get(i);
        ByteBuffer bytes = raw.isEmpty() ? null : raw.get(i);
        for (TensorSpec output : promised) {
          if (output.name().equals(head.name)) {
            answered.put(head.name, tensor(head, output, rows, bytes));
          }
        }
      }
      return RemoteAnswer.inOrder(answered, promised, rows);
    } catch (IOException | IllegalArgumentException | ArithmeticException e) {
      throw new IllegalStateException("the answer is not of the protocol: " + e.getMessage(), e);
    }
  }

  private static CodedInputStream stream(ByteBuffer bytes) {
    CodedInputStream in = CodedInputStream.newInstance(bytes);
    in.enableAliasing(true);
    return in;
  }

  private static int delimited(int field) {
    return field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  }

  private static Head head(ByteBuffer message) throws IOException {
    Head head = new Head();
    CodedInputStream in = stream(message);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == delimited(InferOutputTensor.NAME_FIELD_NUMBER)) {
        head.name = in.readStringRequireUtf8();
      } else if (tag == delimited(InferOutputTensor.DATATYPE_FIELD_NUMBER)) {
        head.datatype = in.readStringRequireUtf8();
      } else if (WireFormat.getTagFieldNumber(tag) == InferOutputTensor.SHAPE_FIELD_NUMBER) {
        long[] before = head.shape;
        long[] shape = Arrays.copyOf(before, RemoteAnswer.MOST_DIMENSIONS);
        int dimensions =
            elements(in, tag, before.length, shape.length, at -> shape[at] = in.readInt64());
        head.shape = Arrays.copyOf(shape, dimensions);
      } else if (tag == delimited(InferOutputTensor.CONTENTS_FIELD_NUMBER)) {
        require(head.contents == null, "an output has its contents twice");
        head.contents = in.readByteBuffer();
      } else {
        require(in.skipField(tag), "a group ends that did not begin");
      }
    }
    return head;
  }

  @FunctionalInterface
  private interface Element {
    void read(int at) throws IOException;
  }

  /**
   * Visits the numbers of a repeated field, packed or one by one.
   *
   * @param at how many of them came before
   * @return how many there are now
   */
  private static int elements(CodedInputStream in, int tag, int at, int most, Element element)
      throws IOException {
    int next = at;
    if (WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
      require(next < most, "data or sizes are more than there may be");
      element.read(next);
      return next + 1;
    }
    int outer = in.pushLimit(in.readRawVarint32());
    while (!in.isAtEnd()) {
      require(next < most, "data or sizes are more than there may be");
      element.read(next++);
    }
    in.popLimit(outer);
    return next;
  }

  private static Tensor tensor(Head head, TensorSpec wanted, long rows, @Nullable ByteBuffer raw)
      throws IOException {
    require(
        head.datatype.equals(wanted.datatype().name()),
        "output %s came as another datatype".formatted(wanted));
    long elements = Tensor.elements(head.shape);
    Answers.checkShape(head.shape, wanted, rows);
    if (raw != null) {
      require(head.contents == null, "an output has data of two kinds");
      return RawTensor.read(wanted.name(), wanted.datatype(), head.shape, raw);
    }
    ByteBuffer contents = head.contents == null ? NO_BYTES : head.contents;
    require(
        elements <= contents.remaining() / leastBytes(wanted.datatype()),
        "data are fewer than the shape says");
    return typed(wanted.name(), wanted.datatype(), head.shape, contents, (int) elements);
  }

  /** What an element takes at least in the typed form. */
  private static int leastBytes(Datatype datatype) {
    return switch (datatype) {
      case FP32 -> Float.BYTES;
      case FP64 -> Double.BYTES;
      // A tag and a length.
      case BYTES -> 2;
      default -> 1;
    };
  }

  private static Tensor typed(
      String name, Datatype datatype, long[] shape, ByteBuffer contents, int elements)
      throws IOException {
    CodedInputStream in = stream(contents);
    return switch (datatype) {
      case FP32 -> {
        float[] numbers = new float[elements];
        fill(
            in,
            InferTensorContents.FP32_CONTENTS_FIELD_NUMBER,
            WireFormat.WIRETYPE_FIXED32,
            elements,
            at -> numbers[at] = in.readFloat());
        yield Tensor.ofFloats(name, shape, numbers);
      }
      case FP64 -> {
        double[] numbers = new double[elements];
        fill(
            in,
            InferTensorContents.FP64_CONTENTS_FIELD_NUMBER,
            WireFormat.WIRETYPE_FIXED64,
            elements,
            at -> numbers[at] = in.readDouble());
        yield Tensor.ofDoubles(name, shape, numbers);
      }
      case BYTES -> {
        byte[][] texts = new byte[elements][];
        fill(
            in,
            InferTensorContents.BYTES_CONTENTS_FIELD_NUMBER,
            WireFormat.WIRETYPE_LENGTH_DELIMITED,
            elements,
            at -> texts[at] = in.readByteArray());
        yield Tensor.ofBytes(name, shape, texts);
      }
      case FP16, BF16 ->
          throw new IllegalArgumentException("%s has no typed form".formatted(datatype));
      default -> {
        long[] integers = new long[elements];
        fill(
            in,
            field(datatype),
            WireFormat.WIRETYPE_VARINT,
            elements,
            at -> integers[at] = integer(in, datatype));
        yield Tensor.ofIntegers(name, datatype, shape, integers);
      }
    };
  }

  /** Visits the elements, which must be so many, all in the field of their type. */
  private static void fill(
      CodedInputStream in, int field, int wireType, int elements, Element element)
      throws IOException {
    int at = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      require(
          WireFormat.getTagFieldNumber(tag) == field, "data are in the field of another datatype");
      int actual = WireFormat.getTagWireType(tag);
      if (wireType == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        require(actual == wireType && at < elements, "data are more than the shape says");
        element.read(at++);
      } else {
        require(
            actual == wireType || actual == WireFormat.WIRETYPE_LENGTH_DELIMITED,
            "data are not encoded as their datatype is");
        at = elements(in, tag, at, elements, element);
      }
    }
    require(at == elements, "data are fewer than the shape says");
  }

  private static int field(Datatype datatype) {
    return switch (datatype) {
      case BOOL -> InferTensorContents.BOOL_CONTENTS_FIELD_NUMBER;
      case INT64 -> InferTensorContents.INT64_CONTENTS_FIELD_NUMBER;
      case UINT64 -> InferTensorContents.UINT64_CONTENTS_FIELD_NUMBER;
      case UINT8, UINT16, UINT32 -> InferTensorContents.UINT_CONTENTS_FIELD_NUMBER;
      default -> InferTensorContents.INT_CONTENTS_FIELD_NUMBER;
    };
  }

  private static long integer(CodedInputStream in, Datatype datatype) throws IOException {
    return switch (datatype) {
      case BOOL -> in.readBool() ? 1 : 0;
      case INT64 -> in.readInt64();
      case UINT64 -> in.readUInt64();
      case UINT8, UINT16, UINT32 -> Integer.toUnsignedLong(in.readUInt32());
      default -> in.readInt32();
    };
  }

  private static void require(boolean held, String otherwise) {
    if (!held) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
