package dev.understudy.scoring;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A request of the Open Inference Protocol: JSON, and behind it the tensors if they are binary.
 *
 * @param jsonBytes the length of the JSON part
 */
record RemoteBody(byte[] bytes, int jsonBytes) {

  /**
   * Writes a request.
   *
   * @throws IllegalArgumentException if a value has no form in JSON
   */
  static RemoteBody of(List<Tensor> inputs, List<TensorSpec> outputs, boolean binary)
      throws IOException {
    List<byte[]> tensors = new ArrayList<>();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = Json.factory().createGenerator(body)) {
      json.writeStartObject();
      json.writeArrayFieldStart("inputs");
      for (Tensor input : inputs) {
        json.writeStartObject();
        json.writeStringField("name", input.name());
        json.writeStringField("datatype", input.datatype().name());
        json.writeArrayFieldStart("shape");
        for (long dimension : input.shape()) {
          json.writeNumber(dimension);
        }
        json.writeEndArray();
        if (binary) {
          byte[] raw = RawTensor.write(input);
          tensors.add(raw);
          json.writeObjectFieldStart("parameters");
          json.writeNumberField("binary_data_size", raw.length);
          json.writeEndObject();
        } else {
          json.writeArrayFieldStart("data");
          data(json, input);
          json.writeEndArray();
        }
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayFieldStart("outputs");
      for (TensorSpec output : outputs) {
        json.writeStartObject();
        json.writeStringField("name", output.name());
        if (binary) {
          json.writeObjectFieldStart("parameters");
          json.writeBooleanField("binary_data", true);
          json.writeEndObject();
        }
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    int jsonBytes = body.size();
    for (byte[] tensor : tensors) {
      body.writeBytes(tensor);
    }
    return new RemoteBody(body.toByteArray(), jsonBytes);
  }

  private static void data(JsonGenerator json, Tensor tensor) throws IOException {
    for (int i = 0; i < tensor.size(); i++) {
      switch (tensor.values()) {
        case float[] floats -> {
          // JSON has no NaN; null is what servers read as one.
          if (Float.isNaN(floats[i])) {
            json.writeNull();
          } else {
            json.writeNumber(floats[i]);
          }
        }
        case double[] doubles -> {
          if (Double.isNaN(doubles[i])) {
            json.writeNull();
          } else {
            json.writeNumber(doubles[i]);
          }
        }
        case byte[][] texts -> json.writeString(text(tensor, texts[i]));
        case long[] integers -> {
          switch (tensor.datatype()) {
            case BOOL -> json.writeBoolean(integers[i] != 0);
            case UINT64 -> json.writeNumber(Long.toUnsignedString(integers[i]));
            default -> json.writeNumber(integers[i]);
          }
        }
        default ->
            throw new IllegalArgumentException("input %s has no form in JSON".formatted(tensor));
      }
    }
  }

  private static String text(Tensor tensor, byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "input %s holds bytes that are no UTF-8, and the server takes only JSON"
              .formatted(tensor),
          e);
    }
  }
}
