package dev.understudy.scoring;

import ai.onnxruntime.MapInfo;
import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.SequenceInfo;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Our tensors as ONNX Runtime's, and back. */
final class OnnxTensors {
  private OnnxTensors() {}

  /** The one environment of the process, with the library's telemetry switched off. */
  static OrtEnvironment environment() {
    return Holder.ENVIRONMENT;
  }

  private static final class Holder {
    static final OrtEnvironment ENVIRONMENT = create();

    private static OrtEnvironment create() {
      OrtEnvironment environment =
          OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "understudy");
      try {
        environment.setTelemetry(false);
      } catch (OrtException e) {
        throw new IllegalStateException("ONNX Runtime's telemetry cannot be switched off", e);
      }
      return environment;
    }
  }

  /** The signature of an input or output; empty if it is no tensor of a type that we support. */
  static Optional<TensorSpec> spec(NodeInfo node) {
    if (!(node.getInfo() instanceof TensorInfo info)) {
      return Optional.empty();
    }
    List<Long> shape = new ArrayList<>();
    for (long dimension : info.getShape()) {
      shape.add(dimension);
    }
    return datatype(info).map(datatype -> new TensorSpec(node.getName(), datatype, shape));
  }

  /** What an unsupported input or output is, for messages. */
  static String describe(NodeInfo node) {
    return switch (node.getInfo()) {
      case TensorInfo info -> "tensor of " + info.onnxType;
      case SequenceInfo sequence -> "sequence";
      case MapInfo map -> "map";
      default -> "value of another kind";
    };
  }

  private static Optional<Datatype> datatype(TensorInfo info) {
    return switch (info.onnxType) {
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL -> Optional.of(Datatype.BOOL);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 -> Optional.of(Datatype.UINT8);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 -> Optional.of(Datatype.INT8);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16 -> Optional.of(Datatype.INT16);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> Optional.of(Datatype.INT32);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> Optional.of(Datatype.INT64);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT -> Optional.of(Datatype.FP32);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> Optional.of(Datatype.FP64);
      case ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING -> Optional.of(Datatype.BYTES);
      // ONNX Runtime's Java library cannot create tensors of the wider unsigned types.
      default -> Optional.empty();
    };
  }

  static OnnxTensor toOnnx(OrtEnvironment environment, Tensor tensor) throws OrtException {
    long[] shape = tensor.shape();
    return switch (tensor.values()) {
      case float[] floats -> OnnxTensor.createTensor(environment, FloatBuffer.wrap(floats), shape);
      case double[] doubles ->
          OnnxTensor.createTensor(environment, DoubleBuffer.wrap(doubles), shape);
      case byte[][] texts -> {
        String[] decoded = new String[texts.length];
        Arrays.setAll(decoded, tensor::text);
        yield OnnxTensor.createTensor(environment, decoded, shape);
      }
      case long[] integers -> toOnnx(environment, tensor.datatype(), integers, shape);
      default -> throw new IllegalStateException("a tensor holds no " + tensor.datatype());
    };
  }

  private static OnnxTensor toOnnx(
      OrtEnvironment environment, Datatype datatype, long[] integers, long[] shape)
      throws OrtException {
    return switch (datatype) {
      case BOOL -> bytes(environment, integers, shape, OnnxJavaType.BOOL);
      case UINT8 -> bytes(environment, integers, shape, OnnxJavaType.UINT8);
      case INT8 -> bytes(environment, integers, shape, OnnxJavaType.INT8);
      case INT16 -> {
        ShortBuffer buffer = ShortBuffer.allocate(integers.length);
        for (long integer : integers) {
          buffer.put((short) integer);
        }
        yield OnnxTensor.createTensor(environment, buffer.flip(), shape);
      }
      case INT32 -> {
        IntBuffer buffer = IntBuffer.allocate(integers.length);
        for (long integer : integers) {
          buffer.put((int) integer);
        }
        yield OnnxTensor.createTensor(environment, buffer.flip(), shape);
      }
      case INT64 -> OnnxTensor.createTensor(environment, LongBuffer.wrap(integers), shape);
      default ->
          throw new IllegalArgumentException(
              "ONNX Runtime's Java library takes no %s".formatted(datatype));
    };
  }

  private static OnnxTensor bytes(
      OrtEnvironment environment, long[] integers, long[] shape, OnnxJavaType type)
      throws OrtException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(integers.length).order(ByteOrder.nativeOrder());
    for (long integer : integers) {
      buffer.put((byte) integer);
    }
    return OnnxTensor.createTensor(environment, buffer.flip(), shape, type);
  }

  static Tensor fromOnnx(TensorSpec spec, OnnxTensor value, TensorInfo info) throws OrtException {
    long[] shape = info.getShape();
    String name = spec.name();
    return switch (spec.datatype()) {
      case FP32 -> Tensor.ofFloats(name, shape, value.getFloatBuffer().array());
      case FP64 -> Tensor.ofDoubles(name, shape, value.getDoubleBuffer().array());
      case BYTES -> Tensor.ofTexts(name, shape, texts(value.getValue()));
      case INT64 -> Tensor.ofIntegers(name, Datatype.INT64, shape, value.getLongBuffer().array());
      case INT32 -> {
        int[] raw = value.getIntBuffer().array();
        yield Tensor.ofIntegers(
            name, Datatype.INT32, shape, Arrays.stream(raw).asLongStream().toArray());
      }
      case INT16 -> {
        ShortBuffer raw = value.getShortBuffer();
        long[] integers = new long[raw.remaining()];
        Arrays.setAll(integers, raw::get);
        yield Tensor.ofIntegers(name, Datatype.INT16, shape, integers);
      }
      case BOOL, UINT8, INT8 -> {
        ByteBuffer raw = value.getByteBuffer();
        long[] integers = new long[raw.remaining()];
        boolean signed = spec.datatype() == Datatype.INT8;
        Arrays.setAll(integers, i -> signed ? raw.get(i) : Byte.toUnsignedLong(raw.get(i)));
        yield Tensor.ofIntegers(name, spec.datatype(), shape, integers);
      }
      case UINT16, UINT32, UINT64, FP16, BF16 ->
          throw new IllegalStateException("%s was refused at load".formatted(spec));
    };
  }

  private static String[] texts(Object nested) {
    List<String> texts = new ArrayList<>();
    collect(nested, texts);
    return texts.toArray(String[]::new);
  }

  private static void collect(Object nested, List<String> texts) {
    if (nested instanceof Object[] array) {
      for (Object element : array) {
        collect(element, texts);
      }
    } else {
      texts.add((String) nested);
    }
  }
}
