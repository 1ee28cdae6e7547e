package dev.understudy.registry.artefact;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.ProblemType;
import dev.understudy.registry.artefact.OnnxFile.GraphProto;
import dev.understudy.registry.artefact.OnnxFile.ModelProto;
import dev.understudy.registry.artefact.OnnxFile.TensorProto;
import dev.understudy.registry.artefact.OnnxFile.TypeProto;
import dev.understudy.registry.artefact.OnnxFile.ValueInfoProto;
import dev.understudy.registry.problem.Refused;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What goes into an ONNX graph and what comes out, read from the file without running anything.
 * Weights are skipped while reading, so the size of a model hardly matters. Immutable.
 */
public record OnnxOutline(List<Port> inputs, List<Port> outputs) {
  private static final int EXTERNAL = 1;
  private static final long UNKNOWN_SIZE = -1;

  /** The protocol's names of ONNX's element types, by their number; empty: it has none. */
  private static final List<String> DATATYPES =
      List.of(
          "", "FP32", "UINT8", "INT8", "UINT16", "INT16", "INT32", "INT64", "BYTES", "BOOL", "FP16",
          "FP64", "UINT32", "UINT64", "", "", "BF16");

  /**
   * One tensor at the edge of the graph.
   *
   * @param datatype the Open Inference Protocol's name
   * @param shape -1 where the graph leaves the size open; empty optional where it says nothing
   */
  public record Port(String name, String datatype, Optional<List<Long>> shape) {}

  /**
   * Reads a file.
   *
   * @throws Refused when it is not an ONNX model that stands by itself
   */
  public static OnnxOutline of(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return of(in);
    }
  }

  static OnnxOutline of(InputStream in) throws IOException {
    ModelProto model;
    try {
      CodedInputStream coded = CodedInputStream.newInstance(in, 1 << 16);
      coded.setSizeLimit(Integer.MAX_VALUE);
      model = DiscardUnknownFieldsParser.wrap(ModelProto.parser()).parseFrom(coded);
    } catch (InvalidProtocolBufferException e) {
      throw refused("it is not an ONNX file: " + e.getMessage());
    }
    GraphProto graph = model.getGraph();
    if (model.getIrVersion() <= 0 || model.getOpsetImportCount() == 0 || !model.hasGraph()) {
      throw refused("it is not an ONNX file: version, operator sets or graph are missing");
    }
    if (graph.getNodeList().stream().anyMatch(node -> node.getOpType().isEmpty())
        || graph.getOutputCount() == 0) {
      throw refused("its graph has nodes without an operator, or no output");
    }
    if (graph.getInitializerList().stream().anyMatch(one -> one.getDataLocation() == EXTERNAL)) {
      throw refused("its weights are in another file; export it as a single file");
    }
    // Old files list their weights among the inputs; nobody has to send those.
    Set<String> weights =
        graph.getInitializerList().stream().map(TensorProto::getName).collect(Collectors.toSet());
    List<ValueInfoProto> inputs =
        graph.getInputList().stream().filter(one -> !weights.contains(one.getName())).toList();
    return new OnnxOutline(ports("input", inputs), ports("output", graph.getOutputList()));
  }

  private static List<Port> ports(String what, List<ValueInfoProto> infos) {
    List<Port> ports = new ArrayList<>();
    for (ValueInfoProto info : infos) {
      int type = info.getType().getTensorType().getElemType();
      boolean known = type > 0 && type < DATATYPES.size() && !DATATYPES.get(type).isEmpty();
      if (info.getName().isEmpty() || !known) {
        throw refused(
            "its %s '%s' is not a tensor of a type that can be served"
                .formatted(what, info.getName()));
      }
      ports.add(new Port(info.getName(), DATATYPES.get(type), shape(info.getType())));
    }
    return List.copyOf(ports);
  }

  private static Optional<List<Long>> shape(TypeProto type) {
    TypeProto.Tensor tensor = type.getTensorType();
    if (!tensor.hasShape()) {
      return Optional.empty();
    }
    return Optional.of(
        tensor.getShape().getDimList().stream()
            .map(dim -> dim.getDimValue() > 0 ? dim.getDimValue() : UNKNOWN_SIZE)
            .toList());
  }

  private static Refused refused(String why) {
    return Refused.field(ProblemType.INVALID_ARTEFACT, "sha256", why);
  }
}
