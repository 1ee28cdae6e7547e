package dev.understudy.collector.oracle;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.collector.oracle.CaseResult.Difference;
import dev.understudy.collector.oracle.CaseResult.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What became of all cases of a file. */
public record OracleReport(List<CaseResult> results) {
  public OracleReport {
    results = List.copyOf(results);
  }

  /** Cases that differ or cannot be computed. */
  public long mismatches() {
    return count(Kind.MISMATCH);
  }

  /** Cases whose method is not known. */
  public long unknown() {
    return count(Kind.UNKNOWN);
  }

  /** Whether every case was computed and matches. */
  public boolean passed() {
    return mismatches() == 0 && unknown() == 0;
  }

  /** {@code cases}, {@code mismatches}, {@code unknown}, and {@code details} of the latter two. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("cases", results.size());
    json.put("mismatches", mismatches());
    json.put("unknown", unknown());
    ArrayNode details = json.putArray("details");
    for (CaseResult result : notMatching()) {
      ObjectNode detail = details.addObject();
      detail.put("id", result.id());
      detail.put("method", result.method());
      detail.put("kind", result.kind() == Kind.UNKNOWN ? "unknown" : "mismatch");
      if (!result.problem().isEmpty()) {
        detail.put("problem", result.problem());
      }
      ArrayNode figures = detail.putArray("figures");
      for (Difference difference : result.differences()) {
        ObjectNode figure = figures.addObject();
        figure.put("name", difference.name());
        figure.set("expected", difference.expected());
        figure.set("got", difference.got());
        figure.set("tolerance", Numbers.json(difference.tolerance()));
      }
    }
    return json;
  }

  /** A table for people: one row for each figure that differs, then the sum. */
  public List<String> toLines() {
    List<List<String>> rows = new ArrayList<>();
    for (CaseResult result : notMatching()) {
      if (!result.problem().isEmpty()) {
        rows.add(List.of(result.id(), result.problem()));
      }
      for (Difference difference : result.differences()) {
        rows.add(
            List.of(
                result.id(),
                difference.name(),
                difference.expected().asText(difference.expected().toString()),
                difference.got().asText(difference.got().toString()),
                String.format(Locale.ROOT, "%.1e", difference.tolerance())));
      }
    }
    List<String> lines = new ArrayList<>();
    if (!rows.isEmpty()) {
      rows.addFirst(List.of("CASE", "FIGURE", "EXPECTED", "GOT", "TOLERANCE"));
      lines.addAll(aligned(rows));
      lines.add("");
    }
    lines.add(
        "%d cases, %d mismatches, %d of an unknown method"
            .formatted(results.size(), mismatches(), unknown()));
    return lines;
  }

  private List<CaseResult> notMatching() {
    return results.stream().filter(one -> one.kind() != Kind.MATCH).toList();
  }

  private long count(Kind kind) {
    return results.stream().filter(one -> one.kind() == kind).count();
  }

  private static List<String> aligned(List<List<String>> rows) {
    int columns = rows.getFirst().size();
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        boolean last = column == row.size() - 1;
        int width = last ? 0 : width(rows, column, columns);
        line.append(row.get(column)).repeat(" ", Math.max(0, width - row.get(column).length()));
        line.append(last ? "" : "  ");
      }
      lines.add(line.toString());
    }
    return lines;
  }

  /** Of the rows that are whole; a problem fills the rest of its row. */
  private static int width(List<List<String>> rows, int column, int columns) {
    return rows.stream()
        .filter(row -> row.size() == columns || column == 0)
        .mapToInt(row -> row.get(column).length())
        .max()
        .orElse(0);
  }
}
