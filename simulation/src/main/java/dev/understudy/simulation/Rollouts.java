package dev.understudy.simulation;

import dev.understudy.collector.comparison.JudgedUnit;
import dev.understudy.collector.comparison.Scored;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.contracts.Digest;
import dev.understudy.contracts.v1.DecisionPolicy;
import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.Guard;
import dev.understudy.contracts.v1.GuardKind;
import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.KpiLine;
import dev.understudy.contracts.v1.OutputMeaning;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.TestDefined;
import dev.understudy.contracts.v1.TestDefinition;

/**
 * The one place that knows how a rollout is defined and how its units look to the judge: plans with
 * the defaults of the rule, and pairs and arms of which only the truth is given.
 */
final class Rollouts {
  /** From when on an answer is slow. */
  private static final long SLOW_US = 50_000;

  /** α of promotion, rollback and futility. */
  static final double ALPHA = 0.05;

  /** α of the sample ratio and of coverage. */
  static final double ALPHA_HEALTH = 0.001;

  private Rollouts() {}

  /** A shadow that must prove superiority in accuracy; no guards. */
  static TestPlan pairedAccuracy(double minimumEffect) {
    return plan(shadow(minimumEffect));
  }

  /** The same with the guard of slow answers, and an end. */
  static TestPlan wholePairedRule(double minimumEffect, long mostUnits) {
    return plan(
        shadow(minimumEffect).addGuards(slow()).setPolicy(policy().setMaximumUnits(mostUnits)));
  }

  /** A shadow that must prove less log loss. */
  static TestPlan pairedLogLoss(double minimumEffect, double cap) {
    return plan(
        shadow(minimumEffect)
            .setPrimary(
                Kpi.newBuilder()
                    .setKind(KpiKind.LOG_LOSS)
                    .setLine(KpiLine.SUPERIORITY)
                    .setMinimumEffect(minimumEffect)
                    .setCap(cap)));
  }

  /** A split that must prove superiority in accuracy around c; no guards. */
  static TestPlan splitAccuracy(double minimumEffect, double centre) {
    return plan(split(minimumEffect, centre));
  }

  /** The same for customers who stay in their arm. */
  static TestPlan splitAccuracyByUnit(double minimumEffect, double centre) {
    return plan(split(minimumEffect, centre).setByUnit(true));
  }

  /** The same with both guards, and an end. */
  static TestPlan wholeSplitRule(double minimumEffect, double centre, long mostUnits) {
    return plan(
        split(minimumEffect, centre)
            .addGuards(errors())
            .addGuards(slow())
            .setPolicy(policy().setMaximumUnits(mostUnits)));
  }

  private static TestDefinition.Builder shadow(double minimumEffect) {
    return TestDefinition.newBuilder()
        .setTestId("simulated")
        .setRolloutId("simulated")
        .setProject("simulation")
        .setModel("simulated")
        .setMode(RouteMode.SHADOW)
        .setCurrent("1")
        .addCandidates("2")
        .setHorizonMs(1_000)
        .setShadowDeadlineMs(1_000)
        .setMeaning(
            OutputMeaning.newBuilder()
                .setOutput("probability")
                .setOutcome("outcome")
                .setPositive("yes")
                .setNegative("no")
                .setThreshold(0.5))
        .setPrimary(accuracy(minimumEffect, 0))
        .setPolicy(policy())
        .addEpochs(Epoch.newBuilder().setNumber(0).setShare(1));
  }

  private static TestDefinition.Builder split(double minimumEffect, double centre) {
    return shadow(minimumEffect)
        .setMode(RouteMode.SPLIT)
        .setPrimary(accuracy(minimumEffect, centre))
        .clearEpochs()
        .addEpochs(Epoch.newBuilder().setNumber(0).setShare(0.5));
  }

  private static Kpi accuracy(double minimumEffect, double centre) {
    return Kpi.newBuilder()
        .setKind(KpiKind.ACCURACY)
        .setLine(KpiLine.SUPERIORITY)
        .setMinimumEffect(minimumEffect)
        .setCap(1)
        .setCentre(centre)
        .build();
  }

