package dev.understudy.training.pipeline;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import java.util.Map;

/**
 * One run of the pipeline: what went in, what came out, nothing that differs when it is repeated.
 * It is written beside the model as {@code run.json}.
 *
 * @param id recipe, seed and the beginning of the artefact's digest
 * @param sha256 of the artefact
 * @param parameters flat, XGBoost's own names
 * @param columns that the model reads
 * @param features that it makes of them, in order
 * @param train how good it is on the rows that it learnt from
 * @param test how good it is on the rows held out
 */
@JsonPropertyOrder({
  "id",
  "recipe",
  "description",
  "seed",
  "sha256",
  "data_sha256",
  "trainer",
  "parameters",
  "columns",
  "features",
  "train",
  "test"
})
public record Run(
    String id,
    String recipe,
    String description,
    long seed,
    String sha256,
    String dataSha256,
    String trainer,
    Map<String, Object> parameters,
    List<String> columns,
    List<String> features,
    Metrics train,
    Metrics test) {
  public Run {
    columns = List.copyOf(columns);
    features = List.copyOf(features);
  }
}
