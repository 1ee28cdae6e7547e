package dev.understudy.collector.oracle;

import dev.understudy.collector.decision.DecisionRule;
import dev.understudy.collector.decision.DecisionRule.GuardSituation;
import dev.understudy.collector.decision.DecisionRule.Situation;
import dev.understudy.contracts.v1.DecisionPolicy;
import java.util.List;

/** The rule of promotion. */
final class VerdictMethod {
  private static final double MS_PER_HOUR = 3_600_000;
  private static final double LONGEST_HOURS = 1e9;

  private VerdictMethod() {}

  static Figures verdict(Inputs in) {
    List<GuardSituation> guards =
        in.objects("guards").stream()
            .map(
                guard ->
                    new GuardSituation(
                        guard.logarithm("logEHarm"),
                        guard.logarithm("logESafe"),
                        guard.flag("required")))
            .toList();
    DecisionPolicy policy =
        DecisionPolicy.newBuilder()
            .setAlphaPromote(level(in, "alphaPromote"))
            .setAlphaRollback(level(in, "alphaRollback"))
            .setAlphaFutility(level(in, "alphaFutility"))
            .setMinimumUnits(in.whole("minUnits"))
            .setMaximumUnits(in.whole("maxUnits"))
            .setMinimumDurationMs(millis(in, "minHours"))
            .setMaximumDurationMs(millis(in, "maxHours"))
            .build();
    Situation now =
        new Situation(
            in.whole("n"),
            in.whole("n"),
            millis(in, "elapsedHours"),
            !in.flag("unhealthy"),
            in.logarithm("logEPromote"),
            in.logarithm("logEWorse"),
            in.maybeLogarithm("logEFutile"),
            guards);
    return Figures.NONE.and("verdict", new DecisionRule(policy, guards.size()).verdict(now).name());
  }

  private static double level(Inputs in, String name) {
    double alpha = in.number(name);
    if (!(alpha > 0 && alpha < 1)) {
      throw new BadCase(in.field(name), "%s is not between 0 and 1".formatted(alpha));
    }
    return alpha;
  }

  private static long millis(Inputs in, String name) {
    double hours = in.number(name);
    if (!(hours >= 0 && hours <= LONGEST_HOURS)) {
      throw new BadCase(in.field(name), "%s is not a number of hours".formatted(hours));
    }
    return Math.round(hours * MS_PER_HOUR);
  }
}
