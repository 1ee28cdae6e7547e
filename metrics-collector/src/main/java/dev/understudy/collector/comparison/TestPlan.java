package dev.understudy.collector.comparison;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.Digest;
import dev.understudy.contracts.Names;
import dev.understudy.contracts.v1.DecisionPolicy;
import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.ErrorBudget;
import dev.understudy.contracts.v1.Guard;
import dev.understudy.contracts.v1.GuardKind;
import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.KpiLine;
import dev.understudy.contracts.v1.OutputMeaning;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.TestDefined;
import dev.understudy.contracts.v1.TestDefinition;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A test's frozen definition, read and checked: what cannot be judged is refused here, by name, and
 * nowhere later. Immutable.
 *
 * @param candidate the only one; of several at once each has a test of its own
 * @param measure what the primary KPI makes of a prediction
 * @param labels what a missing label is
 * @param byUnit whether units are compared, each with all its requests, and not requests
 * @param watch how the promoted candidate is watched; empty of a test before a promotion
 * @param breaker when the candidate fails too often for anything else to matter
 * @param sha256 of the definition's bytes, lower-case hex
 * @param calibrating what is measured of the current version before the tests; null of a test
 */
public record TestPlan(
    String testId,
    String rolloutId,
    String project,
    String model,
    RouteMode mode,
    String current,
    String candidate,
    long horizonMs,
    long shadowDeadlineMs,
    OutputMeaning meaning,
    Kpi primary,
    Measure measure,
    List<Guard> guards,
    DecisionPolicy policy,
    Set<Integer> epochs,
    LabelRule labels,
    boolean byUnit,
    Optional<WatchRule> watch,
    Optional<BreakerRule> breaker,
    String sha256,
    @Nullable Calibrating calibrating) {

  private static final int MOST_CANDIDATES = 8;
  private static final long LONGEST_MS = 10L * 366 * 24 * 60 * 60 * 1000;

  /**
   * Reads the record of a test.
   *
   * @throws IllegalArgumentException naming the field, when the digest is wrong or the definition
   *     cannot be judged
   */
  public static TestPlan of(TestDefined defined) {
    byte[] bytes = defined.getDefinition().toByteArray();
    String sha256 = Digest.of(bytes);
    require(
        sha256.equals(defined.getDefinitionSha256()),
        "definition_sha256 is %s, the definition has %s",
        defined.getDefinitionSha256(),
        sha256);
    TestDefinition definition;
    try {
      definition = TestDefinition.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("definition is not a TestDefinition", e);
    }
    require(
        definition.getTestId().equals(defined.getTestId()),
        "test_id is %s outside and %s inside the definition",
        defined.getTestId(),
        definition.getTestId());
    return of(definition, sha256);
  }

  private static TestPlan of(TestDefinition definition, String sha256) {
    requireName("test_id", definition.getTestId());
    requireName("rollout_id", definition.getRolloutId());
    requireName("project", definition.getProject());
    requireName("model", definition.getModel());
    requireName("current", definition.getCurrent());
    require(
        definition.getCandidatesCount() == 1,
        "candidates: %d, exactly one is judged",
        definition.getCandidatesCount());
    String candidate = definition.getCandidates(0);
    requireName("candidates", candidate);
    require(!candidate.equals(definition.getCurrent()), "candidates: %s is current", candidate);
    require(
        definition.getMode() == RouteMode.SHADOW
            || definition.getMode() == RouteMode.SPLIT
            || (definition.getMode() == RouteMode.SINGLE && definition.hasCalibration()),
        "mode: %s is not a test",
        definition.getMode());
    requireDuration("horizon_ms", definition.getHorizonMs());
    if (definition.hasCalibration()) {
      return calibration(definition, sha256);
    }
    requireDuration("shadow_deadline_ms", definition.getShadowDeadlineMs());
    Measure measure =
        KpiRules.check(definition.getMeaning(), definition.getMode(), definition.getPrimary());
    checkGuards(definition.getGuardsList());
    checkPolicy(definition.getPolicy());
    if (definition.hasBudget()) {
      checkBudget(definition.getBudget(), definition.getPolicy());
    }
    checkAsymptotic(definition.getByUnit(), measure, definition.getPolicy());
    require(definition.getEpochsCount() > 0, "epochs: none");
    return new TestPlan(
        definition.getTestId(),
        definition.getRolloutId(),
        definition.getProject(),
        definition.getModel(),
        definition.getMode(),
        definition.getCurrent(),
        candidate,
        definition.getHorizonMs(),
        definition.getShadowDeadlineMs(),
        definition.getMeaning(),
        definition.getPrimary(),
        measure,
        List.copyOf(definition.getGuardsList()),
        definition.getPolicy(),
        definition.getEpochsList().stream()
            .map(Epoch::getNumber)
            .collect(Collectors.toUnmodifiableSet()),
        LabelRule.of(
            definition.getLabels(),
            definition.getMode(),
            measure,
            definition.getPolicy().getMinimumCoverage()),
        UnitRules.check(definition, measure),
        WatchRule.of(definition, measure),
        BreakerRule.of(definition),
        sha256,
        null);
  }

  /** Beside the times, all that matters of a calibration is in its drafts. */
  private static TestPlan calibration(TestDefinition definition, String sha256) {
    require(
        definition.getMode() == RouteMode.SINGLE,
        "calibration: in %s versions are compared, not measured",
        definition.getMode());
    requireDuration("policy.maximum_duration_ms", definition.getPolicy().getMaximumDurationMs());
    Calibrating calibrating = Calibrating.of(definition);
    TestPlan first = calibrating.drafts().getFirst().plan();
    return new TestPlan(
        definition.getTestId(),
        definition.getRolloutId(),
        definition.getProject(),
        definition.getModel(),
        RouteMode.SINGLE,
        definition.getCurrent(),
        definition.getCandidates(0),
        definition.getHorizonMs(),
        0,
        definition.getMeaning(),
        first.primary(),
        first.measure(),
        List.of(),
        definition.getPolicy(),
        Set.of(0),
        first.labels(),
        false,
        Optional.empty(),
        Optional.empty(),
        sha256,
        calibrating);
  }

  /** In SHADOW: the version whose answer the caller gets; after a promotion, the candidate. */
  public String answering() {
    return answering(current, candidate);
  }

  /** In SHADOW: the version that only rehearses, and after a promotion the former current one. */
  public String rehearsing() {
    return answering(candidate, current);
  }

  /** Of the two, what belongs to the version that answers in SHADOW. */
  public <T> T answering(T ofCurrent, T ofCandidate) {
    return watch.isPresent() ? ofCandidate : ofCurrent;
  }

  /** The number of the widest share that the definition knows; 0 of a shadow. */
  public int lastEpoch() {
    return epochs.stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  /** How long after its append time a prediction may be counted, in milliseconds of log time. */
  public long maturesAfterMs() {
    return Math.max(horizonMs, shadowDeadlineMs);
  }

  /** The line of the primary KPI: 0 for superiority, minus the margin for non-inferiority. */
  public double line() {
    return primary.getLine() == KpiLine.SUPERIORITY ? 0 : -primary.getMargin();
  }

  /** The effect below which going on is futile; only where superiority is to be proven. */
  public OptionalDouble futileLine() {
    return primary.getLine() == KpiLine.SUPERIORITY && primary.getMinimumEffect() > 0
        ? OptionalDouble.of(primary.getMinimumEffect())
        : OptionalDouble.empty();
  }

  /**
   * The statistics that judge the primary KPI; one that is counted in cells is summed where labels
   * are weighted.
   */
  public Measure.Family family() {
    return measure.family() == Measure.Family.CELLS && labels.drawn()
        ? Measure.Family.SUMS
        : measure.family();
  }

  /** Whether the sums of squares are shown too: not of values that are weighted. */
  boolean showsSquares() {
    return measure.showsSquares() && !labels.drawn();
  }

  /** The largest value of a row by the primary KPI; 1 for accuracy. */
  public double cap() {
    return measure.cap();
  }

  /** The outcome that the primary KPI needs. */
  public String outcome() {
    return primary.getKind() == KpiKind.VALUE && !primary.getOutcome().isEmpty()
        ? primary.getOutcome()
        : meaning.getOutcome();
  }

  /** How many positives make a block of AUC. */
  public int blockPositives() {
    return primary.getBlockPositives() > 0 ? primary.getBlockPositives() : 8;
  }

  /** How many negatives make a block of AUC. */
  public int blockNegatives() {
    return primary.getBlockNegatives() > 0 ? primary.getBlockNegatives() : 72;
  }

  /** n*: the number of units, or of blocks, at which asymptotic evidence is strongest. */
  public long tuningUnits() {
    if (primary.getTuningUnits() > 0) {
      return primary.getTuningUnits();
    }
    return measure.family() == Measure.Family.BLOCKS ? 250 : 5_000;
  }

  /** From when on a score is slow, in microseconds; never, without such a guard. */
  public long slowThresholdUs() {
    // Asked for every unit, so without a stream.
    for (Guard guard : guards) {
      if (guard.getKind() == GuardKind.SLOW) {
        return guard.getSlowThresholdUs();
      }
    }
    return Long.MAX_VALUE;
  }

  private static void checkGuards(List<Guard> guards) {
    Set<GuardKind> seen = EnumSet.noneOf(GuardKind.class);
    for (Guard guard : guards) {
      switch (guard.getKind()) {
        case ERRORS, TIMEOUTS, INVALID -> {}
        case SLOW ->
            require(
                guard.getSlowThresholdUs() > 0,
                "guards.slow_threshold_us: %d is not above 0",
                guard.getSlowThresholdUs());
        case GUARD_KIND_UNSPECIFIED, UNRECOGNIZED ->
            throw new IllegalArgumentException("guards.kind is missing");
      }
      require(seen.add(guard.getKind()), "guards: %s twice", guard.getKind());
      requireBetween("guards.relative_margin", guard.getRelativeMargin(), 0, 1_000);
      requireBetween("guards.absolute_margin", guard.getAbsoluteMargin(), 0, 0.999);
    }
  }

  private static void checkPolicy(DecisionPolicy policy) {
    requireLevel("policy.alpha_promote", policy.getAlphaPromote());
    requireLevel("policy.alpha_rollback", policy.getAlphaRollback());
    requireLevel("policy.alpha_futility", policy.getAlphaFutility());
    requireLevel("policy.alpha_health", policy.getAlphaHealth());
    require(policy.getMinimumUnits() >= 0, "policy.minimum_units is below 0");
    require(policy.getMaximumUnits() >= 0, "policy.maximum_units is below 0");
    requireDuration("policy.minimum_duration_ms", policy.getMinimumDurationMs());
    requireDuration("policy.maximum_duration_ms", policy.getMaximumDurationMs());
    requireDuration("policy.stale_after_ms", policy.getStaleAfterMs());
    requireBetween("policy.minimum_coverage", policy.getMinimumCoverage(), 0, 1);
    requireBetween("policy.minimum_completeness", policy.getMinimumCompleteness(), 0, 1);
  }

  /** The levels must be the part of the rollout's that they are said to be. */
  private static void checkBudget(ErrorBudget budget, DecisionPolicy policy) {
    int candidates = budget.getCandidates();
    require(
        candidates >= 1 && candidates <= MOST_CANDIDATES,
        "budget.candidates: %d is not in 1..%d",
        candidates,
        MOST_CANDIDATES);
    requirePart("alpha_promote", policy.getAlphaPromote(), budget.getAlphaPromote(), candidates);
    requirePart("alpha_rollback", policy.getAlphaRollback(), budget.getAlphaRollback(), candidates);
  }

  private static void requirePart(String name, double part, double whole, int candidates) {
    require(
        Math.abs(part * candidates - whole) <= 1e-9 * whole,
        "budget.%s: %s is not %d times the policy's %s",
        name,
        whole,
        candidates,
        part);
  }

  /** A bound that is missed more often than not is none; exact tests have no such limit. */
  private static void checkAsymptotic(boolean byUnit, Measure measure, DecisionPolicy policy) {
    if (byUnit
        || measure.family() == Measure.Family.TABLE
        || measure.family() == Measure.Family.BLOCKS) {
      requireBelowHalf("policy.alpha_promote", policy.getAlphaPromote());
      requireBelowHalf("policy.alpha_rollback", policy.getAlphaRollback());
      requireBelowHalf("policy.alpha_futility", policy.getAlphaFutility());
    }
  }

  private static void requireBelowHalf(String field, double alpha) {
    require(alpha < 0.5, "%s: %s is not below 0.5, as asymptotic evidence needs", field, alpha);
  }

  private static void requireName(String field, String name) {
    require(Names.allowed(name), "%s: '%s' is not a name: %s", field, name, Names.RULE);
  }

  private static void requireDuration(String field, long millis) {
    require(millis >= 0 && millis <= LONGEST_MS, "%s: %d is not a duration", field, millis);
  }

  private static void requireLevel(String field, double alpha) {
    require(alpha > 0 && alpha < 1, "%s: %s is not between 0 and 1", field, alpha);
  }

  private static void requireBetween(String field, double value, double least, double most) {
    require(value >= least && value <= most, "%s: %s is not in %s..%s", field, value, least, most);
  }

  private static void require(boolean holds, String message, Object... parts) {
    if (!holds) {
      throw new IllegalArgumentException(message.formatted(parts));
    }
  }
}
