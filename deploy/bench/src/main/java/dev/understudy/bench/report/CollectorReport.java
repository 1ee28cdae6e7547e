package dev.understudy.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * One case of the collector.
 *
 * @param tests live at once
 * @param threads of each of the two
 * @param pairs of a round
 * @param judged predictions a second, matched and judged
 * @param joined pairs a second through the bare join
 * @param ratio of the two within a round
 */
public record CollectorReport(
    String name, int tests, int threads, int pairs, Spread judged, Spread joined, Spread ratio) {
  /** What the requirement asks of the ratio's median. */
  public static final double NEEDED = 0.6;

  /** Above the lines. */
  public static final String HEADER =
      "%-12s %7s %30s %30s %22s"
          .formatted("case", "threads", "judged/s", "bare join/s", "ratio (>= 0.60)");

  /** As it stands in the list {@code cases}. */
  public ObjectNode json() {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("name", name).put("tests", tests).put("threads", threads).put("pairs", pairs);
    json.set("judged_per_second", judged.json());
    json.set("bare_join_per_second", joined.json());
    json.set("ratio", ratio.json());
    json.put("met", ratio.median() >= NEEDED);
    return json;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%-12s %7d %30s %30s %22s",
        name,
        threads,
        text("%,.0f [%,.0f, %,.0f]", judged),
        text("%,.0f [%,.0f, %,.0f]", joined),
        text("%.2f [%.2f, %.2f]", ratio));
  }

  private static String text(String format, Spread spread) {
    return String.format(Locale.ROOT, format, spread.median(), spread.q1(), spread.q3());
  }
}
