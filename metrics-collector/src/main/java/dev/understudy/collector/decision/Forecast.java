package dev.understudy.collector.decision;

import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.ArmContrast;
import dev.understudy.collector.statistics.AsympCs;
import dev.understudy.collector.statistics.Bounds;
import dev.understudy.collector.statistics.EValues;
import dev.understudy.collector.statistics.Estimate;
import dev.understudy.collector.statistics.EventShare;
import dev.understudy.collector.statistics.GrowthRate;
import dev.understudy.collector.statistics.GrowthRate.Chance;
import dev.understudy.collector.statistics.SampleSize;
import dev.understudy.collector.statistics.Side;
import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.Guard;
import dev.understudy.contracts.v1.KpiLine;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.TestDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * How many units a test is likely to take before its candidate can be promoted, from the current
 * version's own records and the effect that is planned for.
 *
 * <p>Of the candidate nothing is known yet. Its values are taken to be distributed as the current
 * version's, except that so many of them are the best possible as makes the planned effect; with a
 * margin to keep they are distributed alike. In shadow both are taken to be independent, which is
 * the least favourable case: models that learnt from the same data agree more often, and take a
 * fraction of it. {@link #leastInShadow} says what the most favourable case takes. Guards are taken
 * to be unharmed.
 */
final class Forecast {
  /** Of the fixed test that it is compared with. */
  private static final double POWER = 0.8;

  private static final double MOST_UNITS = 1e15;
  private static final int DOUBLINGS = 200;

  private final TestPlan plan;

  /** With the share of each epoch as it is among the two arms of this test. */
  private final List<Epoch> epochs;

  /** Of all units, those that are in one of the two arms, by epoch. */
  private final double[] inTest;

  /** Of a test whose figures are complete. */
  Forecast(TestPlan plan, TestDefinition definition) {
    this.plan = plan;
    int others =
        plan.mode() == RouteMode.SPLIT
            ? Math.max(0, definition.getBudget().getCandidates() - 1)
            : 0;
    this.inTest =
        definition.getEpochsList().stream()
            .mapToDouble(epoch -> 1 - others * epoch.getShare())
            .toArray();
    this.epochs =
        others == 0
            ? definition.getEpochsList()
            : definition.getEpochsList().stream()
                .map(
                    one ->
                        one.toBuilder()
                            .setShare(one.getShare() / (1 - others * one.getShare()))
                            .build())
                .toList();
  }

  /** Of all units, those that count for the test in its last epoch; the others are rivals'. */
  double inTest() {
    return inTest[inTest.length - 1];
  }

  private boolean shadow() {
    return plan.mode() == RouteMode.SHADOW;
  }

  /** The effect to be seen: the minimum effect, or the margin that must not be used up. */
  double effect() {
    return plan.primary().getLine() == KpiLine.SUPERIORITY
        ? plan.primary().getMinimumEffect()
        : plan.primary().getMargin();
  }

  /** The epoch that lasts as long as it takes. */
  Epoch lastEpoch() {
    return epochs.getLast();
  }

  /** Units in each epoch that the evidence takes when all of it comes from there. */
  double[] byEpoch(ToDoubleFunction<Epoch> units) {
    return epochs.stream().mapToDouble(units).toArray();
  }

  // The mean of a loss or a value: exact evidence.

  /**
   * Units for the evidence that promotes; infinite where none can be expected.
   *
   * @param values of the current version, cut at the cap; their probabilities add up to 1
   * @param mean of the same
   */
  double exact(Epoch epoch, List<Chance> values, double mean) {
    double better = shareOfBest(mean);
    if (!(better >= 0 && better <= 1)) {
      return Double.POSITIVE_INFINITY;
    }
    return sequential(contrasts(epoch, values, better), bounds(epoch));
  }

  /** Units in shadow when the versions differ only where the candidate is better. */
  double leastInShadow(List<Chance> values, double mean) {
    double better = shareOfBest(mean);
    if (!(better >= 0 && better <= 1)) {
      return Double.POSITIVE_INFINITY;
    }
    List<Chance> contrasts = new ArrayList<>();
    for (Chance value : values) {
      contrasts.add(new Chance(benefit(value.value(), best()), value.probability() * better));
    }
    contrasts.add(new Chance(0, 1 - better));
    return sequential(drawn(contrasts), bounds(lastEpoch()));
  }

  /** Units for one look at the end. */
  double fixed(Epoch epoch, List<Chance> values, double mean) {
    double better = shareOfBest(mean);
    if (!(better >= 0 && better <= 1) || effect() <= 0) {
      return Double.POSITIVE_INFINITY;
    }
    double sum = 0;
    double squares = 0;
    for (Chance one : contrasts(epoch, values, better)) {
      sum += one.probability() * one.value();
      squares += one.probability() * one.value() * one.value();
    }
    return fixed(squares - sum * sum);
  }

  /** How many of the candidate's values are the best possible, so that its mean is as planned. */
  private double shareOfBest(double mean) {
    if (plan.primary().getLine() != KpiLine.SUPERIORITY) {
      return 0;
    }
    return effect() / (plan.measure().moreIsBetter() ? plan.cap() - mean : mean);
  }

  private double best() {
    return plan.measure().moreIsBetter() ? plan.cap() : 0;
  }

  private double benefit(double current, double candidate) {
    return plan.measure().moreIsBetter() ? candidate - current : current - candidate;
  }

  private List<Chance> contrasts(Epoch epoch, List<Chance> values, double better) {
    return drawn(shadow() ? differences(values, better) : arms(epoch.getShare(), values, better));
  }

  private List<Chance> differences(List<Chance> values, double better) {
    List<Chance> contrasts = new ArrayList<>();
    for (Chance current : values) {
      for (Chance candidate : values) {
        contrasts.add(
            new Chance(
                benefit(current.value(), candidate.value()),
                current.probability() * candidate.probability() * (1 - better)));
      }
      contrasts.add(new Chance(benefit(current.value(), best()), current.probability() * better));
    }
    return contrasts;
  }

  private List<Chance> arms(double share, List<Chance> values, double better) {
    ArmContrast contrast = contrast(share);
    double sign = plan.measure().moreIsBetter() ? 1 : -1;
    List<Chance> contrasts = new ArrayList<>();
    for (Chance value : values) {
      contrasts.add(
          new Chance(
              sign * contrast.ofCandidate(value.value()),
              share * value.probability() * (1 - better)));
      contrasts.add(
          new Chance(sign * contrast.ofCurrent(value.value()), (1 - share) * value.probability()));
    }
    contrasts.add(new Chance(sign * contrast.ofCandidate(best()), share * better));
    return contrasts;
  }

  private ArmContrast contrast(double share) {
    return new ArmContrast(share, plan.primary().getCentre(), plan.cap());
  }

  /** Where labels are drawn, the rarest of them stands for all. */
  private List<Chance> drawn(List<Chance> contrasts) {
    double least = plan.labels().leastProbability();
    if (!plan.labels().drawn()) {
      return contrasts;
    }
    List<Chance> drawn = new ArrayList<>();
    for (Chance one : contrasts) {
      drawn.add(new Chance(one.value() / least, one.probability() * least));
    }
    drawn.add(new Chance(0, 1 - least));
    return drawn;
  }

  private Bounds bounds(Epoch epoch) {
    double stretch = plan.labels().drawn() ? 1 / plan.labels().leastProbability() : 1;
    if (shadow()) {
      return Bounds.around(plan.cap() * stretch);
    }
    ArmContrast contrast = contrast(epoch.getShare());
    Bounds plain = plan.measure().moreIsBetter() ? contrast.bounds() : contrast.boundsOfLoss();
    return new Bounds(plain.lowest() * stretch, plain.highest() * stretch);
  }

  private double sequential(List<Chance> contrasts, Bounds bounds) {
    double growth = GrowthRate.of(contrasts, bounds, plan.line(), Side.GREATER);
    return SampleSize.sequential(growth, plan.policy().getAlphaPromote());
  }

  // F1 and its relatives, and AUC: asymptotic evidence.

  /** The variance of the difference, by unit of both arms, or by pair. */
  private double ofDifference(Epoch epoch, double variance) {
    double share = epoch.getShare();
    return shadow() ? 2 * variance : variance / share + variance / (1 - share);
  }

  /**
   * Units, or blocks, for one look at the end.
   *
   * @param variance of a unit's influence on the current version's figure, or of a block's
   */
  double fixedAsymptotic(Epoch epoch, double variance) {
    return effect() <= 0 || !(variance > 0)
        ? Double.POSITIVE_INFINITY
        : fixed(ofDifference(epoch, variance));
  }

  private double fixed(double variance) {
    double deviation = Math.sqrt(Math.max(0, variance));
    return SampleSize.fixedHorizon(deviation, effect(), plan.policy().getAlphaPromote(), POWER);
  }

  /** Units, or blocks, until the estimate that is planned for would be evidence enough. */
  double asymptotic(Epoch epoch, double variance, AsympCs.BurnIn burnIn) {
    double ofDifference = ofDifference(epoch, variance);
    if (effect() <= 0 || !(ofDifference > 0)) {
      return Double.POSITIVE_INFINITY;
    }
    double alpha = plan.policy().getAlphaPromote();
    AsympCs sequence = new AsympCs(alpha, plan.tuningUnits());
    double share = epoch.getShare();
    double low = burnIn.units() / (shadow() ? 1 : Math.min(share, 1 - share));
    double high = low;
    while (!isEnough(sequence, ofDifference, high, alpha)) {
      high *= 2;
      if (high > MOST_UNITS) {
        return Double.POSITIVE_INFINITY;
      }
    }
    for (int i = 0; i < DOUBLINGS && high - low > 0.5; i++) {
      double middle = (low + high) / 2;
      if (isEnough(sequence, ofDifference, middle, alpha)) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  private boolean isEnough(AsympCs sequence, double variance, double units, double alpha) {
    Estimate expected = new Estimate(effect(), Math.sqrt(variance / units), Math.round(units));
    return sequence.logE(expected, 0, Side.GREATER) >= EValues.needed(alpha);
  }

  // Guards.

  /**
   * Units to prove a guard, when both versions have the same rate of bad events.
   *
   * @param rate of the current version
   */
  double guard(Epoch epoch, Guard guard, double rate) {
    double growth = shadow() ? paired(guard, rate) : split(epoch.getShare(), guard, rate);
    // The claim is the average of two e-values, which costs ln 2.
    return SampleSize.sequential(growth, plan.policy().getAlphaPromote() / 2);
  }

  private static double paired(Guard guard, double rate) {
    double only = rate * (1 - rate);
    double relative = guard.getRelativeMargin();
    double byRatio =
        GrowthRate.of(
            List.of(
                new Chance(1, only),
                new Chance(-(1 + relative), only),
                new Chance(-relative, rate * rate),
                new Chance(0, 1 - 2 * only - rate * rate)),
            new Bounds(-(1 + relative), 1),
            0,
            Side.LESS);
    double byDifference =
        GrowthRate.of(
            List.of(new Chance(1, only), new Chance(-1, only), new Chance(0, 1 - 2 * only)),
            Bounds.around(1),
            guard.getAbsoluteMargin(),
            Side.LESS);
    return Math.max(byRatio, byDifference);
  }

  private static double split(double share, Guard guard, double rate) {
    double byShare =
        rate
            * GrowthRate.of(
                List.of(new Chance(1, share), new Chance(0, 1 - share)),
                new Bounds(0, 1),
                EventShare.line(share, guard.getRelativeMargin()),
                Side.LESS);
    ArmContrast contrast = new ArmContrast(share, 0, 1);
    double byDifference =
        GrowthRate.of(
            List.of(
                new Chance(contrast.ofCandidate(1), share * rate),
                new Chance(contrast.ofCurrent(1), (1 - share) * rate),
                new Chance(0, 1 - rate)),
            contrast.bounds(),
            guard.getAbsoluteMargin(),
            Side.LESS);
    return Math.max(byShare, byDifference);
  }

  // Time.

  /**
   * When so many units are there, in milliseconds after the first; infinite when never.
   *
   * @param units for each epoch, all of it coming from there
   * @param allPerMs of units in whatever arm and epoch
   */
  double time(double[] units, double allPerMs) {
    double done = 0;
    double elapsed = 0;
    for (int i = 0; i < units.length; i++) {
      double perMs = allPerMs * inTest[i];
      double needed = (1 - done) * units[i] / perMs;
      double stays = epochs.get(i).getMinimumMs();
      if (i == units.length - 1 || needed <= stays) {
        return elapsed + needed;
      }
      elapsed += stays;
      done += stays * perMs / units[i];
    }
    return elapsed;
  }
}
