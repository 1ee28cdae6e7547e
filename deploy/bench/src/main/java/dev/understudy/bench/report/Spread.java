package dev.understudy.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** The middle of some rounds and how far they lie apart. */
public record Spread(double median, double q1, double q3) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Of at least one value; the quartiles lie between two values in proportion (type 7 of Hyndman
   * and Fan, as in R and NumPy).
   */
  public static Spread of(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    if (sorted.length == 0) {
      throw new IllegalArgumentException("no rounds, no spread");
    }
    return new Spread(quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75));
  }

  private static double quantile(double[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  ObjectNode json() {
    return JSON.createObjectNode()
        .put("median", rounded(median))
        .put("q1", rounded(q1))
        .put("q3", rounded(q3));
  }

  /** Four figures behind the point are more than any round is worth. */
  private static double rounded(double value) {
    return Math.round(value * 10_000) / 10_000.0;
  }
}
