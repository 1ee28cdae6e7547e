package dev.understudy.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the gateway must reach, held against what it did. */
public final class Requirements {
  private Requirements() {}

  /**
   * One of them.
   *
   * @param words e.g. {@code json-1 throughput_ratio}
   * @param atLeast else at most
   */
  public record Checked(String words, double value, double limit, boolean atLeast) {
    /** Whether it is reached. */
    public boolean met() {
      return atLeast ? value >= limit : value <= limit;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%-7s %-52s %8.2f  (%s %.2f)",
          met() ? "met" : "MISSED",
          words,
          value,
          atLeast ? "at least" : "at most",
          limit);
    }
  }

  /** Those that can be told from these cases. */
  public static List<Checked> check(List<CaseReport> reports) {
    Medians medians = new Medians(reports);
    List<Checked> checked = new ArrayList<>();
    medians.figure("json-1", "throughput_ratio", 0.60, true).ifPresent(checked::add);
    medians.figure("json-1", "cpu_ratio", 1.9, false).ifPresent(checked::add);
    medians.figure("json-32", "throughput_ratio", 0.33, true).ifPresent(checked::add);
    medians.figure("json-32", "cpu_ratio", 3.5, false).ifPresent(checked::add);
    for (String other : List.of("binary-32", "grpc-32")) {
      medians.ratio(other, "json-32", "requests_per_second", 1.2, true).ifPresent(checked::add);
    }
    medians.ratio("json-1-journal", "json-1", "cpu_ratio", 1.35, false).ifPresent(checked::add);
    medians.figure("json-1-shadow", "throughput_ratio", 0.55, true).ifPresent(checked::add);
    medians.ratio("json-1-shadow", "json-1", "cpu_ratio", 1.25, false).ifPresent(checked::add);
    for (String other :
        List.of("json-1-journal-shadow", "json-1-shadow-slow", "json-1-shadow-hanging")) {
      medians
          .figure(other, CaseReport.Measured.P99_OVER_PLAIN, 1.25, false)
          .ifPresent(checked::add);
    }
    medians.figure("json-1", "allocated_bytes_per_request", 4096, false).ifPresent(checked::add);
    return checked;
  }

  /** As it stands in the report. */
  public static ArrayNode json(List<CaseReport> reports) {
    ArrayNode all = new ObjectMapper().createArrayNode();
    for (Checked one : check(reports)) {
      all.addObject()
          .put("requirement", one.words())
          .put("value", one.value())
          .put(one.atLeast() ? "at_least" : "at_most", one.limit())
          .put("met", one.met());
    }
    return all;
  }

  private static final class Medians {
    private final Map<String, Map<String, Spread>> byCase = new TreeMap<>();

    Medians(List<CaseReport> reports) {
      for (CaseReport report : reports) {
        if (report instanceof CaseReport.Measured measured) {
          byCase.put(measured.name(), measured.figures());
        }
      }
    }

    private Optional<Double> of(String name, String figure) {
      return Optional.ofNullable(byCase.get(name))
          .flatMap(figures -> Optional.ofNullable(figures.get(figure)))
          .map(Spread::median);
    }

    Optional<Checked> figure(String name, String figure, double limit, boolean atLeast) {
      return of(name, figure).map(value -> new Checked(name + " " + figure, value, limit, atLeast));
    }

    Optional<Checked> ratio(
        String name, String base, String figure, double limit, boolean atLeast) {
      return of(name, figure)
          .flatMap(
              value ->
                  of(base, figure)
                      .map(
                          other ->
                              new Checked(
                                  "%s over %s, %s".formatted(name, base, figure),
                                  value / other,
                                  limit,
                                  atLeast)));
    }
  }
}
