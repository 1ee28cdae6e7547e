package dev.understudy.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.understudy.gateway.inference.Answer;
import dev.understudy.gateway.routing.PredictionId;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.InputContract;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Whatever comes as a body is read or refused, never anything else. With {@code JAZZER_FUZZ=1} in
 * the environment one method makes up bodies for as long as it says; else the seeds are tried.
 */
class ParserFuzzTest {
  private static final InferenceParser PARSER =
      new InferenceParser(new RequestLimits(1 << 20, 16, 1_000));
  private static final ModelContract EVERYTHING = everything();
  private static final JsonFactory OTHERS =
      JsonFactory.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private static ModelContract everything() {
    List<Column> columns = new ArrayList<>();
    List<TensorSpec> outputs = new ArrayList<>();
    for (Datatype datatype : Datatype.values()) {
      String name = datatype.name().toLowerCase(Locale.ROOT);
      Column column =
          new Column(
              name,
              datatype,
              List.of(-1L, -1L),
              datatype.canBeMissing(),
              datatype.isFloat(),
              List.of(),
              OptionalDouble.empty(),
              OptionalDouble.empty());
      columns.add(column);
      outputs.add(column.spec());
    }
    // What cannot be missing would have to be in every body.
    columns.removeIf(column -> !column.mayBeMissing());
    columns.add(
        new Column(
            "int64",
            Datatype.INT64,
            List.of(-1L, -1L),
            false,
            false,
            List.of(),
            OptionalDouble.of(-1_000),
            OptionalDouble.of(1_000)));
    return new ModelContract(new InputContract(columns), outputs);
  }

  /** The first two bytes are the length of the JSON; more than there is: all of it. */
  @FuzzTest(maxDuration = "20s")
  void anyBodyIsReadOrRefused(byte[] input) {
    if (input.length < 2) {
      return;
    }
    byte[] body = Arrays.copyOfRange(input, 2, input.length);
    int jsonLength = Math.min(body.length, (input[0] & 0xFF) << 8 | input[1] & 0xFF);
    InferenceParser.Parsed parsed;
    try {
      parsed = PARSER.parse(body, jsonLength, EVERYTHING);
    } catch (RequestRefused refused) {
      return;
    }
    answer(parsed);
  }

  // What was read can be written, as JSON and as bytes.
  private static void answer(InferenceParser.Parsed parsed) {
    List<OutputWish> wishes = new ArrayList<>();
    for (Tensor tensor : parsed.inputs().values()) {
      wishes.add(new OutputWish(tensor.name(), tensor.datatype().isHalf(), 0));
    }
    AnswerWriter.Written written =
        AnswerWriter.write(
            new Answer.Predicted(
                new PredictionId("id"),
                "m",
                "1",
                "1",
                List.copyOf(parsed.inputs().values()),
                Optional.empty()),
            parsed.id(),
            wishes,
            parsed.parameters().nonFiniteAsWords());
    byte[] json = written.body().getBytes(0, written.jsonLength());
    if (!isJson(json)) {
      throw new AssertionError("not JSON: " + new String(json, UTF_8));
    }
  }

  /** Nothing is taken for JSON that others refuse. */
  @FuzzTest(maxDuration = "20s")
  void whatIsReadIsJson(byte[] text) {
    JsonBytes json = new JsonBytes(text, 0, text.length, 100);
    try {
      json.skipValue();
      if (!json.atEnd()) {
        return;
      }
    } catch (RequestRefused refused) {
      return;
    }
    if (!isJson(text)) {
      throw new AssertionError("taken for JSON: " + Arrays.toString(text));
    }
  }

  private static boolean isJson(byte[] text) {
    try (JsonParser others = OTHERS.createParser(text)) {
      others.nextToken();
      others.skipChildren();
      others.finishToken();
      return others.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }
}
