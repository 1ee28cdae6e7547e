package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.Tensor;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Reads the JSON of an inference request straight into tensors that keep the model's contract, or
 * refuses it. Immutable, thread-safe.
 */
final class InferenceParser {

  private final JsonFactory factory;
  private final RequestLimits limits;

  InferenceParser(RequestLimits limits) {
    this.limits = limits;
    this.factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(limits.depth())
                    .maxNameLength(RequestReader.LONGEST_NAME)
                    .maxStringLength(limits.bodyBytes())
                    .build())
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
  }

  /**
   * What was asked.
   *
   * @param id the client's own; empty if there is none
   * @param inputs every column of the contract
   * @param outputs those that the client wants, in its order
   */
  record Parsed(String id, Map<String, Tensor> inputs, int rows, List<String> outputs) {}

  /**
   * Reads a request.
   *
   * @throws RequestRefused if it is not JSON, not a request, or against the contract
   */
  Parsed parse(byte[] body, ModelContract contract) {
    try (JsonParser json = factory.createParser(body)) {
      RequestReader reading = new RequestReader(json, contract, limits.rows());
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw invalid("the body must be a JSON object");
      }
      reading.readRequest();
      if (json.nextToken() != null) {
        throw invalid("there is something behind the JSON object");
      }
      return reading.finish();
    } catch (StreamConstraintsException e) {
      throw invalid(
          "the body is nested deeper than %d levels, or holds a name or a number of excessive"
              + " length",
          limits.depth());
    } catch (JsonProcessingException e) {
      throw invalid("the body is not valid JSON%s", where(e));
    } catch (IOException e) {
      throw invalid("the body is not valid JSON text");
    }
  }

  // The parser's own message may quote the whole body; the place is enough.
  private static String where(JsonProcessingException e) {
    return e.getLocation() == null
        ? ""
        : " at line %d, column %d"
            .formatted(e.getLocation().getLineNr(), e.getLocation().getColumnNr());
  }
}
