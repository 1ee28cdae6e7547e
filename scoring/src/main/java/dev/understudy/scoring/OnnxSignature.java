package dev.understudy.scoring;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Holds what a graph takes and answers against the contract of its model. */
final class OnnxSignature {
  private OnnxSignature() {}

  /** The inputs of the graph, each a column of the contract. */
  static List<TensorSpec> inputs(OrtSession session, InputContract contract)
      throws ModelRefused, OrtException {
    List<TensorSpec> inputs = new ArrayList<>();
    for (NodeInfo node : session.getInputInfo().values()) {
      TensorSpec actual =
          OnnxTensors.spec(node)
              .orElseThrow(
                  () ->
                      new ModelRefused(
                          ModelRefused.Reason.AGAINST_CONTRACT,
                          "input %s is no tensor of a supported type".formatted(node.getName())));
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
  static void checkOutputs(OrtSession session, List<TensorSpec> contract)
      throws ModelRefused, OrtException {
    Map<String, TensorSpec> answered = new LinkedHashMap<>();
    for (NodeInfo node : session.getOutputInfo().values()) {
      TensorSpec actual =
          OnnxTensors.spec(node)
              .orElseThrow(
                  () ->
                      new ModelRefused(
                          ModelRefused.Reason.UNSUPPORTED_OUTPUT,
                          ("output %s is a %s; export plain tensors of a standard type (for"
                                  + " scikit-learn: option zipmap=False)")
                              .formatted(node.getName(), OnnxTensors.describe(node))));
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
