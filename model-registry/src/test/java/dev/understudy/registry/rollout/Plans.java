package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.OutputMeaning;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.registry.measure.GuardSpec;
import dev.understudy.registry.measure.KpiSpec;
import dev.understudy.registry.measure.Predicted;
import dev.understudy.registry.rollout.RolloutRequest.PolicyRequest;
import dev.understudy.registry.rollout.RolloutRequest.ShareRequest;
import dev.understudy.registry.rollout.RolloutRequest.StageRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Plans and rollouts for the tests of this room. */
final class Plans {
  static final VersionRef CURRENT = version("1");
  static final VersionRef CANDIDATE = version("2");
  static final KpiSpec BETTER = kpi("ACCURACY", "SUPERIORITY", null, 0.01, null);
  static final KpiSpec NOT_WORSE = kpi("ACCURACY", "NON_INFERIORITY", 0.03, null, 0.7);
  static final Predicted PREDICTED =
      new Predicted(
          OutputMeaning.newBuilder()
              .setOutput("probability")
              .setOutcome("status")
              .setPositive("bad")
              .setNegative("good")
              .setThreshold(0.5)
              .build(),
          true);
  static final Duration HORIZON = Duration.ofSeconds(3);

  private Plans() {}

  static KpiSpec kpi(
      @Nullable String kind,
      @Nullable String line,
      @Nullable Double margin,
      @Nullable Double minimumEffect,
      @Nullable Double centre) {
    return new KpiSpec(
        kind, line, margin, minimumEffect, centre, null, null, null, null, null, null, null, null);
  }

  static VersionRef version(String name) {
    return VersionRef.newBuilder().setVersion(name).setFormat("onnx").setBytes(1).build();
  }

  static TestPlan plan() {
    return new TestPlan(
        "r1",
        "demo",
        "credit-risk",
        "1",
        "2",
        1,
        1,
        PREDICTED,
        List.of(),
        null,
        Duration.ofSeconds(2));
  }

  static StageRequest shadow() {
    return new StageRequest(null, null, null, null, HORIZON, null, BETTER, null, null, null);
  }

  static StageRequest split() {
    return new StageRequest(null, null, null, null, HORIZON, null, NOT_WORSE, null, null, null);
  }

  /** A split that begins with one in twenty, and stays so for an hour. */
  static StageRequest ramp() {
    return withShares(
        split(),
        new ShareRequest(0.05, Duration.ofHours(1)),
        new ShareRequest(0.25, null),
        new ShareRequest(0.5, null));
  }

  static StageRequest withShares(StageRequest stage, ShareRequest... shares) {
    return new StageRequest(
        stage.fraction(),
        stage.share(),
        Arrays.asList(shares),
        stage.unitKey(),
        stage.horizon(),
        stage.shadowDeadline(),
        stage.kpi(),
        stage.guards(),
        stage.policy(),
        stage.labels());
  }

  static StageRequest withShare(StageRequest stage, Double fraction, Double share) {
    return new StageRequest(
        fraction,
        share,
        stage.shares(),
        stage.unitKey(),
        stage.horizon(),
        stage.shadowDeadline(),
        stage.kpi(),
        stage.guards(),
        stage.policy(),
        stage.labels());
  }

  static StageRequest withKpi(StageRequest stage, KpiSpec kpi) {
    return new StageRequest(
        stage.fraction(),
        stage.share(),
        stage.shares(),
        stage.unitKey(),
        stage.horizon(),
        stage.shadowDeadline(),
        kpi,
        stage.guards(),
        stage.policy(),
        stage.labels());
  }

  static StageRequest withPolicy(StageRequest stage, PolicyRequest policy) {
    return new StageRequest(
        stage.fraction(),
        stage.share(),
        stage.shares(),
        stage.unitKey(),
        stage.horizon(),
        stage.shadowDeadline(),
        stage.kpi(),
        stage.guards(),
        policy,
        stage.labels());
  }

  static StageRequest withGuards(StageRequest stage, GuardSpec... guards) {
    return new StageRequest(
        stage.fraction(),
        stage.share(),
        stage.shares(),
        stage.unitKey(),
        stage.horizon(),
        stage.shadowDeadline(),
        stage.kpi(),
        List.of(guards),
        stage.policy(),
        stage.labels());
  }

  static Rollout rollout(StageRequest shadow, StageRequest split) {
    return Rollout.planned(
        "r1",
        CURRENT,
        List.of(CANDIDATE),
        "salt",
        Route.newBuilder().setHoldOut(0.1).build(),
        plan().tests(request(shadow, split)));
  }

  /** Candidates "2", "3" and so on, at the same time. */
  static Rollout several(int candidates, RolloutRequest request) {
    List<VersionRef> versions =
        IntStream.range(2, 2 + candidates).mapToObj(i -> version("" + i)).toList();
    return Rollout.planned(
        "r1",
        CURRENT,
        versions,
        "salt",
        Route.getDefaultInstance(),
        AllTests.of(
            versions.stream().map(one -> plan(one.getVersion(), candidates, 1)).toList(), request));
  }

  static TestPlan plan(String candidate, int candidates, int attempt) {
    return new TestPlan(
        "r1",
        "demo",
        "credit-risk",
        "1",
        candidate,
        candidates,
        attempt,
        PREDICTED,
        List.of(),
        null,
        Duration.ofSeconds(2));
  }

  static StageRequest byUnit(StageRequest stage) {
    return new StageRequest(
        stage.fraction(),
        stage.share(),
        stage.shares(),
        "header:customer",
        stage.horizon(),
        stage.shadowDeadline(),
        stage.kpi(),
        stage.guards(),
        stage.policy(),
        stage.labels());
  }

  static RolloutRequest request(@Nullable StageRequest shadow, @Nullable StageRequest split) {
    return request(shadow, split, null, null);
  }

  static RolloutRequest request(
      @Nullable StageRequest shadow,
      @Nullable StageRequest split,
      @Nullable WatchRequest watch,
      @Nullable BreakerRequest breaker) {
    return new RolloutRequest("2", null, shadow, split, null, null, null, watch, breaker);
  }

  /** A rollout whose promotion is watched like that. */
  static Rollout watched(
      @Nullable StageRequest shadow, @Nullable StageRequest split, WatchRequest watch) {
    return Rollout.planned(
        "r1",
        CURRENT,
        List.of(CANDIDATE),
        "salt",
        Route.newBuilder().setHoldOut(0.1).build(),
        WatchPlan.tests(plan(), request(shadow, split, watch, null)));
  }

  static WatchRequest watch(@Nullable String mode) {
    return new WatchRequest(mode, null, null, null, null, null, null, null, null, null);
  }
}
