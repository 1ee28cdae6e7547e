package dev.understudy.gateway.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.understudy.gateway.inference.VersionStatistics;
import dev.understudy.gateway.inference.VersionStatistics.Total;
import dev.understudy.gateway.routing.ServedModel;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The protocol's statistics as JSON. Stateless. */
final class StatisticsReply {
  private static final Total NOTHING = new Total(0, 0);

  private StatisticsReply() {}

  /** Of that version, or of all, of each of the models. */
  static Buffer of(
      Collection<ServedModel> models,
      Optional<String> version,
      InferenceRoute.Statistics statistics) {
    return Replies.object(
        json -> {
          json.writeArrayFieldStart("model_stats");
          for (ServedModel model : models) {
            Collection<String> versions =
                version.<Collection<String>>map(List::of).orElseGet(model::versions);
            for (String one : versions) {
              write(
                  json,
                  model.name(),
                  one,
                  statistics.of(model.name(), one).orElseGet(VersionStatistics.Snapshot::none));
            }
          }
          json.writeEndArray();
        });
  }

  private static void write(
      JsonGenerator json, String model, String version, VersionStatistics.Snapshot sums)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("name", model);
    json.writeStringField("version", version);
    json.writeNumberField("last_inference", sums.lastMillis());
    json.writeNumberField("inference_count", sums.inferences());
    json.writeNumberField("execution_count", sums.executions());
    json.writeObjectFieldStart("inference_stats");
    total(json, "success", sums.success());
    total(json, "fail", sums.fail());
    total(json, "queue", sums.queue());
    total(json, "compute_input", sums.read());
    total(json, "compute_infer", sums.run());
    // Within the run and not measured apart; to count it would say that it took no time.
    total(json, "compute_output", NOTHING);
    total(json, "cache_hit", NOTHING);
    total(json, "cache_miss", NOTHING);
    json.writeEndObject();
    json.writeArrayFieldStart("batch_stats");
    for (VersionStatistics.Batch batch : sums.batches()) {
      json.writeStartObject();
      json.writeNumberField("batch_size", batch.size());
      total(json, "compute_input", NOTHING);
      total(json, "compute_infer", batch.run());
      total(json, "compute_output", NOTHING);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeArrayFieldStart("memory_usage");
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void total(JsonGenerator json, String name, Total total) throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("count", total.count());
    json.writeNumberField("ns", total.nanos());
    json.writeEndObject();
  }
}
