package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;

import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.Tensor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/**
 * Reads the body of an inference request, JSON with or without binary tensors behind it, straight
 * into tensors that keep the model's contract, or refuses it. Immutable, thread-safe.
 */
final class InferenceParser {
  private final RequestLimits limits;

  InferenceParser(RequestLimits limits) {
    this.limits = limits;
  }

  /**
   * What was asked.
   *
   * @param id the client's own; empty if there is none
   * @param inputs every column of the contract
   * @param outputs those that the client wants, in its order
   * @param heapBytes of the inputs' elements
   */
  record Parsed(
      String id,
      Map<String, Tensor> inputs,
      int rows,
      List<OutputWish> outputs,
      RequestParameters parameters,
      long heapBytes) {}

  /**
   * Reads a request of JSON alone.
   *
   * @throws RequestRefused if it is not JSON, not a request, or against the contract
   */
  Parsed parse(byte[] body, ModelContract contract) {
    return parse(body, body.length, contract);
  }

  /**
   * Reads a request.
   *
   * @param jsonLength of the JSON; binary tensors take the rest. 0: there is no JSON, and the body
   *     is the only input of the model
   * @throws RequestRefused if it is not JSON, not a request, or against the contract
   */
  Parsed parse(byte[] body, int jsonLength, ModelContract contract) {
    if (jsonLength == 0 && body.length > 0) {
      return RawRequest.read(body, contract, limits.rows());
    }
    JsonBytes json = new JsonBytes(body, 0, jsonLength, limits.depth());
    if (json.atEnd() || body[json.position()] != '{') {
      throw jsonLength < body.length
          ? invalid("the body must begin with a JSON object")
          : invalid(
              "the body must be a JSON object; with binary tensors behind it, or instead of it, it needs the header %s, which says how long the JSON is",
              Headers.JSON_LENGTH);
    }
    ByteBuffer binary = ByteBuffer.wrap(body, jsonLength, body.length - jsonLength);
    RequestReader reading = new RequestReader(json, binary, contract, limits.rows());
    reading.readRequest();
    if (!json.atEnd()) {
      throw invalid("there is something behind the JSON object");
    }
    return reading.finish();
  }
}