  private static Guard.Builder errors() {
    return Guard.newBuilder()
        .setKind(GuardKind.ERRORS)
        .setRelativeMargin(0.5)
        .setAbsoluteMargin(0.0025)
        .setRequired(true);
  }

  private static Guard.Builder slow() {
    return Guard.newBuilder()
        .setKind(GuardKind.SLOW)
        .setRelativeMargin(0.25)
        .setAbsoluteMargin(0.01)
        .setSlowThresholdUs(SLOW_US)
        .setRequired(true);
  }

  private static DecisionPolicy.Builder policy() {
    return DecisionPolicy.newBuilder()
        .setAlphaPromote(ALPHA)
        .setAlphaRollback(ALPHA)
        .setAlphaFutility(ALPHA)
        .setAlphaHealth(ALPHA_HEALTH)
        .setMinimumUnits(200)
        .setMinimumCoverage(0.9)
        .setMinimumCompleteness(0.9)
        .setStaleAfterMs(300_000);
  }

  private static TestPlan plan(TestDefinition.Builder test) {
    TestDefinition definition = test.build();
    return TestPlan.of(
        TestDefined.newBuilder()
            .setTestId(definition.getTestId())
            .setDefinition(definition.toByteString())
            .setDefinitionSha256(Digest.of(definition.toByteArray()))
            .build());
  }

  /** A labelled pair of which only matters who was right and who was slow. */
  static JudgedUnit pair(
      boolean currentRight, boolean candidateRight, boolean currentSlow, boolean candidateSlow) {
    return new JudgedUnit.Pair(
        0, scored(currentRight, currentSlow), scored(candidateRight, candidateSlow), true);
  }

  /** A labelled pair of which only matters who was right. */
  static JudgedUnit pair(boolean currentRight, boolean candidateRight) {
    return pair(currentRight, candidateRight, false, false);
  }

  /** A labelled pair of probabilities. */
  static JudgedUnit pair(double current, double candidate, boolean positive) {
    return new JudgedUnit.Pair(
        0,
        new Scored(ScoreStatus.ANSWERED, current, 1),
        new Scored(ScoreStatus.ANSWERED, candidate, 1),
        positive);
  }

  /** A labelled unit of one arm. */
  static JudgedUnit.Assigned assigned(double share, boolean toCandidate, boolean right) {
    return assigned(share, toCandidate, right, false);
  }

  /** A labelled unit of one arm. */
  static JudgedUnit.Assigned assigned(
      double share, boolean toCandidate, boolean right, boolean slow) {
    return new JudgedUnit.Assigned(0, share, toCandidate, scored(right, slow), true);
  }

  /** A unit of one arm whose label did not come in time. */
  static JudgedUnit unlabelled(double share, boolean toCandidate) {
    return new JudgedUnit.Assigned(0, share, toCandidate, RIGHT, null);
  }

  /** A unit of one arm that failed, and may have been slow about it. */
  static JudgedUnit failed(double share, boolean toCandidate, boolean slow) {
    return new JudgedUnit.Assigned(0, share, toCandidate, slow ? FAILED_SLOW : FAILED, true);
  }

  private static final Scored RIGHT = new Scored(ScoreStatus.ANSWERED, 0.9, 1);
  private static final Scored WRONG = new Scored(ScoreStatus.ANSWERED, 0.1, 1);
  private static final Scored RIGHT_SLOW = new Scored(ScoreStatus.ANSWERED, 0.9, SLOW_US + 1);
  private static final Scored WRONG_SLOW = new Scored(ScoreStatus.ANSWERED, 0.1, SLOW_US + 1);
  private static final Scored FAILED = new Scored(ScoreStatus.FAILED, Double.NaN, 1);
  private static final Scored FAILED_SLOW = new Scored(ScoreStatus.FAILED, Double.NaN, SLOW_US + 1);

  private static Scored scored(boolean right, boolean slow) {
    if (slow) {
      return right ? RIGHT_SLOW : WRONG_SLOW;
    }
    return right ? RIGHT : WRONG;
  }
}
