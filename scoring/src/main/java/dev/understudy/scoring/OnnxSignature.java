package dev.understudy.scoring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Holds what a graph takes and answers against the contract of its model. */
final class OnnxSignature {
  private OnnxSignature() {}

  /**
   * An input or output of a graph.
   *
   * @param info its kind, element type and shape as the runtime says them
   */
  record Node(String name, OnnxRuntime.Info info) {

    /** Empty if it is no tensor of a type that we support. */
    Optional<TensorSpec> spec() {
      return OnnxElements.datatype(info.elementType())
          .map(
              datatype ->
                  new TensorSpec(name, datatype, Arrays.stream(info.shape()).boxed().toList()));
    }

    /** What an unsupported one is, for messages. */
    String describe() {
      return switch (info.kind()) {
        case TENSOR -> "tensor of ONNX's type number " + info.elementType();
        case SEQUENCE -> "sequence";
        case MAP -> "map";
        case SPARSE_TENSOR -> "sparse tensor";
        case OPTIONAL -> "optional value";
        case OPAQUE, UNKNOWN -> "value of another kind";
      };
    }
  }

  /** The inputs or outputs of a session, in its order. */
  static List<Node> nodes(long session, OnnxRuntime.Side side) throws OnnxFailure {
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < OnnxRuntime.count(session, side); i++) {
      nodes.add(new Node(OnnxRuntime.name(session, side, i), OnnxRuntime.info(session, side, i)));
    }
    return nodes;
  }

  /** The inputs of the graph, each a column of the contract. */
  static List<TensorSpec> inputs(List<Node> nodes, InputContract contract) throws ModelRefused {
    List<TensorSpec> inputs = new ArrayList<>();
    for (Node node : nodes) {
      TensorSpec actual =
          node.spec()
              .orElseThrow(
                  () ->
                      new ModelRefused(
                          ModelRefused.Reason.AGAINST_CONTRACT,
                          "input %s is no tensor of a supported type".formatted(node.name())));
      Column column =
          contract
              .column(actual.name())
              .orElseThrow(
                  () ->
                      new ModelRefused(
                          ModelRefused.Reason.AGAINST_CONTRACT,
                          "input %s is not in the model's contract, which has %s"
                              .formatted(actual.name(), contract.names())));
      requireFit(column.spec(), actual, "input");
      inputs.add(actual);
    }
    return List.copyOf(inputs);
  }

  /** Refuses a graph that does not answer every output of the contract as a plain tensor. */
  static void checkOutputs(List<Node> nodes, List<TensorSpec> contract) throws ModelRefused {
    Map<String, TensorSpec> answered = new LinkedHashMap<>();
    for (Node node : nodes) {
      TensorSpec actual =
          node.spec()
              .orElseThrow(
                  () ->
                      new ModelRefused(
                          ModelRefused.Reason.UNSUPPORTED_OUTPUT,
                          ("output %s is a %s; export plain tensors of a standard type (for"
                                  + " scikit-learn: option zipmap=False)")
                              .formatted(node.name(), node.describe())));
      answered.put(actual.name(), actual);
    }
    for (TensorSpec promised : contract) {
      TensorSpec actual = answered.get(promised.name());
      if (actual == null) {
        throw new ModelRefused(
            ModelRefused.Reason.AGAINST_CONTRACT,
            "output %s of the model's contract is missing; the graph has %s"
                .formatted(promised.name(), answered.keySet()));
      }
      requireFit(promised, actual, "output");
    }
  }

  private static void requireFit(TensorSpec promised, TensorSpec actual, String what)
      throws ModelRefused {
    if (promised.datatype() != actual.datatype() || !promised.admits(actual.shape())) {
      throw new ModelRefused(
          ModelRefused.Reason.AGAINST_CONTRACT,
          "%s %s does not fit the model's contract, which says %s"
              .formatted(what, actual, promised));
    }
  }
}
