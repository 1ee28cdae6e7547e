package dev.understudy.collector.outcome;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.understudy.contracts.v1.OutcomeObserved;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads {@code {"outcomes": [{...}, ...]}}, strictly. */
final class JsonBatch {
  private static final String OUTCOMES = "outcomes";
  private static final int DEEPEST = 4;
  private static final ObjectReader READER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .reader();

  private JsonBatch() {}

  /**
   * The outcomes of the batch.
   *
   * @throws OutcomeProblem naming row and field of the first that cannot be taken
   */
  static List<OutcomeObserved> read(byte[] body, int most) {
    JsonNode root;
    try {
      root = READER.readTree(body);
    } catch (IOException e) {
      throw OutcomeProblem.ofField(
          OUTCOMES, "the body is not JSON of the form {\"outcomes\": [...]}: " + shorten(e));
    }
    JsonNode outcomes = root == null ? null : root.get(OUTCOMES);
    if (root == null || !root.isObject() || outcomes == null || !outcomes.isArray()) {
      throw OutcomeProblem.ofField(OUTCOMES, "the body must be {\"outcomes\": [...]}");
    }
    for (Map.Entry<String, JsonNode> other : root.properties()) {
      if (!other.getKey().equals(OUTCOMES)) {
        throw OutcomeProblem.ofField(other.getKey(), "is not known beside outcomes");
      }
    }
    BatchSize.check(outcomes.size(), most);
    List<OutcomeObserved> read = new ArrayList<>(outcomes.size());
    for (JsonNode one : outcomes) {
      read.add(read(read.size() + 1, one));
    }
    return read;
  }

  private static OutcomeObserved read(int number, JsonNode one) {
    OutcomeFields fields = new OutcomeFields(number);
    if (!one.isObject()) {
      throw fields.problem(OUTCOMES, "is not an object");
    }
    for (Map.Entry<String, JsonNode> entry : one.properties()) {
      read(fields, entry.getKey(), entry.getValue());
    }
    return fields.outcome();
  }

  private static void read(OutcomeFields fields, String field, JsonNode value) {
    switch (field) {
      case OutcomeFields.PREDICTION_ID -> fields.predictionId(text(fields, field, value));
      case OutcomeFields.ROW -> fields.row(whole(fields, field, value));
      case OutcomeFields.PROJECT -> fields.project(text(fields, field, value));
      case OutcomeFields.MODEL -> fields.model(text(fields, field, value));
      case OutcomeFields.NAME -> fields.name(text(fields, field, value));
      case OutcomeFields.VALUE -> value(fields, value);
      case OutcomeFields.REVISION -> fields.revision(whole(fields, field, value));
      case OutcomeFields.SOURCE -> fields.source(text(fields, field, value));
      case OutcomeFields.LABELLING_PROBABILITY -> {
        if (!value.isNull()) {
          fields.labellingProbability(number(fields, field, value));
        }
      }
      default ->
          throw fields.problem(shorten(field), "is not known; known are " + OutcomeFields.ALL);
    }
  }

  private static void value(OutcomeFields fields, JsonNode value) {
    switch (value.getNodeType()) {
      case STRING -> fields.text(value.textValue());
      case NUMBER -> fields.number(value.doubleValue());
      case BOOLEAN -> fields.flag(value.booleanValue());
      case ARRAY, BINARY, MISSING, NULL, OBJECT, POJO ->
          throw fields.problem(OutcomeFields.VALUE, "is not a text, a number or a truth value");
    }
  }

  private static String text(OutcomeFields fields, String field, JsonNode value) {
    if (!value.isTextual()) {
      throw fields.problem(field, "is not a text");
    }
    return value.textValue();
  }

  private static long whole(OutcomeFields fields, String field, JsonNode value) {
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw fields.problem(field, "is not a whole number");
    }
    return value.longValue();
  }

  private static double number(OutcomeFields fields, String field, JsonNode value) {
    if (!value.isNumber()) {
      throw fields.problem(field, "is not a number");
    }
    return value.doubleValue();
  }

  private static String shorten(IOException failure) {
    return failure instanceof JsonProcessingException json
        ? shorten(json.getOriginalMessage())
        : "it cannot be read";
  }

  private static String shorten(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "...";
  }
}
