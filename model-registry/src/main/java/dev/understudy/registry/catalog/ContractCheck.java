package dev.understudy.registry.catalog;

import dev.understudy.contracts.ProblemType;
import dev.understudy.contracts.v1.InputColumn;
import dev.understudy.registry.artefact.OnnxOutline;
import dev.understudy.registry.artefact.OnnxOutline.Port;
import dev.understudy.registry.artefact.PmmlOutline;
import dev.understudy.registry.problem.Refused;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Whether a graph keeps its model's contract: takes a subset of the inputs, gives every output. */
final class ContractCheck {
  private record Column(String name, String datatype, List<Long> shape) {}

  private ContractCheck() {}

  static void check(ModelSpec model, OnnxOutline graph) {
    var columns =
        model.inputColumns().stream()
            .map(one -> new Column(one.getName(), one.getDatatype(), one.getShapeList()))
            .collect(Collectors.toMap(Column::name, Function.identity()));
    for (Port input : graph.inputs()) {
      Column column = columns.get(input.name());
      if (column == null) {
        throw refused("its input '%s' is not in the model's contract".formatted(input.name()));
      }
      compare("input", input, column, false);
    }
    if (graph.inputs().isEmpty()) {
      throw refused("its graph has no input");
    }
    var ports =
        graph.outputs().stream()
            .collect(Collectors.toMap(Port::name, Function.identity(), (a, b) -> a));
    model.outputColumns().stream()
        .map(one -> new Column(one.getName(), one.getDatatype(), one.getShapeList()))
        .forEach(
            column -> {
              Port output = ports.get(column.name());
              if (output == null) {
                throw refused(
                    "its graph lacks the output '%s' of the model's contract"
                        .formatted(column.name()));
              }
              compare("output", output, column, true);
            });
  }

  /** Names alone: PMML converts types, and the gateway checks them before a version may serve. */
  static void check(ModelSpec model, PmmlOutline document) {
    Set<String> columns =
        model.inputColumns().stream().map(InputColumn::getName).collect(Collectors.toSet());
    for (String field : document.activeFields()) {
      if (!columns.contains(field)) {
        throw refused("its active field '%s' is not in the model's contract".formatted(field));
      }
    }
    model
        .outputColumns()
        .forEach(
            output -> {
              if (!document.outputFields().isEmpty()
                  && !document.outputFields().contains(output.getName())) {
                throw refused(
                    "it lacks an OutputField '%s', which the model's contract has"
                        .formatted(output.getName()));
              }
            });
  }

  private static void compare(String what, Port port, Column column, boolean answered) {
    if (!port.datatype().equals(column.datatype())) {
      throw refused(
          "its %s '%s' is %s, the model's contract says %s"
              .formatted(what, port.name(), port.datatype(), column.datatype()));
    }
    if (port.shape().isPresent() && !fits(port.shape().get(), column.shape(), answered)) {
      throw refused(
          "its %s '%s' has the shape %s, the model's contract says %s"
              .formatted(what, port.name(), port.shape().get(), column.shape()));
    }
  }

  /**
   * An open size fits any, and the number of rows must be open. Where the contract leaves another
   * size open, the graph must take any, but may answer with one.
   */
  private static boolean fits(List<Long> graph, List<Long> contract, boolean answered) {
    if (graph.size() != contract.size()) {
      return false;
    }
    for (int i = 0; i < graph.size(); i++) {
      boolean any = graph.get(i) == -1 || (answered && i > 0 && contract.get(i) == -1);
      if (!any && !graph.get(i).equals(contract.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static Refused refused(String why) {
    return Refused.field(ProblemType.INVALID_ARTEFACT, "sha256", why);
  }
}
