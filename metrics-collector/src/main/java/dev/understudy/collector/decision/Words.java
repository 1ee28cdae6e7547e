package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.decision.DecisionRule.Situation;
import dev.understudy.contracts.v1.GuardKind;
import dev.understudy.contracts.v1.Health;
import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.KpiLine;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Why a verdict is what it is, for people who own the product and not the statistics. */
final class Words {
  private final TestPlan plan;
  private final DecisionRule rule;

  Words(TestPlan plan, DecisionRule rule) {
    this.plan = plan;
    this.rule = rule;
  }

  String reason(
      Verdict verdict,
      Situation now,
      PrimaryEvidence primary,
      List<HarmEvidence> guards,
      Health health) {
    return switch (verdict) {
      case PROMOTE ->
          "The candidate is %s: %s; evidence %s, needed %s%s."
              .formatted(
                  claim(),
                  comparison(primary),
                  nats(now.better()),
                  nats(rule.neededToPromote()),
                  guards.isEmpty() ? "" : "; every required guard is proven within its margin");
      case ROLLBACK -> rollback(now, primary, guards);
      case WATCHED_OK ->
          "The watch is over and no harm is proven: %s%s. The promotion stands."
              .formatted(comparison(primary), unsaid(primary));
      case HOLD -> "Nothing is decided on doubtful data: %s.".formatted(first(health));
      case STOP_INVALID ->
          "The time is over and the data are still doubtful: %s.%s"
              .formatted(first(health), watched() ? " The promotion stands, unproven." : "");
      case STOP_FUTILE ->
          "A gain of %s or more is ruled out: %s. Current stays."
              .formatted(amount(plan.primary().getMinimumEffect()), comparison(primary));
      case STOP_INCONCLUSIVE ->
          "The time or the number of requests is used up without proof: %s. Current stays."
              .formatted(comparison(primary));
      case CONTINUE -> "Not decided yet: %s.".formatted(comparison(primary));
      case VERDICT_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("no verdict: " + verdict);
    };
  }

  /** What a promotion still waits for; empty when nothing is in its way. */
  List<String> blocking(
      Situation now, PrimaryEvidence primary, List<HarmEvidence> guards, Health health) {
    if (watched()) {
      return List.of();
    }
    List<String> blocking = new ArrayList<>(health.getProblemsList());
    long fewest = plan.policy().getMinimumUnits();
    if (!rule.enoughUnits(now)) {
      blocking.add(
          "%d of at least %d %s%s"
              .formatted(
                  now.fewestUnits(),
                  fewest,
                  plan.mode() == RouteMode.SHADOW
                      ? "requests scored by both versions"
                      : units(plan) + " in the smaller arm",
                  LabelWords.whichCount(plan)));
    }
    if (now.elapsedMs() < plan.policy().getMinimumDurationMs()) {
      blocking.add(
          "the test has run %s of at least %s"
              .formatted(
                  duration(now.elapsedMs()), duration(plan.policy().getMinimumDurationMs())));
    }
    if (!primary.basis().waitsFor().isEmpty()) {
      blocking.add(primary.basis().waitsFor());
    } else if (now.better() < rule.neededToPromote()) {
      blocking.add(
          "the evidence that the candidate is %s is %s of %s needed"
              .formatted(claim(), nats(now.better()), nats(rule.neededToPromote())));
    }
    for (HarmEvidence guard : guards) {
      if (guard.guard().getRequired() && guard.safe() < rule.neededToPromote()) {
        blocking.add(
            "the evidence that its %s are within the margin is %s of %s needed (%d against %d)"
                .formatted(
                    name(guard.guard().getKind()),
                    nats(guard.safe()),
                    nats(rule.neededToPromote()),
                    guard.candidateEvents(),
                    guard.currentEvents()));
      }
    }
    return blocking;
  }

  /** A watch by unit may end before anything could be said of its KPI, which is no good news. */
  private String unsaid(PrimaryEvidence primary) {
    String waitsFor = primary.basis().waitsFor();
    return plan.byUnit() && !waitsFor.isEmpty() ? "; of it nothing could be said: " + waitsFor : "";
  }

