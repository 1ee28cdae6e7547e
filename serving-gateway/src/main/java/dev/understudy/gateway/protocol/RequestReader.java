package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;
import static dev.understudy.gateway.protocol.RequestRefused.quote;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import dev.understudy.contracts.ProblemType;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One request while it is being read. Not thread-safe. */
final class RequestReader {
  /** Of any name or id, in characters. */
  static final int LONGEST_NAME = 1_000;

  private static final int MOST_DIMENSIONS = 8;

  /** What we would have to honour and do not: better refused than ignored. */
  private static final Set<String> UNSUPPORTED_PARAMETERS =
      Set.of(
          "binary_data_size",
          "shared_memory_region",
          "classification",
          "binary_data",
          "binary_data_output");

  private final JsonParser json;
  private final ModelContract contract;
  private final int mostRows;
  private final Map<String, Tensor> given = new LinkedHashMap<>();
  private String id = "";
  private boolean hasInputs;
  private @Nullable List<String> outputs;

  RequestReader(JsonParser json, ModelContract contract, int mostRows) {
    this.json = json;
    this.contract = contract;
    this.mostRows = mostRows;
  }

  void readRequest() throws IOException {
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String member = json.currentName();
      JsonToken value = json.nextToken();
      switch (member) {
        case "id" -> id = text("id", value);
        case "parameters" -> readParameters("the request", value);
        case "inputs" -> {
          hasInputs = true;
          readInputs(value);
        }
        case "outputs" -> outputs = readOutputs(value);
        default -> json.skipChildren();
      }
    }
  }

  private void readInputs(JsonToken value) throws IOException {
    if (value != JsonToken.START_ARRAY) {
      throw invalid("'inputs' must be an array of tensors");
    }
    for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
      Tensor tensor = readInput(i);
      if (given.put(tensor.name(), tensor) != null) {
        throw invalid("input %s is given twice", tensor.name());
      }
    }
  }

  private Tensor readInput(int position) throws IOException {
    String at = "inputs[" + position + "]";
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw invalid("%s must be an object", at);
    }
    Column column = null;
    String datatype = null;
    long[] shape = null;
    Tensor tensor = null;
    TokenBuffer early = null;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String member = json.currentName();
      JsonToken value = json.nextToken();
      switch (member) {
        case "name" -> column = column(text(at + ".name", value));
        case "datatype" -> datatype = text(at + ".datatype", value);
        case "shape" -> shape = shape(at, value);
        case "parameters" -> readParameters(at, value);
        case "data" -> {
          if (column != null && datatype != null && shape != null) {
            tensor = read(json, column, datatype, shape);
          } else {
            early = new TokenBuffer(json);
            early.copyCurrentStructure(json);
          }
        }
        default -> json.skipChildren();
      }
    }
    if (tensor != null) {
      return tensor;
    }
    if (column == null) {
      throw invalid("%s: 'name' is missing", at);
    }
    if (datatype == null || shape == null || early == null) {
      throw invalid(
          "input %s: '%s' is missing",
          column.name(), datatype == null ? "datatype" : shape == null ? "shape" : "data");
    }
    // Only here is the data kept as tokens: members came in an order that hides their meaning.
    try (JsonParser again = early.asParserOnFirstToken()) {
      return read(again, column, datatype, shape);
    }
  }

  private Tensor read(JsonParser data, Column column, String datatype, long[] shape)
      throws IOException {
    if (!column.datatype().name().equals(datatype)) {
      throw invalid(
          "input %s: datatype %s is needed, not %s",
          column.name(), column.datatype(), quote(datatype));
    }
    requireShape(column, shape);
    return TensorReader.read(data, column, shape);
  }

  private void requireShape(Column column, long[] shape) {
    boolean fits = shape.length == column.shape().size();
    for (int i = 0; fits && i < shape.length; i++) {
      long wanted = column.shape().get(i);
      fits = wanted < 0 || wanted == shape[i];
    }
    if (!fits) {
      throw invalid(
          "input %s: shape %s is needed (-1: the number of rows), not %s",
          column.name(), column.shape(), Arrays.toString(shape));
    }
    for (int i = 0; i < shape.length; i++) {
      if (shape[i] < 1 || (column.shape().get(i) < 0 && shape[i] > mostRows)) {
        throw invalid(
            "input %s: 1 to %d rows can be sent, not %d", column.name(), mostRows, shape[i]);
      }
    }
  }

  private Column column(String name) {
    return contract
        .inputs()
        .column(name)
        .orElseThrow(
            () ->
                invalid(
                    "the model has no input %s; it has %s",
                    quote(name), contract.inputs().names()));
  }

  private long[] shape(String at, JsonToken value) throws IOException {
    if (value != JsonToken.START_ARRAY) {
      throw invalid("%s.shape must be an array of whole numbers", at);
    }
    List<Long> shape = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
          || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          || json.getLongValue() < 0
          || shape.size() == MOST_DIMENSIONS) {
        throw invalid("%s.shape must be an array of at most %d whole numbers", at, MOST_DIMENSIONS);
      }
      shape.add(json.getLongValue());
    }
    return shape.stream().mapToLong(Long::longValue).toArray();
  }

  private List<String> readOutputs(JsonToken value) throws IOException {
    if (value != JsonToken.START_ARRAY) {
      throw invalid("'outputs' must be an array");
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
      String name = readOutput("outputs[" + i + "]");
      if (names.contains(name)) {
        throw invalid("output %s is asked for twice", name);
      }
      names.add(name);
    }
    return names;
  }

  private String readOutput(String at) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      throw invalid("%s must be an object", at);
    }
    String name = null;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String member = json.currentName();
      JsonToken value = json.nextToken();
      switch (member) {
        case "name" -> name = text(at + ".name", value);
        case "parameters" -> readParameters(at, value);
        default -> json.skipChildren();
      }
    }
    if (name == null) {
      throw invalid("%s: 'name' is missing", at);
    }
    String wanted = name;
    if (contract.outputs().stream().noneMatch(output -> output.name().equals(wanted))) {
      throw invalid(
          "the model has no output %s; it has %s",
          quote(name), contract.outputs().stream().map(TensorSpec::name).toList());
    }
    return name;
  }

  private void readParameters(String at, JsonToken value) throws IOException {
    if (value != JsonToken.START_OBJECT) {
      throw invalid("the parameters of %s must be an object", at);
    }
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String parameter = json.currentName();
      JsonToken setting = json.nextToken();
      boolean wanted = setting != JsonToken.VALUE_FALSE;
      if (wanted && UNSUPPORTED_PARAMETERS.contains(parameter)) {
        throw new RequestRefused(
            ProblemType.NOT_SUPPORTED,
            "%s: the parameter %s is not supported; send and take tensors as JSON"
                .formatted(at, parameter));
      }
      if (setting.isStructStart() && !parameter.equals("headers")
          || setting == JsonToken.VALUE_NULL) {
        throw invalid(
            "%s: the parameter %s must be a text, a number, true or false", at, quote(parameter));
      }
      json.skipChildren();
    }
  }

  private String text(String what, JsonToken value) throws IOException {
    if (value != JsonToken.VALUE_STRING) {
      throw invalid("'%s' must be a text", what);
    }
    String text = json.getText();
    if (text.length() > LONGEST_NAME) {
      throw invalid("'%s' is longer than %d characters", what, LONGEST_NAME);
    }
    return text;
  }

  InferenceParser.Parsed finish() {
    if (!hasInputs) {
      throw invalid("'inputs' is missing");
    }
    int rows = rows();
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (Column column : contract.inputs().columns()) {
      Tensor tensor = given.get(column.name());
      if (tensor == null && !column.mayBeMissing()) {
        throw invalid("input %s is missing", column.name());
      }
      inputs.put(column.name(), tensor == null ? column.missing(rows) : tensor);
    }
    return new InferenceParser.Parsed(
        id,
        inputs,
        rows,
        Optional.ofNullable(outputs)
            .filter(asked -> !asked.isEmpty())
            .orElseGet(() -> contract.outputs().stream().map(TensorSpec::name).toList()));
  }

  private int rows() {
    if (given.isEmpty()) {
      throw invalid("no input was given; the model has %s", contract.inputs().names());
    }
    Tensor first = given.values().iterator().next();
    for (Tensor tensor : given.values()) {
      if (tensor.rows() != first.rows()) {
        throw invalid(
            "input %s has %d rows, input %s has %d",
            first.name(), first.rows(), tensor.name(), tensor.rows());
      }
    }
    return Math.toIntExact(first.rows());
  }
}
