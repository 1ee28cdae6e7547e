package dev.understudy.scoring;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What a server says of its model.
 *
 * @param binary whether it takes binary tensors; halves have no other form
 */
record RemoteSignature(List<TensorSpec> inputs, List<TensorSpec> outputs, boolean binary) {
  RemoteSignature {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
  }

  /**
   * From the protocol's JSON.
   *
   * @throws IllegalArgumentException if it is none
   */
  static RemoteSignature of(JsonNode metadata, boolean binary) {
    return new RemoteSignature(specs(metadata, "inputs"), specs(metadata, "outputs"), binary);
  }

  private static List<TensorSpec> specs(JsonNode metadata, String name) {
    List<TensorSpec> specs = new ArrayList<>();
    for (JsonNode tensor : Json.array(metadata, name)) {
      List<Long> shape = new ArrayList<>();
      for (JsonNode dimension : Json.array(tensor, "shape")) {
        shape.add(dimension.asLong(-1));
      }
      specs.add(spec(Json.text(tensor, "name"), Json.text(tensor, "datatype"), shape));
    }
    return specs;
  }

  /**
   * A tensor by the protocol's words.
   *
   * @throws IllegalArgumentException if there is no such datatype
   */
  static TensorSpec spec(String name, String datatype, List<Long> shape) {
    return new TensorSpec(
        name,
        Datatype.of(datatype)
            .orElseThrow(() -> refused("datatype '%s' is unknown".formatted(datatype))),
        shape);
  }

  /**
   * Holds it against the contract: each input is a column of it, and no output of it is missing.
   *
   * @throws IllegalArgumentException if it does not fit
   */
  void check(ModelContract contract) {
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
      requireFit("input", column.spec(), input);
    }
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
      requireFit("output", promised, output);
    }
  }

  private void requireFit(String what, TensorSpec promised, TensorSpec actual) {
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

  private static IllegalArgumentException refused(String why) {
    return new IllegalArgumentException(why);
  }
}
