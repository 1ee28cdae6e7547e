package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.registry.catalog.ModelSpec;
import dev.understudy.registry.measure.GuardSpec;
import dev.understudy.registry.measure.KpiSpec;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A rollout as it is written in a request: a candidate, or several, and one or two stages. {@link
 * TestPlan} and {@link WatchPlan} check it and fill in what is left out.
 *
 * @param candidates instead of one candidate: all are tested at once, and share what may be erred
 * @param segments requests that no test is for; the first that fits decides
 * @param holdOut share of the units that keep the current version and count for no test
 * @param calibration how the current version is measured before the tests; where nothing is said,
 *     it is measured only if a figure is missing that a test cannot do without
 * @param watch after the promotion; by default a reverse shadow for a week
 * @param breaker of every test
 */
record RolloutRequest(
    @Nullable String candidate,
    @Nullable List<String> candidates,
    @Nullable StageRequest shadow,
    @Nullable StageRequest split,
    @Nullable List<SegmentRequest> segments,
    @Nullable Double holdOut,
    @Nullable CalibrationRequest calibration,
    @Nullable WatchRequest watch,
    @Nullable BreakerRequest breaker) {
  private static final double LARGEST_HOLD_OUT = 0.9;

  /** A candidate by the field that names it. */
  record Named(String field, String version) {}

  /** All candidates, each once. */
  List<Named> named() {
    List<String> several = candidates;
    if (several == null) {
      return List.of(new Named("candidate", Checks.present("candidate", candidate)));
    }
    if (candidate != null) {
      throw Refused.field("candidates", "there is a 'candidate' too; say one of both");
    }
    Checks.between("candidates", several.size(), 1, Rollout.MOST_CANDIDATES);
    List<Named> named = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < several.size(); i++) {
      String field = "candidates[%d]".formatted(i);
      String version = Checks.present(field, several.get(i));
      if (!seen.add(version)) {
        throw Refused.field(field, "version %s is there twice".formatted(version));
      }
      named.add(new Named(field, version));
    }
    return named;
  }

  /**
   * Who takes part in the tests: what the routes of the rollout say of segments, hold-out and unit
   * key, and nothing else.
   *
   * @param versions finds a version of the model
   */
  Route eligibility(ModelSpec model, Function<String, Optional<VersionRef>> versions) {
    return Route.newBuilder()
        .setUnitKey(unitKey(model))
        .addAllSegments(
            SegmentRequest.checked(segments == null ? List.of() : segments, model, versions))
        .setHoldOut(Checks.between("hold_out", holdOut == null ? 0 : holdOut, 0, LARGEST_HOLD_OUT))
        .build();
  }

  /** Where the split reads the unit, as it is published; empty where each request is one. */
  private String unitKey(ModelSpec model) {
    if (split == null || split.unitKey() == null) {
      return "";
    }
    KpiSpec kpi = split.kpi();
    if (kpi != null && kpi.covariate() != null) {
      Sources.requireCovariate("split.kpi.covariate", kpi.covariate(), model);
    }
    return Sources.checked("split.unit_key", split.unitKey(), model).toString();
  }

  /**
   * One test.
   *
   * @param fraction SHADOW: of the requests that the candidate scores too; all by default
   * @param share SPLIT: of the units that the candidate answers, of several each; half by default,
   *     and the same part for everyone where there are several
   * @param shares SPLIT: instead of one share, a rising list of them: epochs of one test
   * @param unitKey SPLIT: where a request says whose it is: header:NAME, parameter:NAME or
   *     input:NAME. Each such unit stays in its arm, and units are compared; by default each
   *     request is one
   * @param horizon how long a label may take
   * @param shadowDeadline SHADOW: how long a shadow may take; 1 s by default
   * @param kpi the model's own where it has exactly one
   * @param guards the model's own, or errors alone
   * @param labels what a missing label is; left out of the comparison by default
   */
  record StageRequest(
      @Nullable Double fraction,
      @Nullable Double share,
      @Nullable List<ShareRequest> shares,
      @Nullable String unitKey,
      @Nullable Duration horizon,
      @Nullable Duration shadowDeadline,
      @Nullable KpiSpec kpi,
      @Nullable List<GuardSpec> guards,
      @Nullable PolicyRequest policy,
      @Nullable LabelRequest labels) {}

  /**
   * One share of a split.
   *
   * @param minimumDuration how long it stays before the next one is taken without a person; a day
   *     by default. The last share has none
   */
  record ShareRequest(@Nullable Double share, @Nullable Duration minimumDuration) {}

  /**
   * When to decide; whatever is left out has the default of {@link TestPlan}.
   *
   * @param strictAttempts the n-th test of the same artefact against the model needs evidence at
   *     alphaPromote / 2^(n-1), so that all of its attempts together promote a candidate that is no
   *     better with at most twice alphaPromote
   */
  record PolicyRequest(
      @Nullable Double alphaPromote,
      @Nullable Double alphaRollback,
      @Nullable Double alphaFutility,
      @Nullable Double alphaHealth,
      @Nullable Long minimumUnits,
      @Nullable Long maximumUnits,
      @Nullable Duration minimumDuration,
      @Nullable Duration maximumDuration,
      @Nullable Double minimumCoverage,
      @Nullable Double minimumCompleteness,
      @Nullable Duration staleAfter,
      @Nullable Boolean strictAttempts) {
    static final PolicyRequest DEFAULTS =
        new PolicyRequest(null, null, null, null, null, null, null, null, null, null, null, null);
  }
}
