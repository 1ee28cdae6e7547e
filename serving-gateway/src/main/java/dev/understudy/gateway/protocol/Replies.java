package dev.understudy.gateway.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.understudy.gateway.inference.Answer;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.Model;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The JSON that the protocol answers with. Stateless. */
final class Replies {
  private static final JsonFactory FACTORY = new JsonFactory();

  /** What the server calls itself. */
  static final String SERVER = "understudy";

  /** Only those that work, over either protocol. */
  static final List<String> EXTENSIONS = List.of();

  private Replies() {}

  static Buffer error(String text) {
    return object(json -> json.writeStringField("error", text));
  }

  static Buffer live() {
    return object(json -> json.writeBooleanField("live", true));
  }

  static Buffer ready(boolean ready) {
    return object(
        json -> {
          json.writeBooleanField("ready", ready);
          if (!ready) {
            json.writeStringField("error", "not every model that must be served is loaded yet");
          }
        });
  }

  static Buffer modelReady(String model) {
    return object(
        json -> {
          json.writeStringField("name", model);
          json.writeBooleanField("ready", true);
        });
  }

  static Buffer server(String version) {
    return object(
        json -> {
          json.writeStringField("name", SERVER);
          json.writeStringField("version", version);
          json.writeArrayFieldStart("extensions");
          for (String extension : EXTENSIONS) {
            json.writeString(extension);
          }
          json.writeEndArray();
        });
  }

  static Buffer metadata(ServedModel model, Optional<String> version) {
    return object(
        json -> {
          json.writeStringField("name", model.name());
          json.writeArrayFieldStart("versions");
          Collection<String> versions =
              version.<Collection<String>>map(List::of).orElseGet(model::versions);
          for (String name : versions) {
            json.writeString(name);
          }
          json.writeEndArray();
          json.writeStringField(
              "platform",
              model
                  .version(version.orElseGet(() -> model.route().current()))
                  .map(lease -> lease.model())
                  .map(Model::platform)
                  .orElse(""));
          json.writeArrayFieldStart("inputs");
          for (var column : model.contract().inputs().columns()) {
            spec(json, column.spec());
          }
          json.writeEndArray();
          json.writeArrayFieldStart("outputs");
          for (TensorSpec output : model.contract().outputs()) {
            spec(json, output);
          }
          json.writeEndArray();
        });
  }

  private static void spec(JsonGenerator json, TensorSpec spec) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", spec.name());
    json.writeStringField("datatype", spec.datatype().name());
    json.writeArrayFieldStart("shape");
    for (long dimension : spec.shape()) {
      json.writeNumber(dimension);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** A prediction, with the outputs that the client asked for. */
  static Buffer predicted(Answer.Predicted answer, String clientId, List<String> outputs) {
    return object(
        json -> {
          json.writeStringField("model_name", answer.model());
          if (!answer.version().isEmpty()) {
            json.writeStringField("model_version", answer.version());
          }
          json.writeStringField("id", clientId.isEmpty() ? answer.id().value() : clientId);
          json.writeObjectFieldStart("parameters");
          json.writeStringField("prediction_id", answer.id().value());
          json.writeStringField("arm", answer.arm());
          if (answer.fallback().isPresent()) {
            json.writeStringField("fallback", answer.fallback().get());
          }
          json.writeEndObject();
          json.writeArrayFieldStart("outputs");
          for (String output : outputs) {
            for (Tensor tensor : answer.outputs()) {
              if (tensor.name().equals(output)) {
                tensor(json, tensor);
              }
            }
          }
          json.writeEndArray();
        });
  }

  private static void tensor(JsonGenerator json, Tensor tensor) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", tensor.name());
    json.writeStringField("datatype", tensor.datatype().name());
    json.writeArrayFieldStart("shape");
    for (long dimension : tensor.shape()) {
      json.writeNumber(dimension);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("data");
    for (int i = 0; i < tensor.size(); i++) {
      element(json, tensor, i);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void element(JsonGenerator json, Tensor tensor, int index) throws IOException {
    Datatype datatype = tensor.datatype();
    switch (datatype) {
      // As a float, which needs fewer digits than the double of the same value.
      case FP16, BF16, FP32 -> json.writeNumber((float) tensor.number(index));
      case FP64 -> json.writeNumber(tensor.number(index));
      case BYTES -> json.writeString(tensor.text(index));
      case BOOL -> json.writeBoolean(tensor.integer(index) != 0);
      case UINT64 -> json.writeNumber(Long.toUnsignedString(tensor.integer(index)));
      default -> json.writeNumber(tensor.integer(index));
    }
  }

  @FunctionalInterface
  private interface Members {
    void write(JsonGenerator json) throws IOException;
  }

  private static Buffer object(Members members) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      json.writeStartObject();
      members.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory refuses nothing", e);
    }
    return Buffer.buffer(bytes.toByteArray());
  }
}
