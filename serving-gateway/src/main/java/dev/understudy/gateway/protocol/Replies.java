package dev.understudy.gateway.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.Model;
import dev.understudy.scoring.ModelPool;
import dev.understudy.scoring.RunPolicy;
import dev.understudy.scoring.TensorSpec;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The JSON that the protocol answers with. Stateless. */
final class Replies {
  private static final JsonFactory FACTORY = new JsonFactory();

  /** What the server calls itself. */
  static final String SERVER = "understudy";

  /** What works here beyond the protocol's core, under the names that clients know. */
  static final List<String> EXTENSIONS =
      List.of(
          "classification",
          "model_repository(index)",
          "schedule_policy",
          "model_configuration",
          "binary_tensor_data",
          "parameters",
          "statistics");

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
            json.writeStringField(
                "error", "it is not known yet what can be served here, or nothing can");
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

  static Buffer modelNotReady(String model, String reason) {
    return object(
        json -> {
          json.writeStringField("name", model);
          json.writeBooleanField("ready", false);
          json.writeStringField("error", reason);
        });
  }

  static Buffer models(Collection<ServedModel> models) {
    return object(
        json -> {
          json.writeArrayFieldStart("models");
          for (ServedModel model : models) {
            json.writeString(model.name());
          }
          json.writeEndArray();
        });
  }

  /** Every loaded version of every model; nothing else is known here, and all of it is ready. */
  static Buffer index(Collection<ServedModel> models) {
    return written(
        json -> {
          json.writeStartArray();
          for (ServedModel model : models) {
            for (String version : model.versions()) {
              json.writeStartObject();
              json.writeStringField("name", model.name());
              json.writeStringField("version", version);
              json.writeStringField("state", "READY");
              json.writeEndObject();
            }
          }
          json.writeEndArray();
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
          for (String name : versions(model, version)) {
            json.writeString(name);
          }
          json.writeEndArray();
          json.writeStringField("platform", platform(model, version));
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

  /**
   * What a load generator or a client needs to know of how a model is run, with the true numbers.
   *
   * @param mostRows that one request may have
   */
  static Buffer configuration(ServedModel model, Optional<String> version, int mostRows) {
    boolean batched = isBatched(model);
    return object(
        json -> {
          json.writeStringField("name", model.name());
          json.writeStringField("platform", platform(model, version));
          json.writeObjectFieldStart("version_policy");
          json.writeObjectFieldStart("specific");
          json.writeArrayFieldStart("versions");
          for (String name : versions(model, version)) {
            json.writeString(name);
          }
          json.writeEndArray();
          json.writeEndObject();
          json.writeEndObject();
          json.writeNumberField("max_batch_size", batched ? mostRows : 0);
          json.writeArrayFieldStart("input");
          for (Column column : model.contract().inputs().columns()) {
            json.writeStartObject();
            configured(json, column.spec(), batched);
            json.writeBooleanField("optional", column.mayBeLeftOut());
            json.writeBooleanField("is_shape_tensor", false);
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeArrayFieldStart("output");
          for (TensorSpec output : model.contract().outputs()) {
            json.writeStartObject();
            configured(json, output, batched);
            json.writeBooleanField("is_shape_tensor", false);
            json.writeEndObject();
          }
          json.writeEndArray();
          Optional<RunPolicy> batching = batching(model, version);
          if (batching.isPresent()) {
            json.writeObjectFieldStart("dynamic_batching");
            json.writeArrayFieldStart("preferred_batch_size");
            json.writeNumber(batching.get().mostRows());
            json.writeEndArray();
            json.writeNumberField(
                "max_queue_delay_microseconds", delayMicros(batching.get().longestDelay()));
            json.writeEndObject();
          }
          json.writeObjectFieldStart("model_transaction_policy");
          json.writeBooleanField("decoupled", false);
          json.writeEndObject();
          json.writeObjectFieldStart("response_cache");
          json.writeBooleanField("enable", false);
          json.writeEndObject();
        });
  }

  /** Whether the first dimension of everything is the number of rows. */
  private static boolean isBatched(ServedModel model) {
    return model.contract().inputs().columns().stream().allMatch(column -> hasRows(column.shape()))
        && model.contract().outputs().stream().allMatch(output -> hasRows(output.shape()));
  }

  private static boolean hasRows(List<Long> shape) {
    return !shape.isEmpty() && shape.getFirst() < 0;
  }

  private static void configured(JsonGenerator json, TensorSpec spec, boolean batched)
      throws IOException {
    json.writeStringField("name", spec.name());
    json.writeStringField(
        "data_type",
        "TYPE_" + (spec.datatype() == Datatype.BYTES ? "STRING" : spec.datatype().name()));
    json.writeArrayFieldStart("dims");
    for (long dimension : spec.shape().subList(batched ? 1 : 0, spec.shape().size())) {
      json.writeNumber(dimension);
    }
    json.writeEndArray();
  }

  private static Collection<String> versions(ServedModel model, Optional<String> version) {
    return version.<Collection<String>>map(List::of).orElseGet(model::versions);
  }

  static String platform(ServedModel model, Optional<String> version) {
    return lease(model, version).map(ModelPool.Lease::model).map(Model::platform).orElse("");
  }

  /** How requests to that version, or to the current one, share a run; empty: they do not. */
  static Optional<RunPolicy> batching(ServedModel model, Optional<String> version) {
    return lease(model, version).flatMap(ModelPool.Lease::batching);
  }

  static long delayMicros(Duration delay) {
    return delay.toNanos() / 1_000;
  }

  private static Optional<ModelPool.Lease> lease(ServedModel model, Optional<String> version) {
    return model.version(version.orElseGet(() -> model.route().current()));
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

  @FunctionalInterface
  interface Members {
    void write(JsonGenerator json) throws IOException;
  }

  static Buffer object(Members members) {
    return written(
        json -> {
          json.writeStartObject();
          members.write(json);
          json.writeEndObject();
        });
  }

  private static Buffer written(Members value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      value.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException("memory refuses nothing", e);
    }
    return Buffer.buffer(bytes.toByteArray());
  }
}
