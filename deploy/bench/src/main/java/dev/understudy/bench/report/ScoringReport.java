package dev.understudy.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * One model at one batch size.
 *
 * @param runUs microseconds of the run alone, as the model itself tells
 * @param roundTripUs from asking a room of one thread until its answer is here
 * @param bytes that all threads allocated on the heap for one run
 */
public record ScoringReport(
    String model, int batch, Spread runUs, Spread roundTripUs, Spread bytes) {
  /** Above the lines. */
  public static final String HEADER =
      "%-8s %5s %24s %24s %12s".formatted("model", "batch", "run us", "round trip us", "bytes");

  /** As it stands in the list {@code cases}. */
  public ObjectNode json() {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("name", model + "-" + batch).put("model", model).put("batch", batch);
    json.set("run_us", runUs.json());
    json.set("round_trip_us", roundTripUs.json());
    json.set("allocated_bytes", bytes.json());
    return json;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%-8s %5d %24s %24s %12.0f",
        model,
        batch,
        text(runUs),
        text(roundTripUs),
        bytes.median());
  }

  private static String text(Spread spread) {
    return String.format(
        Locale.ROOT, "%.1f [%.1f, %.1f]", spread.median(), spread.q1(), spread.q3());
  }
}
