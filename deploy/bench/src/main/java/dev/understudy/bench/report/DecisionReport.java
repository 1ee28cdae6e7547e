package dev.understudy.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/**
 * From the outcome that decides a test to the gateway's new route, in milliseconds.
 *
 * @param spread of all decisions
 * @param p99 nearest rank, so the largest of fewer than a hundred
 */
public record DecisionReport(int decisions, Spread spread, double p99, double largest) {
  /** What the requirement asks. */
  private static final double NEEDED = 3_000;

  private static final double P99 = 0.99;

  /** Of at least one decision. */
  public static DecisionReport of(List<Double> millis) {
    double[] sorted = millis.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int rank = (int) Math.ceil(P99 * sorted.length);
    return new DecisionReport(
        sorted.length, Spread.of(millis), sorted[rank - 1], sorted[sorted.length - 1]);
  }

  /** One JSON object. */
  public ObjectNode json() {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("decisions", decisions);
    json.set("outcome_to_swap_ms", spread.json());
    json.put("p99_ms", Math.round(p99)).put("largest_ms", Math.round(largest));
    return json.put("limit_ms", NEEDED).put("met", p99 <= NEEDED);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d decisions: median %,.0f ms [%,.0f, %,.0f], p99 %,.0f (<= %,.0f), largest %,.0f",
        decisions,
        spread.median(),
        spread.q1(),
        spread.q3(),
        p99,
        NEEDED,
        largest);
  }
}
