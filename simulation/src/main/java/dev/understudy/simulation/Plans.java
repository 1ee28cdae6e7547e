package dev.understudy.simulation;

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
import dev.understudy.contracts.v1.Task;
import dev.understudy.contracts.v1.TestDefined;
import dev.understudy.contracts.v1.TestDefinition;
import java.util.List;

/**
 * The one place that knows how a rollout is defined: frozen definitions with the defaults of the
 * rule, read as the collector reads them.
 */
final class Plans {
  /** From when on an answer is slow. */
  static final long SLOW_US = 50_000;

  /** α of promotion, rollback and futility. */
  static final double ALPHA = 0.05;

  /** α of the sample ratio and of coverage. */
  static final double ALPHA_HEALTH = 0.001;

  private static final OutputMeaning PROBABILITY =
      OutputMeaning.newBuilder()
          .setOutput("probability")
          .setOutcome("outcome")
          .setPositive("yes")
          .setNegative("no")
          .setThreshold(0.5)
          .build();

  private Plans() {}

  /** Accuracy, of which superiority is to be proven; futile below an effect, 0 never. */
  static Kpi.Builder accuracy(double minimumEffect) {
    return kpi(KpiKind.ACCURACY).setMinimumEffect(minimumEffect);
  }

  /** A KPI of which superiority is to be proven, and that is never futile. */
  static Kpi.Builder kpi(KpiKind kind) {
    return Kpi.newBuilder().setKind(kind).setLine(KpiLine.SUPERIORITY);
  }

  /** A shadow without guards, that may last for ever. */
  static TestDefinition.Builder shadow(Kpi.Builder primary) {
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
        .setMeaning(PROBABILITY)
        .setPrimary(primary)
        .setPolicy(policy())
        .addEpochs(Epoch.newBuilder().setNumber(0).setShare(1));
  }

  /** A split likewise, with these shares of the candidate as its epochs. */
  static TestDefinition.Builder split(Kpi.Builder primary, double... shares) {
    TestDefinition.Builder split = shadow(primary).setMode(RouteMode.SPLIT).clearEpochs();
    for (double share : shares) {
      split.addEpochs(Epoch.newBuilder().setNumber(split.getEpochsCount()).setShare(share));
    }
    return split;
  }

  /** The model says an amount. */
  static TestDefinition.Builder ofAmounts(TestDefinition.Builder test) {
    return test.setMeaning(
        OutputMeaning.newBuilder()
            .setTask(Task.REGRESSION)
            .setOutput("amount")
            .setOutcome("outcome"));
  }

  /** The model says one of several classes. */
  static TestDefinition.Builder ofClasses(TestDefinition.Builder test, List<String> classes) {
    return test.setMeaning(
        OutputMeaning.newBuilder()
            .setTask(Task.MULTICLASS)
            .setOutput("class")
            .setOutcome("outcome")
            .addAllClasses(classes));
  }

  /** The test ends when so many units have been counted. */
  static TestDefinition.Builder atMost(long units, TestDefinition.Builder test) {
    return test.setPolicy(test.getPolicy().toBuilder().setMaximumUnits(units));
  }

  /** One of so many candidates that may err together as often as one alone. */
  static TestDefinition.Builder oneOf(int candidates, TestDefinition.Builder test) {
    return test.setPolicy(
        test.getPolicy().toBuilder()
            .setAlphaPromote(ALPHA / candidates)
            .setAlphaRollback(ALPHA / candidates));
  }

  static Guard.Builder errors() {
    return Guard.newBuilder()
        .setKind(GuardKind.ERRORS)
        .setRelativeMargin(0.5)
        .setAbsoluteMargin(0.0025)
        .setRequired(true);
  }

  static Guard.Builder slow() {
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

  /** As the collector reads it, once it is frozen. */
  static TestPlan frozen(TestDefinition.Builder test) {
    TestDefinition definition = test.build();
    return TestPlan.of(
        TestDefined.newBuilder()
            .setTestId(definition.getTestId())
            .setDefinition(definition.toByteString())
            .setDefinitionSha256(Digest.of(definition.toByteArray()))
            .build());
  }
}
