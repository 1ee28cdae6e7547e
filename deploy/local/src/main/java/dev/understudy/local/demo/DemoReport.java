package dev.understudy.local.demo;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.understudy.contracts.v1.GuardEvidence;
import dev.understudy.contracts.v1.LogE;
import dev.understudy.contracts.v1.RolloutEvaluated;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the demo saw, for people and for programs.
 *
 * @param seed everything random came from it
 * @param seconds from the first process to the last check
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record DemoReport(
    long seed, List<Rollout> rollouts, Requests requests, List<Swap> swaps, double seconds) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * One rollout and how it ended.
   *
   * @param units that were judged, in all its tests
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Rollout(
      String candidate,
      String version,
      boolean good,
      String verdict,
      String reason,
      long units,
      List<Evidence> evidence,
      double seconds) {

    /** Whether it ended as the candidate deserves. */
    @JsonIgnore
    public boolean asDeserved() {
      return verdict.equals("PROMOTED") == good;
    }
  }

  /**
   * One line of evidence in nats beside what was needed.
   *
   * @param claim better, worse, futile, safe or harm
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Evidence(
      String test, String subject, String claim, @JsonProperty("logE") double logE, double needed) {

    static List<Evidence> of(RolloutEvaluated evaluation) {
      List<Evidence> all = new ArrayList<>();
      String test = evaluation.getTestId().replaceFirst(".*-", "");
      var kpi = evaluation.getEvidence().getPrimary();
      String name = kpi.getKind().name().toLowerCase(Locale.ROOT);
      all.add(one(test, name, "better", kpi.getBetter()));
      all.add(one(test, name, "worse", kpi.getWorse()));
      if (kpi.hasFutile()) {
        all.add(one(test, name, "futile", kpi.getFutile()));
      }
      for (GuardEvidence guard : evaluation.getEvidence().getGuardsList()) {
        String subject = guard.getKind().name().toLowerCase(Locale.ROOT);
        all.add(one(test, subject, "safe", guard.getSafe()));
        all.add(one(test, subject, "harm", guard.getHarm()));
      }
      return all;
    }

    private static Evidence one(String test, String subject, String claim, LogE logE) {
      return new Evidence(test, subject, claim, logE.getValue(), logE.getNeeded());
    }
  }

  /**
   * The books.
   *
   * @param failed anything but an answer with an id
   * @param logged predictions that an independent reader found in the log
   * @param matched outcomes that the collector joined with a prediction
   * @param missing ids that a caller got and the log does not hold
   * @param unasked ids that the log holds and no caller got
   */
  public record Requests(
      long sent,
      long answered,
      long failed,
      long logged,
      long matched,
      long missing,
      long unasked,
      long duplicates) {

    boolean balanced() {
      return failed == 0
          && sent == answered
          && logged == answered
          && missing == 0
          && unasked == 0
          && duplicates == 0;
    }
  }

  /**
   * A committed route.
   *
   * @param atSeconds since the demo began
   * @param longestGapMs the longest time without an answer while there were callers, from half a
   *     second before to two after
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Swap(
      double atSeconds, long revision, String mode, String version, double longestGapMs) {}

  /** Whether every candidate got what it deserves and the books balance. */
  public boolean asItShould() {
    return rollouts.size() == Rehearsal.ALL.size()
        && rollouts.stream().allMatch(Rollout::asDeserved)
        && requests.balanced();
  }

  /** One JSON object on one line. */
  public String json() {
    try {
      return JSON.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The table at the end of the story. */
  public String table() {
    StringBuilder text = new StringBuilder();
    text.append(
        "%n%-10s %-12s %8s %8s  %s%n"
            .formatted("candidate", "verdict", "units", "seconds", "evidence (log E / needed)"));
    for (Rollout rollout : rollouts) {
      text.append(
          "%-10s %-12s %8d %8.1f  %s%n"
              .formatted(
                  rollout.candidate(),
                  rollout.verdict(),
                  rollout.units(),
                  rollout.seconds(),
                  rollout.asDeserved() ? "" : "  <- NOT AS IT SHOULD BE"));
      String test = "";
      for (Evidence line : rollout.evidence()) {
        if (line.logE() < line.needed()) {
          continue;
        }
        text.append(
            "%41s %-6s %s %s: %.1f / %.1f%n"
                .formatted(
                    "",
                    line.test().equals(test) ? "" : line.test(),
                    line.subject(),
                    line.claim(),
                    line.logE(),
                    line.needed()));
        test = line.test();
      }
      if (!rollout.reason().isEmpty()) {
        text.append("%41s %s%n".formatted("", rollout.reason()));
      }
    }
    text.append(
        "%nrequests   %,d sent, %,d answered, %d failed%n"
            .formatted(requests.sent(), requests.answered(), requests.failed()));
    text.append(
        "log        %,d predictions by an independent reader: %d missing, %d unasked, %d twice; %,d outcomes matched%n"
            .formatted(
                requests.logged(),
                requests.missing(),
                requests.unasked(),
                requests.duplicates(),
                requests.matched()));
    text.append(
        "swaps      %d, longest time without an answer around one: %.0f ms%n"
            .formatted(
                swaps.size(), swaps.stream().mapToDouble(Swap::longestGapMs).max().orElse(0)));
    return text.toString();
  }
}
