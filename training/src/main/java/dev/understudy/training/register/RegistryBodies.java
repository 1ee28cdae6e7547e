package dev.understudy.training.register;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.TensorSpec;
import dev.understudy.training.data.CreditContract;
import dev.understudy.training.pipeline.Metrics;
import dev.understudy.training.pipeline.Run;
import java.util.List;

/** The requests of the registry's API as JSON. */
final class RegistryBodies {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private RegistryBodies() {}

  static ObjectNode project(String name) {
    return JSON.objectNode().put("name", name);
  }

  /** The sample model under some name. */
  static ObjectNode model(String name) {
    ObjectNode body = JSON.objectNode().put("name", name).put("task", CreditContract.TASK);
    ArrayNode inputs = body.putArray("inputs");
    CreditContract.model().inputs().columns().forEach(column -> inputs.add(input(column)));
    ArrayNode outputs = body.putArray("outputs");
    CreditContract.model().outputs().forEach(output -> outputs.add(tensor(output)));
    body.putObject("meaning")
        .put("output", CreditContract.OUTPUT)
        .put("outcome", CreditContract.OUTCOME)
        .put("positive", CreditContract.POSITIVE)
        .put("negative", CreditContract.NEGATIVE)
        .put("threshold", CreditContract.THRESHOLD);
    return body;
  }

  private static ObjectNode tensor(TensorSpec spec) {
    ObjectNode node =
        JSON.objectNode().put("name", spec.name()).put("datatype", spec.datatype().name());
    ArrayNode shape = node.putArray("shape");
    spec.shape().forEach(dimension -> shape.add(dimension));
    return node;
  }

  private static ObjectNode input(Column column) {
    ObjectNode node =
        tensor(column.spec())
            .put("may_be_missing", column.mayBeMissing())
            .put("may_be_nan", column.mayBeNan());
    if (!column.categories().isEmpty()) {
      node.set("categories", texts(column.categories()));
    }
    column.minimum().ifPresent(minimum -> node.put("minimum", minimum));
    column.maximum().ifPresent(maximum -> node.put("maximum", maximum));
    return node;
  }

  /** A version with the run that it came from. */
  static ObjectNode version(Run run) {
    ObjectNode body =
        JSON.objectNode()
            .put("sha256", run.sha256())
            .put("format", "onnx")
            .put("description", run.description());
    ObjectNode metrics = body.putObject("metrics");
    put(metrics, "train", run.train());
    put(metrics, "test", run.test());
    ObjectNode parameters = body.putObject("parameters");
    run.parameters().forEach(parameters::putPOJO);
    ObjectNode how = body.putObject("run");
    how.put("id", run.id())
        .put("recipe", run.recipe())
        .put("seed", run.seed())
        .put("data_sha256", run.dataSha256())
        .put("trainer", run.trainer());
    how.set("columns", texts(run.columns()));
    return body;
  }

  private static void put(ObjectNode metrics, String rows, Metrics values) {
    metrics
        .put(rows + "_rows", values.n())
        .put(rows + "_accuracy", values.accuracy())
        .put(rows + "_auc", values.auc())
        .put(rows + "_log_loss", values.logLoss());
  }

  private static ArrayNode texts(List<String> values) {
    ArrayNode array = JSON.arrayNode();
    values.forEach(value -> array.add(value));
    return array;
  }
}
