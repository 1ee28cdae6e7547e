package dev.understudy.scoring;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Holds what a server says of its model against the contract. */
final class RemoteSignature {
  private RemoteSignature() {}

  /**
   * The inputs that the remote model reads, each a column of the contract.
   *
   * @param binary whether the server takes binary tensors; halves have no other form
   */
  static List<TensorSpec> check(JsonNode metadata, ModelContract contract, boolean binary)
      throws ModelRefused {
    try {
      List<TensorSpec> inputs = specs(metadata, "inputs");
      if (inputs.isEmpty()) {
        throw refused("it has no inputs");
      }
      for (TensorSpec input : inputs) {
        Column column =
            contract
                .inputs()
                .column(input.name())
                .orElseThrow(
                    () ->
                        refused(
                            "input %s is not in the model's contract, which has %s"
                                .formatted(input.name(), contract.inputs().names())));
        requireFit("input", column.spec(), input, binary);
      }
      List<TensorSpec> outputs = specs(metadata, "outputs");
      for (TensorSpec promised : contract.outputs()) {
        TensorSpec output =
            outputs.stream()
                .filter(one -> one.name().equals(promised.name()))
                .findFirst()
                .orElseThrow(
                    () ->
                        refused(
                            "output %s of the model's contract is missing; the server names %s"
                                .formatted(promised.name(), outputs)));
        requireFit("output", promised, output, binary);
      }
      return inputs;
    } catch (IllegalArgumentException e) {
      throw new ModelRefused(
          ModelRefused.Reason.AGAINST_CONTRACT, "the remote model: " + e.getMessage(), e);
    }
  }

  private static void requireFit(
      String what, TensorSpec promised, TensorSpec actual, boolean binary) {
    if (promised.datatype() != actual.datatype() || !promised.admits(actual.shape())) {
      throw refused(
          "%s %s does not fit the model's contract, which says %s"
              .formatted(what, actual, promised));
    }
    if (actual.datatype().isHalf() && !binary) {
      throw refused(
          "%s %s has no form in JSON, and the server does not list binary_tensor_data"
              .formatted(what, actual));
    }
  }

  private static List<TensorSpec> specs(JsonNode metadata, String name) {
    List<TensorSpec> specs = new ArrayList<>();
    for (JsonNode tensor : Json.array(metadata, name)) {
      String datatype = Json.text(tensor, "datatype");
      List<Long> shape = new ArrayList<>();
      for (JsonNode dimension : Json.array(tensor, "shape")) {
        shape.add(dimension.asLong(-1));
      }
      specs.add(
          new TensorSpec(
              Json.text(tensor, "name"),
              Datatype.of(datatype)
                  .orElseThrow(() -> refused("datatype '%s' is unknown".formatted(datatype))),
              shape));
    }
    return List.copyOf(specs);
  }

  private static IllegalArgumentException refused(String why) {
    return new IllegalArgumentException(why);
  }
}
