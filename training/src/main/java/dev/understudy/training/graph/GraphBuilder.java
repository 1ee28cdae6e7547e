package dev.understudy.training.graph;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * An ONNX graph that grows node by node; each method returns the name of the value that the node
 * computes. The bytes depend on the calls only. Not thread-safe.
 */
final class GraphBuilder {
  /** Free dimension of every input and output. */
  private static final String ROWS = "N";

  private static final String STANDARD = "";
  private static final String MACHINE_LEARNING = "ai.onnx.ml";
  private static final long IR_VERSION = 8;
  private static final long STANDARD_OPERATORS = 17;
  private static final long MACHINE_LEARNING_OPERATORS = 3;

  private final GraphProto.Builder graph;

  GraphBuilder(String name) {
    graph = GraphProto.newBuilder().setName(name);
  }

  String numbers(String name) {
    graph.addInput(value(name, DataType.FLOAT, List.of(ROWS)));
    return name;
  }

  String texts(String name) {
    graph.addInput(value(name, DataType.STRING, List.of(ROWS)));
    return name;
  }

  void outputVector(String name) {
    graph.addOutput(value(name, DataType.FLOAT, List.of(ROWS)));
  }

  void outputMatrix(String name, int width) {
    graph.addOutput(value(name, DataType.FLOAT, List.of(ROWS, width)));
  }

  /** Input of a graph within a graph; without dimensions it is a scalar. */
  void inner(boolean output, String name, DataType type, List<?> dimensions) {
    ValueInfoProto value = value(name, type, dimensions);
    if (output) {
      graph.addOutput(value);
    } else {
      graph.addInput(value);
    }
  }

  String constant(String name, List<Integer> shape, float... values) {
    TensorProto.Builder tensor = tensor(name, DataType.FLOAT, shape);
    for (float each : values) {
      tensor.addFloatData(each);
    }
    graph.addInitializer(tensor);
    return name;
  }

  String constant(String name, List<Integer> shape, long... values) {
    TensorProto.Builder tensor = tensor(name, DataType.INT64, shape);
    for (long each : values) {
      tensor.addInt64Data(each);
    }
    graph.addInitializer(tensor);
    return name;
  }

  String node(String operator, String output, List<String> inputs, AttributeProto... attributes) {
    return add(STANDARD, operator, output, inputs, attributes);
  }

  String learned(
      String operator, String output, List<String> inputs, AttributeProto... attributes) {
    return add(MACHINE_LEARNING, operator, output, inputs, attributes);
  }

  private String add(
      String domain,
      String operator,
      String output,
      List<String> inputs,
      AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setName(output)
            .setDomain(domain)
            .setOpType(operator)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(List.of(attributes)));
    return output;
  }

  GraphProto graph() {
    return graph.build();
  }

  /** The whole model. */
  byte[] model() {
    ModelProto model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("understudy")
            .addOpsetImport(operators(STANDARD, STANDARD_OPERATORS))
            .addOpsetImport(operators(MACHINE_LEARNING, MACHINE_LEARNING_OPERATORS))
            .setGraph(graph)
            .build();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(model.getSerializedSize());
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      model.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeType.INT).setI(value).build();
  }

  static AttributeProto attribute(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.STRING)
        .setS(utf8(value))
        .build();
  }

  static AttributeProto attribute(String name, GraphProto value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.GRAPH)
        .setG(value)
        .build();
  }

  static AttributeProto integers(String name, List<Long> values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.INTS)
        .addAllInts(values)
        .build();
  }

  static AttributeProto floats(String name, List<Float> values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.FLOATS)
        .addAllFloats(values)
        .build();
  }

  static AttributeProto strings(String name, List<String> values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.STRINGS)
        .addAllStrings(values.stream().map(GraphBuilder::utf8).toList())
        .build();
  }

  private static ByteString utf8(String text) {
    return ByteString.copyFrom(text, StandardCharsets.UTF_8);
  }

  private static OperatorSetIdProto operators(String domain, long version) {
    return OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version).build();
  }

  private static TensorProto.Builder tensor(String name, DataType type, List<Integer> shape) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
    shape.forEach(dimension -> tensor.addDims(dimension));
    return tensor;
  }

  private static ValueInfoProto value(String name, DataType type, List<?> dimensions) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (Object dimension : dimensions) {
      if (dimension instanceof Integer fixed) {
        shape.addDimBuilder().setDimValue(fixed);
      } else {
        shape.addDimBuilder().setDimParam(dimension.toString());
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape)))
        .build();
  }
}
