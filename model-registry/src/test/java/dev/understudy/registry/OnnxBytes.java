package dev.understudy.registry;

import dev.understudy.registry.artefact.OnnxFile.GraphProto;
import dev.understudy.registry.artefact.OnnxFile.ModelProto;
import dev.understudy.registry.artefact.OnnxFile.NodeProto;
import dev.understudy.registry.artefact.OnnxFile.OperatorSetIdProto;
import dev.understudy.registry.artefact.OnnxFile.TensorProto;
import dev.understudy.registry.artefact.OnnxFile.TensorShapeProto;
import dev.understudy.registry.artefact.OnnxFile.TensorShapeProto.Dimension;
import dev.understudy.registry.artefact.OnnxFile.TypeProto;
import dev.understudy.registry.artefact.OnnxFile.ValueInfoProto;

/** Small ONNX files: right in structure, never run. */
public final class OnnxBytes {
  public static final int FLOAT = 1;
  public static final int INT64 = 7;
  public static final int STRING = 8;

  private final GraphProto.Builder graph =
      GraphProto.newBuilder()
          .setName("graph")
          .addNode(NodeProto.newBuilder().setOpType("Identity"));

  public OnnxBytes input(String name, int type) {
    return input(name, type, 1);
  }

  public OnnxBytes input(String name, int type, int dimensions) {
    graph.addInput(port(name, type, dimensions));
    return this;
  }

  /** Takes so many dimensions of any size. */
  public OnnxBytes freeInput(String name, int type, int dimensions) {
    ValueInfoProto.Builder port = port(name, type, dimensions).toBuilder();
    port.getTypeBuilder()
        .getTensorTypeBuilder()
        .getShapeBuilder()
        .getDimBuilderList()
        .forEach(dimension -> dimension.clearDimValue().setDimParam("any"));
    graph.addInput(port);
    return this;
  }

  public OnnxBytes output(String name, int type) {
    return output(name, type, 1);
  }

  public OnnxBytes output(String name, int type, int dimensions) {
    graph.addOutput(port(name, type, dimensions));
    return this;
  }

  public OnnxBytes weight(String name, boolean inAnotherFile) {
    graph.addInitializer(
        TensorProto.newBuilder().setName(name).setDataLocation(inAnotherFile ? 1 : 0));
    return this;
  }

  /** Makes files different that are otherwise alike. */
  public OnnxBytes named(String name) {
    graph.setName(name);
    return this;
  }

  public byte[] bytes() {
    return ModelProto.newBuilder()
        .setIrVersion(10)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(21))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  /** A scorecard as the tests' model wants it. */
  public static byte[] scorecard(String name) {
    return new OnnxBytes()
        .input("Amount", FLOAT)
        .input("Home", STRING)
        .output("probability", FLOAT)
        .named(name)
        .bytes();
  }

  private static ValueInfoProto port(String name, int type, int dimensions) {
    TensorShapeProto.Builder shape =
        TensorShapeProto.newBuilder().addDim(Dimension.newBuilder().setDimParam("rows"));
    for (int i = 1; i < dimensions; i++) {
      shape.addDim(Dimension.newBuilder().setDimValue(1));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type).setShape(shape)))
        .build();
  }
}
