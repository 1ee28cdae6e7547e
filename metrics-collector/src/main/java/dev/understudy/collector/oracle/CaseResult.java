package dev.understudy.collector.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * What became of a case.
 *
 * @param problem why it could not be compared; empty when it was
 * @param differences figures that are further off than the tolerance
 */
public record CaseResult(
    String id, String method, Kind kind, String problem, List<Difference> differences) {

  /** How a case ended. */
  public enum Kind {
    MATCH,
    /** A figure differs, or the case cannot be computed. */
    MISMATCH,
    /** No method of this name is known. */
    UNKNOWN
  }

  /**
   * A figure that differs.
   *
   * @param tolerance how far it might have been off
   */
  public record Difference(String name, JsonNode expected, JsonNode got, double tolerance) {}

  public CaseResult {
    differences = List.copyOf(differences);
  }

  static CaseResult of(String id, String method, List<Difference> differences) {
    return new CaseResult(
        id, method, differences.isEmpty() ? Kind.MATCH : Kind.MISMATCH, "", differences);
  }

  static CaseResult broken(String id, String method, String problem) {
    return new CaseResult(id, method, Kind.MISMATCH, problem, List.of());
  }

  static CaseResult unknown(String id, String method) {
    return new CaseResult(
        id, method, Kind.UNKNOWN, "method: '%s' is not known".formatted(method), List.of());
  }
}