  private String rollback(Situation now, PrimaryEvidence primary, List<HarmEvidence> guards) {
    for (HarmEvidence guard : guards) {
      if (guard.harm() >= rule.neededToRollBack()) {
        return "%s does harm: %d %s against %d of %s; evidence %s, needed %s."
            .formatted(
                watched() ? "The promoted version" : "The candidate",
                guard.candidateEvents(),
                name(guard.guard().getKind()),
                guard.currentEvents(),
                current(),
                nats(guard.harm()),
                nats(rule.neededToRollBack()));
      }
    }
    return "%s is worse: %s; evidence %s, needed %s."
        .formatted(
            watched() ? "The promoted version" : "The candidate",
            comparison(primary),
            nats(now.worse()),
            nats(rule.neededToRollBack()));
  }

  private boolean watched() {
    return plan.watch().isPresent();
  }

  /** Once it is promoted, the candidate is called what it is. */
  String candidate() {
    return watched() ? "the promoted version" : "the candidate";
  }

  private String current() {
    return watched() ? "the one before" : "current";
  }

  private String claim() {
    return plan.primary().getLine() == KpiLine.SUPERIORITY
        ? "better"
        : "not worse by %s or more".formatted(amount(plan.primary().getMargin()));
  }

  private String comparison(PrimaryEvidence primary) {
    List<String> excluded = primary.basis().excluded();
    return "%s %s against %s of %s in %d %s%s%s"
        .formatted(
            name(plan.primary()),
            number(primary.candidateMean()),
            number(primary.currentMean()),
            current(),
            primary.units(),
            plan.mode() == RouteMode.SHADOW ? "pairs" : units(plan),
            LabelWords.caveat(plan, primary),
            excluded.isEmpty()
                ? ""
                : " (without %s, of which too few outcomes are known)"
                    .formatted(String.join(", ", excluded)));
  }

  /** What is assigned in a split. */
  static String units(TestPlan plan) {
    return plan.byUnit() ? "units" : "requests";
  }

  /** The KPI as people call it. */
  static String name(Kpi kpi) {
    return switch (kpi.getKind()) {
      case ACCURACY -> "accuracy";
      case LOG_LOSS -> "log loss";
      case BRIER -> "Brier score";
      case COST -> "cost per prediction";
      case MAE -> "mean absolute error";
      case RMSE -> "RMSE";
      case F1 -> "F1";
      case PRECISION -> "precision";
      case RECALL -> "recall";
      case MACRO_F1 -> "macro-F1";
      case AUC -> "AUC";
      case VALUE ->
          kpi.getOutcome().isEmpty() ? "value per request" : kpi.getOutcome() + " per request";
      case KPI_KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("no KPI: " + kpi.getKind());
    };
  }

  /** A difference in the unit of the lines, which for RMSE is not that of the figures shown. */
  private String amount(double difference) {
    return plan.primary().getKind() == KpiKind.RMSE
        ? number(difference) + " in the mean squared error"
        : number(difference);
  }

  private static String first(Health health) {
    return health.getProblems(0);
  }

  static String name(GuardKind kind) {
    return switch (kind) {
      case ERRORS -> "errors";
      case SLOW -> "slow answers";
      case TIMEOUTS -> "timeouts";
      case INVALID -> "unusable answers";
      case GUARD_KIND_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("no guard: " + kind);
    };
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  static String duration(long millis) {
    long seconds = millis / 1_000;
    if (seconds < 120) {
      return seconds + " s";
    }
    long minutes = seconds / 60;
    if (minutes < 120) {
      return minutes + " min";
    }
    long hours = minutes / 60;
    return hours < 48 ? hours + " h" : hours / 24 + " d";
  }

  static String nats(double logE) {
    return logE <= AsymptoticEvidence.NONE ? "none" : String.format(Locale.ROOT, "%.2f", logE);
  }

  static String number(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
