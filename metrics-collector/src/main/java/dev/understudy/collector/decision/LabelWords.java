package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.LabelRule;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.RouteMode;

/** What labels, and those that are missing, mean for a verdict, for people who own the product. */
final class LabelWords {
  private LabelWords() {}

  /** In the worst case every missing label has its price, so that none needs to be there. */
  static boolean coverageMatters(TestPlan plan) {
    return !plan.labels().worstCase();
  }

  /** How many units without a label count nonetheless. */
  static long missing(TestPlan plan, long unlabelled) {
    return plan.labels().worstCase() ? unlabelled : 0;
  }

  /** What too few labels hold up, and the way out. */
  static String tooFew(TestPlan plan, double coverage) {
    String known = Words.percent(coverage);
    String needed = Words.percent(plan.policy().getMinimumCoverage());
    if (plan.labels().drawn()) {
      return ("the outcomes that came stand for only %s of the requests, at least %s are needed: "
              + "drawn outcomes are missing, or their labelling_probability is too high")
          .formatted(known, needed);
    }
    if (onlyDisagreementsNeedLabels(plan)) {
      return ("only %s of the requests on which the versions disagree have a known outcome, "
              + "at least %s are needed")
          .formatted(known, needed);
    }
    return "only %s of the mature predictions have a known outcome, at least %s are needed"
        .formatted(known, needed);
  }

  /** Which units the policy's minimum asks for. */
  static String whichCount(TestPlan plan) {
    if (plan.labels().drawn() || plan.labels().worstCase()) {
      return "";
    }
    return onlyDisagreementsNeedLabels(plan)
        ? " with a known outcome or the same answer"
        : " with a known outcome";
  }

  /** Whom the comparison holds for; empty for everybody. */
  static String population(TestPlan plan) {
    LabelRule rule = plan.labels();
    if (!rule.selective() || rule.overrideShare() > 0) {
      return "";
    }
    return ("only requests that current approved, by predicting %s: "
            + "of all others the outcome is never known")
        .formatted(
            rule.approvesPositive()
                ? plan.meaning().getPositive()
                : "not " + plan.meaning().getPositive());
  }

  /** What must be said beside every comparison. */
  static String caveat(TestPlan plan, PrimaryEvidence primary) {
    StringBuilder caveat = new StringBuilder();
    if (plan.labels().worstCase()) {
      caveat
          .append(", at worst a difference of ")
          .append(Words.number(primary.effect()))
          .append(" with every missing outcome counted against the candidate");
    }
    if (plan.labels().drawn()) {
      caveat.append(", from outcomes drawn with known probability");
    }
    if (!population(plan).isEmpty()) {
      caveat.append(" (").append(population(plan)).append(')');
    }
    return caveat.toString();
  }

  private static boolean onlyDisagreementsNeedLabels(TestPlan plan) {
    return plan.mode() == RouteMode.SHADOW && plan.primary().getKind() == KpiKind.ACCURACY;
  }
}
