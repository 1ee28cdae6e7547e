package dev.understudy.bench.models;

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
import java.nio.charset.StandardCharsets;
import java.util.List;

/** An ONNX graph of numbers that grows node by node. Not thread-safe. */
final class Graph {
  /** The free dimension: the rows of the request. */
  static final int ROWS = -1;

  private static final long IR_VERSION = 8;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("bench");

  Graph input(String name, int... shape) {
    graph.addInput(value(name, DataType.FLOAT, shape));
    return this;
  }

  Graph output(String name, int... shape) {
    graph.addOutput(value(name, DataType.FLOAT, shape));
    return this;
  }

  /** A constant; without dimensions it is a scalar. */
  Graph constant(String name, List<Integer> shape, float... values) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(DataType.FLOAT.getNumber());
    shape.forEach(dimension -> tensor.addDims(dimension));
    for (float each : values) {
      tensor.addFloatData(each);
    }
    graph.addInitializer(tensor);
    return this;
  }

  /** A node of the standard operators or, with attributes of trees, of {@code ai.onnx.ml}. */
  Graph node(
      String domain,
      String operator,
      String output,
      List<String> inputs,
      AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setDomain(domain)
            .setOpType(operator)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(List.of(attributes)));
    return this;
  }

  /** Output = input, after so many turns of a loop that does nothing. */
  Graph idle(String input, String output, int turns) {
    GraphProto body =
        GraphProto.newBuilder()
            .setName("turn")
            .addInput(value("turn", DataType.INT64))
            .addInput(value("go", DataType.BOOL))
            .addInput(value("carried", DataType.FLOAT, ROWS, ROWS))
            .addOutput(value("go_on", DataType.BOOL))
            .addOutput(value("carried_on", DataType.FLOAT, ROWS, ROWS))
            .addNode(node("Identity", "go", "go_on"))
            .addNode(node("Identity", "carried", "carried_on"))
            .build();
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName("turns")
            .setDataType(DataType.INT64.getNumber())
            .addInt64Data(turns));
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName("yes")
            .setDataType(DataType.BOOL.getNumber())
            .addInt32Data(1));
    return node(
        "",
        "Loop",
        output,
        List.of("turns", "yes", input),
        AttributeProto.newBuilder()
            .setName("body")
            .setType(AttributeType.GRAPH)
            .setG(body)
            .build());
  }

  byte[] bytes() {
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName("understudy")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("ai.onnx.ml").setVersion(3))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeType.INT).setI(value).build();
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

  static AttributeProto texts(String name, List<String> values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeType.STRINGS);
    values.forEach(
        value -> attribute.addStrings(ByteString.copyFrom(value, StandardCharsets.UTF_8)));
    return attribute.build();
  }

  private static NodeProto node(String operator, String input, String output) {
    return NodeProto.newBuilder().setOpType(operator).addInput(input).addOutput(output).build();
  }

  private static ValueInfoProto value(String name, DataType type, int... dimensions) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (int i = 0; i < dimensions.length; i++) {
      TensorShapeProto.Dimension.Builder dimension = shape.addDimBuilder();
      if (dimensions[i] == ROWS) {
        dimension.setDimParam("d" + i);
      } else {
        dimension.setDimValue(dimensions[i]);
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
