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
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

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
  private final RequestAssembly assembly;
  private String id = "";
  private boolean hasInputs;

  RequestReader(JsonParser json, ModelContract contract, int mostRows) {
    this.json = json;
    this.assembly = new RequestAssembly(contract, mostRows);
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
        case "outputs" -> readOutputs(value);
        default -> json.skipChildren();
      }
    }
  }

  private void readInputs(JsonToken value) throws IOException {
    if (value != JsonToken.START_ARRAY) {
      throw invalid("'inputs' must be an array of tensors");
    }
    for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
      assembly.add(readInput(i));
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
        case "name" -> column = assembly.column(text(at + ".name", value));
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
    assembly.require(column, datatype, shape);
    return TensorReader.read(data, column, shape);
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

  private void readOutputs(JsonToken value) throws IOException {
    if (value != JsonToken.START_ARRAY) {
      throw invalid("'outputs' must be an array");
    }
    for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
      assembly.ask(readOutput("outputs[" + i + "]"));
    }
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
    RequestAssembly.Assembled assembled = assembly.finish();
    return new InferenceParser.Parsed(
        id, assembled.inputs(), assembled.rows(), assembled.outputs());
  }
}
