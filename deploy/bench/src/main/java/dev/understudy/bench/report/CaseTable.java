package dev.understudy.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The cases for people: medians, and the quartiles of what is compared. */
public final class CaseTable {
  private CaseTable() {}

  /** Lines to print. */
  public static List<String> lines(List<CaseReport> reports) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%-28s %10s %8s %8s %8s %8s %8s   %-20s %-20s %-20s %s"
            .formatted(
                "case",
                "requests/s",
                "CPU us",
                "p50 us",
                "p99 us",
                "p99.9 us",
                "bytes",
                "throughput to echo",
                "CPU to echo",
                "p99 to echo",
                "p99 to plain"));
    for (CaseReport report : reports) {
      lines.add(
          switch (report) {
            case CaseReport.Missing missing ->
                "%-28s missing: %s".formatted(missing.name(), missing.missing());
            case CaseReport.Broken broken ->
                "%-28s given up: %s".formatted(broken.name(), broken.broken());
            case CaseReport.Measured measured -> line(measured);
          });
    }
    return lines;
  }

  private static String line(CaseReport.Measured measured) {
    Map<String, Spread> figures = measured.figures();
    String line =
        String.format(
            Locale.ROOT,
            "%-28s %10.0f %8.1f %8.0f %8.0f %8.0f %8s   %-20s %-20s %-20s %s",
            measured.name(),
            median(figures, "requests_per_second"),
            median(figures, "cpu_us_per_request"),
            median(figures, "p50_us"),
            median(figures, "p99_us"),
            median(figures, "p999_us"),
            figures.containsKey("allocated_bytes_per_request")
                ? String.format(Locale.ROOT, "%.0f", median(figures, "allocated_bytes_per_request"))
                : "-",
            spread(figures, "throughput_ratio"),
            spread(figures, "cpu_ratio"),
            spread(figures, "p99_ratio"),
            spread(figures, CaseReport.Measured.P99_OVER_PLAIN));
    return measured.failed() + measured.notLogged() == 0
        ? line
        : line + "   (%d failed, %d not logged)".formatted(measured.failed(), measured.notLogged());
  }

  private static double median(Map<String, Spread> figures, String name) {
    Spread spread = figures.get(name);
    return spread == null ? Double.NaN : spread.median();
  }

  private static String spread(Map<String, Spread> figures, String name) {
    Spread spread = figures.get(name);
    return spread == null
        ? "-"
        : String.format(
            Locale.ROOT, "%.2f [%.2f, %.2f]", spread.median(), spread.q1(), spread.q3());
  }
}
