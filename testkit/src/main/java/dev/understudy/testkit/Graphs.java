package dev.understudy.testkit;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.Stream;

/** Tiny ONNX graphs with one peculiarity each. The input is {@code x}, the output {@code p}. */
public final class Graphs {
  /** ONNX's own number of the type. */
  public static final int FLOAT = 1;

  public static final int LONG = 7;
  public static final int STRING = 8;
  private static final int BOOLEAN = 9;

  /** The domain of the operators that are no neural networks. */
  private static final String CLASSIC = "ai.onnx.ml";

  private Graphs() {}

  /** p = sigmoid(slope x). */
  public static byte[] sigmoid(float slope) {
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", FLOAT, -1))
            .addOutput(value("p", FLOAT, -1))
            .addInitializer(floats("slope", slope))
            .addNode(node("Mul", "scaled", "x", "slope"))
            .addNode(node("Sigmoid", "p", "scaled")));
  }

  /** p = x, of ONNX's element type of that number. */
  public static byte[] identity(int type, long... shape) {
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", type, shape))
            .addOutput(value("p", type, shape))
            .addNode(node("Identity", "p", "x")));
  }

  /** p = table[x]: fails inside the graph where x is outside the table of two. */
  public static byte[] failsOutsideZeroAndOne() {
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", FLOAT, -1))
            .addOutput(value("p", FLOAT, -1))
            .addInitializer(floats("table", 0.25f, 0.75f))
            .addNode(node("Cast", "index", "x").toBuilder().addAttribute(integer("to", LONG)))
            .addNode(node("Gather", "p", "table", "index")));
  }

  /** p = 0.5 at 0, and fails inside the graph at anything else. */
  public static byte[] failsOutsideZero() {
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", FLOAT, -1))
            .addOutput(value("p", FLOAT, -1))
            .addInitializer(floats("table", 0.5f, 0.5f))
            .addInitializer(floats("million", 1_000_000f))
            .addNode(node("Mul", "scaled", "x", "million"))
            .addNode(node("Cast", "index", "scaled").toBuilder().addAttribute(integer("to", LONG)))
            .addNode(node("Gather", "p", "table", "index")));
  }

  /** p = sigmoid(x), after about x million turns of a loop that does nothing. */
  public static byte[] loopsForMillions() {
    GraphProto body =
        GraphProto.newBuilder()
            .setName("turn")
            .addInput(scalar("turn", LONG))
            .addInput(scalar("go", BOOLEAN))
            .addInput(value("carried", FLOAT, -1))
            .addOutput(scalar("go_on", BOOLEAN))
            .addOutput(value("carried_on", FLOAT, -1))
            .addNode(node("Identity", "go_on", "go"))
            .addNode(node("Identity", "carried_on", "carried"))
            .build();
    AttributeProto attribute =
        AttributeProto.newBuilder()
            .setName("body")
            .setType(AttributeProto.AttributeType.GRAPH)
            .setG(body)
            .build();
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", FLOAT, -1))
            .addOutput(value("p", FLOAT, -1))
            .addInitializer(floats("million", 1_000_000f))
            .addInitializer(
                TensorProto.newBuilder().setName("yes").setDataType(BOOLEAN).addInt32Data(1))
            .addNode(
                node("ReduceMax", "most", "x").toBuilder().addAttribute(integer("keepdims", 0)))
            .addNode(node("Mul", "turns_float", "most", "million"))
            .addNode(
                node("Cast", "turns", "turns_float").toBuilder().addAttribute(integer("to", LONG)))
            .addNode(
                NodeProto.newBuilder()
                    .setOpType("Loop")
                    .addInput("turns")
                    .addInput("yes")
                    .addInput("x")
                    .addOutput("looped")
                    .addAttribute(attribute))
            .addNode(node("Sigmoid", "p", "looped")));
  }

  /** p = 1 where x is the text, else 0. */
  public static byte[] is(String text) {
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", STRING, -1))
            .addOutput(value("p", FLOAT, -1))
            .addInitializer(
                TensorProto.newBuilder()
                    .setName("text")
                    .setDataType(STRING)
                    .addStringData(ByteString.copyFrom(text, StandardCharsets.UTF_8)))
            .addNode(node("Equal", "same", "x", "text"))
            .addNode(node("Cast", "p", "same").toBuilder().addAttribute(integer("to", FLOAT))));
  }

  /** p = x / x: not a number at 0. */
  public static byte[] notANumberAtZero() {
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", FLOAT, -1))
            .addOutput(value("p", FLOAT, -1))
            .addNode(node("Div", "p", "x", "x")));
  }

  /** p = the root of x: no number below zero. */
  public static byte[] notANumberBelowZero() {
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", FLOAT, -1))
            .addOutput(value("p", FLOAT, -1))
            .addNode(node("Sqrt", "p", "x")));
  }

  /** A run takes as many million floats of memory, all of them written to, as the largest x. */
  public static byte[] eatsMemory() {
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", FLOAT, -1))
            .addOutput(value("p", FLOAT, -1))
            .addInitializer(floats("million", 1_000_000f))
            .addInitializer(floats("one", 1f))
            .addNode(node("ReduceMax", "most", "x"))
            .addNode(node("Mul", "millions", "most", "million"))
            .addNode(node("Add", "size_float", "millions", "one"))
            .addNode(
                node("Cast", "size", "size_float").toBuilder().addAttribute(integer("to", LONG)))
            .addNode(node("ConstantOfShape", "zeros", "size"))
            .addNode(node("ReduceMax", "zero", "zeros"))
            .addNode(node("Add", "sum", "x", "zero"))
            .addNode(node("Sigmoid", "p", "sum")));
  }

  /** p = table[x], of a table of a billion billion bytes in a file of a few. */
  public static byte[] hasMoreWeightsThanAnyMemory() {
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", FLOAT, -1))
            .addOutput(value("p", FLOAT, -1))
            .addSparseInitializer(
                SparseTensorProto.newBuilder()
                    .setValues(floats("table", 0.5f).toBuilder().addDims(1))
                    .setIndices(
                        TensorProto.newBuilder()
                            .setName("table_indices")
                            .setDataType(LONG)
                            .addDims(1)
                            .addInt64Data(0))
                    .addDims(1L << 58))
            .addNode(node("Cast", "index", "x").toBuilder().addAttribute(integer("to", LONG)))
            .addNode(node("Gather", "p", "table", "index")));
  }

  /** p has one element, however many rows come. */
  public static byte[] oneAnswerForAllRows() {
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", FLOAT, -1))
            .addOutput(value("p", FLOAT, -1))
            .addNode(node("ReduceMax", "p", "x")));
  }

  /** p = the softmax of x over the rows: what a row is answered depends on the others. */
  public static byte[] weighsRowsAgainstEachOther() {
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", FLOAT, -1))
            .addOutput(value("p", FLOAT, -1))
            .addNode(node("Softmax", "p", "x")));
  }

  /** Answers p as a sequence of tensors. */
  public static byte[] answersSequence() {
    TypeProto element =
        TypeProto.newBuilder()
            .setTensorType(TypeProto.Tensor.newBuilder().setElemType(FLOAT))
            .build();
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", FLOAT, -1))
            .addOutput(
                ValueInfoProto.newBuilder()
                    .setName("p")
                    .setType(
                        TypeProto.newBuilder()
                            .setSequenceType(TypeProto.Sequence.newBuilder().setElemType(element))))
            .addNode(node("SequenceConstruct", "p", "x")));
  }

  /** Answers x itself, under its own name. */
  public static byte[] handsItsInputOn() {
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", FLOAT, -1))
            .addOutput(value("x", FLOAT, -1))
            .addOutput(value("p", FLOAT, -1))
            .addNode(node("Identity", "p", "x")));
  }

  /** p = the sum of so many random trees over x of so many numbers a row; always the same ones. */
  public static byte[] trees(int trees, int depth, int inputs) {
    int inner = (1 << depth) - 1;
    int all = (1 << (depth + 1)) - 1;
    Random random = new Random(42);
    AttributeProto.Builder treeIds = integers("nodes_treeids");
    AttributeProto.Builder nodeIds = integers("nodes_nodeids");
    AttributeProto.Builder features = integers("nodes_featureids");
    AttributeProto.Builder thresholds = numbers("nodes_values");
    AttributeProto.Builder modes = texts("nodes_modes");
    AttributeProto.Builder whenTrue = integers("nodes_truenodeids");
    AttributeProto.Builder whenFalse = integers("nodes_falsenodeids");
    AttributeProto.Builder leafTrees = integers("target_treeids");
    AttributeProto.Builder leafNodes = integers("target_nodeids");
    AttributeProto.Builder targets = integers("target_ids");
    AttributeProto.Builder weights = numbers("target_weights");
    for (int tree = 0; tree < trees; tree++) {
      for (int node = 0; node < all; node++) {
        boolean leaf = node >= inner;
        treeIds.addInts(tree);
        nodeIds.addInts(node);
        features.addInts(leaf ? 0 : random.nextInt(inputs));
        thresholds.addFloats(leaf ? 0 : random.nextFloat());
        modes.addStrings(ByteString.copyFromUtf8(leaf ? "LEAF" : "BRANCH_LEQ"));
        whenTrue.addInts(leaf ? 0 : 2 * node + 1);
        whenFalse.addInts(leaf ? 0 : 2 * node + 2);
        if (leaf) {
          leafTrees.addInts(tree);
          leafNodes.addInts(node);
          targets.addInts(0);
          weights.addFloats(random.nextFloat() - 0.5f);
        }
      }
    }
    NodeProto.Builder ensemble =
        node("TreeEnsembleRegressor", "p", "x").toBuilder()
            .setDomain(CLASSIC)
            .addAttribute(integer("n_targets", 1));
    Stream.of(
            treeIds,
            nodeIds,
            features,
            thresholds,
            modes,
            whenTrue,
            whenFalse,
            leafTrees,
            leafNodes,
            targets,
            weights)
        .forEach(ensemble::addAttribute);
    return model(
        GraphProto.newBuilder()
            .addInput(value("x", FLOAT, -1, inputs))
            .addOutput(value("p", FLOAT, -1, 1))
            .addNode(ensemble));
  }

  private static AttributeProto.Builder integers(String name) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
  }

  private static AttributeProto.Builder numbers(String name) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.FLOATS);
  }

  private static AttributeProto.Builder texts(String name) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.STRINGS);
  }

  private static byte[] model(GraphProto.Builder graph) {
    return ModelProto.newBuilder()
        .setIrVersion(9)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(19))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(CLASSIC).setVersion(3))
        .setGraph(graph.setName("test"))
        .build()
        .toByteArray();
  }

  private static NodeProto node(String operator, String output, String... inputs) {
    NodeProto.Builder node = NodeProto.newBuilder().setOpType(operator).addOutput(output);
    for (String input : inputs) {
      node.addInput(input);
    }
    return node.build();
  }

  private static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private static TensorProto floats(String name, float... values) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(FLOAT);
    if (values.length > 1) {
      tensor.addDims(values.length);
    }
    for (float value : values) {
      tensor.addFloatData(value);
    }
    return tensor.build();
  }

  private static ValueInfoProto scalar(String name, int type) {
    return value(name, type);
  }

  private static ValueInfoProto value(String name, int type, long... shape) {
    TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
    for (long dimension : shape) {
      TensorShapeProto.Dimension.Builder one = TensorShapeProto.Dimension.newBuilder();
      dimensions.addDim(dimension < 0 ? one.setDimParam("rows") : one.setDimValue(dimension));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder().setElemType(type).setShape(dimensions)))
        .build();
  }
}
