package dev.understudy.collector.comparison;

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
import dev.understudy.contracts.v1.TestDefined;
import dev.understudy.contracts.v1.TestDefinition;

/** Definitions for tests: current "1" against candidate "2", horizon 3 s, deadline 1 s. */
public final class Plans {
  private Plans() {}

  /** A shadow that must prove superiority in accuracy, with both guards. */
  public static TestDefinition.Builder shadow(String testId) {
    return TestDefinition.newBuilder()
        .setTestId(testId)
        .setRolloutId("rollout-" + testId)
        .setProject("demo")
        .setModel("credit-risk")
        .setMode(RouteMode.SHADOW)
        .setCurrent("1")
        .addCandidates("2")
        .setHorizonMs(3_000)
        .setShadowDeadlineMs(1_000)
        .setMeaning(
            OutputMeaning.newBuilder()
                .setOutput("probability")
                .setOutcome("status")
                .setPositive("bad")
                .setNegative("good")
                .setThreshold(0.5))
        .setPrimary(
            Kpi.newBuilder()
                .setKind(KpiKind.ACCURACY)
                .setLine(KpiLine.SUPERIORITY)
                .setMinimumEffect(0.01)
                .setCap(1)
                .setCentre(0.7))
        .addGuards(
            Guard.newBuilder()
                .setKind(GuardKind.ERRORS)
                .setRelativeMargin(0.5)
                .setAbsoluteMargin(0.02)
                .setRequired(true))
        .addGuards(
            Guard.newBuilder()
                .setKind(GuardKind.SLOW)
                .setRelativeMargin(0.25)
                .setAbsoluteMargin(0.02)
                .setSlowThresholdUs(50_000)
                .setRequired(true))
        .setPolicy(policy())
        .addEpochs(Epoch.newBuilder().setNumber(0).setShare(1));
  }

  /** A split at 50 % that must prove that accuracy is not worse by three points. */
  public static TestDefinition.Builder split(String testId) {
    return shadow(testId)
        .setMode(RouteMode.SPLIT)
        .setPrimary(
            Kpi.newBuilder()
                .setKind(KpiKind.ACCURACY)
                .setLine(KpiLine.NON_INFERIORITY)
                .setMargin(0.03)
                .setCap(1)
                .setCentre(0.7))
        .clearEpochs()
        .addEpochs(Epoch.newBuilder().setNumber(0).setShare(0.5));
  }

  /** The same test, judged by log loss. */
  public static TestDefinition.Builder byLogLoss(TestDefinition.Builder test) {
    return test.setPrimary(
        test.getPrimary().toBuilder()
            .setKind(KpiKind.LOG_LOSS)
            .setCap(6.908)
            .setMinimumEffect(0.003)
            .setCentre(0.5));
  }

  private static DecisionPolicy policy() {
    return DecisionPolicy.newBuilder()
        .setAlphaPromote(0.05)
        .setAlphaRollback(0.05)
        .setAlphaFutility(0.05)
        .setAlphaHealth(0.001)
        .setMinimumUnits(200)
        .setMinimumDurationMs(5_000)
        .setMaximumDurationMs(600_000)
        .setMinimumCoverage(0.9)
        .setMinimumCompleteness(0.9)
        .setStaleAfterMs(300_000)
        .build();
  }

  /** The record of a definition. */
  public static TestDefined defined(TestDefinition.Builder test) {
    TestDefinition definition = test.build();
    return TestDefined.newBuilder()
        .setTestId(definition.getTestId())
        .setDefinition(definition.toByteString())
        .setDefinitionSha256(Digest.of(definition.toByteArray()))
        .build();
  }

  /** The plan of a definition. */
  public static TestPlan plan(TestDefinition.Builder test) {
    return TestPlan.of(defined(test));
  }
}
