package dev.understudy.simulation;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** The rows for people. */
final class Table {
  private static final String LINE = "%-10s %-46s %-18s %7s %10s %10s %10s  %s%n";

  private Table() {}

  static void print(List<Row> rows, PrintWriter out) {
    out.printf(
        LINE, "id", "scenario", "measure", "runs", "measured", "reference", "limit", "accepted");
    for (Row row : rows) {
      Double measured = row.measured();
      out.printf(
          LINE,
          row.id(),
          row.name(),
          row.measure(),
          String.format(Locale.ROOT, "%,d", row.runs()),
          measured == null ? "never" : Measure.shown(measured),
          Measure.shown(row.reference()),
          Measure.shown(row.limit()),
          accepted(row));
    }
  }

  /** The same as a table of Markdown, for documentation. */
  static void printMarkdown(List<Row> rows, PrintWriter out) {
    out.println("| id | scenario | data | measure | measured | reference | limit | accepted |");
    out.println("|---|---|---|---|---:|---:|---:|---|");
    for (Row row : rows) {
      Double measured = row.measured();
      out.printf(
          "| %s | `%s` | %s | %s | %s | %s | %s | %s |%n",
          row.id(),
          row.name(),
          row.generator(),
          row.measure(),
          measured == null ? "never" : Measure.shown(measured),
          Measure.shown(row.reference()),
          Measure.shown(row.limit()),
          accepted(row));
    }
  }

  private static String accepted(Row row) {
    Boolean accepted = row.accepted();
    if (accepted == null) {
      return "too few runs to tell";
    }
    return accepted ? "yes" : "NO";
  }
}
