package dev.understudy.local.demo;

import dev.understudy.contracts.v1.GuardEvidence;
import dev.understudy.contracts.v1.KpiEvidence;
import dev.understudy.contracts.v1.LogE;
import dev.understudy.contracts.v1.RolloutEvaluated;
import java.io.PrintStream;
import java.util.Locale;

/**
 * Tells what happens while it happens: one line a second on a terminal that can, else one in five.
 */
final class Story {
  private static final int SECONDS_BETWEEN_LINES = 5;

  private final PrintStream out;
  private final long began;
  private final boolean terminal;
  private long lastLive;
  private boolean live;

  Story(PrintStream out, long began) {
    this.out = out;
    this.began = began;
    this.terminal = System.console() != null && System.console().isTerminal();
  }

  void heading(String text) {
    endLive();
    out.printf("%n%s%n", text);
  }

  void say(String text) {
    endLive();
    out.printf("%7.1f s  %s%n", secondsSince(began), text);
  }

  void plain(String text) {
    endLive();
    out.println(text);
  }

  /** Progress that the next one replaces. */
  void live(String text) {
    if (terminal) {
      out.printf("\r\u001b[K%7.1f s  %s", secondsSince(began), text);
      out.flush();
      live = true;
    } else if (secondsSince(lastLive) >= SECONDS_BETWEEN_LINES) {
      lastLive = System.nanoTime();
      out.printf("%7.1f s  %s%n", secondsSince(began), text);
    }
  }

  private void endLive() {
    if (live) {
      out.println();
      live = false;
    }
  }

  double seconds() {
    return secondsSince(began);
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  /** Evidence beside what is needed, in one line. */
  static String evidence(RolloutEvaluated evaluation) {
    KpiEvidence kpi = evaluation.getEvidence().getPrimary();
    StringBuilder line = new StringBuilder();
    line.append(evaluation.getTestId().replaceFirst(".*-", ""))
        .append(" n=")
        .append(evaluation.getEvidence().getUnits())
        .append("  ")
        .append(kpi.getKind().name().toLowerCase(Locale.ROOT))
        .append(" %.4f -> %.4f".formatted(kpi.getCurrentMean(), kpi.getCandidateMean()))
        .append("  better ")
        .append(text(kpi.getBetter()))
        .append("  worse ")
        .append(text(kpi.getWorse()));
    if (kpi.hasFutile()) {
      line.append("  futile ").append(text(kpi.getFutile()));
    }
    for (GuardEvidence guard : evaluation.getEvidence().getGuardsList()) {
      line.append("  ")
          .append(guard.getKind().name().toLowerCase(Locale.ROOT))
          .append(" safe ")
          .append(text(guard.getSafe()));
      if (guard.getHarm().getValue() > 0) {
        line.append(" harm ").append(text(guard.getHarm()));
      }
    }
    return line.append("  ").append(evaluation.getVerdict()).toString();
  }

  private static String text(LogE logE) {
    return "%.1f/%.1f".formatted(logE.getValue(), logE.getNeeded());
  }
}
