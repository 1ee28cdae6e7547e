package dev.understudy.gateway.hotswap;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.contracts.v1.Batching;
import dev.understudy.contracts.v1.Capacity;
import dev.understudy.contracts.v1.Fallback;
import dev.understudy.contracts.v1.ModelState;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.contracts.v1.Segment;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.gateway.Documents;
import dev.understudy.gateway.FakeRegistry;
import dev.understudy.gateway.FarServer;
import dev.understudy.gateway.routing.PredictionId;
import dev.understudy.gateway.routing.RequestValues;
import dev.understudy.gateway.routing.RoutePlan;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.gateway.routing.ServingPolicy;
import dev.understudy.scoring.Model;
import dev.understudy.scoring.ModelPool;
import dev.understudy.scoring.RemoteAccess;
import dev.understudy.scoring.RunPolicy;
import dev.understudy.scoring.Tensor;
import dev.understudy.testkit.Graphs;
import dev.understudy.testkit.TestKafka;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The swap without Kafka: records are handed over as the feed would. */
class HotSwapTest {
  private static final byte[] ONE = Graphs.sigmoid(1);
  private static final byte[] TWO = Graphs.sigmoid(2);
  private static final VersionRef V1 = Published.version("1", ONE);
  private static final VersionRef V2 = Published.version("2", TWO);
  private static final byte[] THREE = Graphs.sigmoid(3);
  private static final VersionRef V3 = Published.version("3", THREE);

  @TempDir Path data;

  private final ModelPool pool = new ModelPool(1, 8);
  private FakeRegistry registry;
  private HotSwap swap;

  @BeforeEach
  void open() throws IOException {
    registry = new FakeRegistry();
    registry.add(ONE);
    registry.add(TWO);
    registry.add(THREE);
    swap = swap(registry.address());
  }

  @AfterEach
  void close() {
    swap.close();
    registry.close();
  }

  @Test
  void aPreparedRouteIsLoadedAndNotServed() {
    swap.accept(model().setPrepared(Published.single(1, V1)).build());

    awaitPrepared(1);
    assertThat(swap.table().find("m")).isEmpty();
    assertThat(pool.size()).isOne();
  }

  @Test
  void aCommitOfWhatIsPreparedIsDoneOnTheSpot() {
    swap.accept(model().setPrepared(Published.single(1, V1)).build());
    awaitPrepared(1);

    swap.accept(model().setCommitted(Published.single(1, V1)).build());

    assertThat(live().route().revision()).isEqualTo(1);
    assertThat(state().getPreparedRevision()).isZero();
    assertThat(state().getLiveRevision()).isEqualTo(1);
  }

  @Test
  void aCommitThatWasNeverPreparedIsServedWhenItIsLoaded() {
    commit(Published.single(1, V1));
    awaitLive(1);

    commit(Published.shadow(2, V1, V2));

    awaitLive(2);
    assertThat(live().versions()).containsExactlyInAnyOrder("1", "2");
  }

  @Test
  void aSingleVersionThatIsMeasuredNamesItsTestAndHoldsUnitsOut() throws Exception {
    commit(
        Published.single(1, V1).toBuilder()
            .setTestId("r1-calibration")
            .setSalt("salt")
            .setHoldOut(0.1)
            .build());
    awaitLive(1);

    assertThat(live().route().liveTest())
        .contains(new dev.understudy.gateway.routing.Route.Test("r1-calibration", 0, "salt"));
  }

  @Test
  void aStaleRevisionLeavesTheLiveTableUntouched() {
    commit(Published.shadow(5, V1, V2));
    awaitLive(5);
    ServedModel before = live();

    swap.accept(model().setCommitted(Published.single(4, V2)).build());
    swap.accept(model().setCommitted(Published.single(5, V2)).build());
    swap.accept(model().setPrepared(Published.single(3, V2)).build());

    assertThat(live()).isSameAs(before);
    assertThat(state().getLiveRevision()).isEqualTo(5);
  }

  @Test
  void aCandidateThatCannotBeLoadedKeepsNobodyFromTheCurrentVersion() throws Exception {
    byte[] late = Graphs.sigmoid(9);
    VersionRef candidate = Published.version("9", late);

    commit(Published.shadow(3, V1, candidate));

    await().untilAsserted(() -> assertThat(swap.table().find("m")).isPresent());
    assertThat(live().versions()).containsExactly("1");
    assertThat(live().route()).isEqualTo(new dev.understudy.gateway.routing.Route.Single(3, "1"));
    await().untilAsserted(() -> assertThat(state().getFailuresList()).isNotEmpty());
    assertThat(state().getFailures(0).getVersion()).isEqualTo("9");

    registry.add(late);
    await().untilAsserted(() -> assertThat(live().versions()).contains("1", "9"));
    assertThat(live().route()).isInstanceOf(dev.understudy.gateway.routing.Route.Shadow.class);
  }

  @Test
  void aRollbackToWhatIsLoadedNeedsNoLoad() {
    commit(Published.shadow(1, V1, V2));
    awaitLive(1);
    registry.close();

    swap.accept(model().setCommitted(Published.single(2, V1)).build());

    assertThat(live().route().revision()).isEqualTo(2);
    assertThat(pool.size()).isOne();
  }

  @Test
  void aRemoteVersionIsRefusedWithTheReasonUnlessItsHostIsAllowed() {
    byte[] remote = Documents.remote(registry.address(), "m", "1").getBytes(UTF_8);
    registry.add(remote);

    swap.accept(model().setPrepared(Published.single(1, Published.version("1", remote))).build());

    await().untilAsserted(() -> assertThat(state().getFailuresList()).hasSize(1));
    assertThat(state().getFailures(0).getReason()).contains("understudy.remote.allowed-hosts");
  }

  @Test
  void aRemoteVersionThatIsAwayIsTriedUntilItAnswers() throws IOException {
    try (FarServer far = new FarServer();
        HotSwap patient = swap(registry.address(), callingFarServers())) {
      byte[] remote = Documents.remote(far.address(), "m", "1").getBytes(UTF_8);
      registry.add(remote);

      patient.accept(
          model().setCommitted(Published.single(1, Published.version("1", remote))).build());
      await().untilAsserted(() -> assertThat(state(patient).getFailuresList()).hasSize(1));
      assertThat(state(patient).getFailures(0).getReason()).contains("it answers 503");
      assertThat(patient.table().find("m")).isEmpty();
      far.answers();

      await().untilAsserted(() -> assertThat(patient.table().find("m")).isPresent());
    }
  }

  @Test
  void aVersionThatWasReplacedIsServedAgainWithoutALoad() throws IOException {
    MeterRegistry meters = new SimpleMeterRegistry();
    try (ModelPool keeping =
            new ModelPool(RunPolicy.standard(), Long.MAX_VALUE, RemoteAccess.NONE, 2);
        HotSwap keeper = swap(registry.address(), false, keeping, meters)) {
      keeper.accept(model().setCommitted(Published.single(1, V1)).build());
      awaitLive(keeper, 1);
      Model first = live(keeper).version("1").orElseThrow().model();
      keeper.accept(model().setCommitted(Published.single(2, V2)).build());
      awaitLive(keeper, 2);
      assertThat(meters.get("gateway.idle.models").gauge().value()).isOne();
      assertThat(live(keeper).versions()).containsExactly("2");
      assertThat(live(keeper).version("1")).isEmpty();
      registry.close();

      Route back = Published.single(3, V1);
      keeper.accept(model().setCommitted(Published.single(2, V2)).setPrepared(back).build());
      await().untilAsserted(() -> assertThat(state(keeper).getPreparedRevision()).isEqualTo(3));
      keeper.accept(model().setCommitted(back).build());

      assertThat(live(keeper).version("1").orElseThrow().model()).isSameAs(first);
      assertThat(keeping.loads()).isEqualTo(2);
      assertThat(meters.get("gateway.model.revived").functionCounter().count()).isOne();
      assertThat(meters.get("gateway.model.load").tag("code", "loaded").timer().count())
          .isEqualTo(2);
      assertThat(meters.get("gateway.model.load").tag("code", "held").timer().count()).isOne();
      assertThat(
              meters
                  .get("gateway.model.unloaded")
                  .tag("reason", "number")
                  .functionCounter()
                  .count())
          .isZero();
    }
  }

  @Test
  void aPreparationThatIsWithdrawnWhileItLoadsLeavesNothingBehind() throws IOException {
    ModelPool keeping = new ModelPool(RunPolicy.standard(), Long.MAX_VALUE, RemoteAccess.NONE, 2);
    try (HotSwap keeper = swap(registry.address(), keeping)) {
      for (int revision = 1; revision <= 20; revision++) {
        keeper.accept(
            model()
                .setPrepared(Published.shadow(revision, V1, revision % 2 == 0 ? V2 : V3))
                .build());
        keeper.accept(model().build());
      }
      await().untilAsserted(() -> assertThat(keeping.size()).isZero());
      assertThat(keeping.idle()).isLessThanOrEqualTo(2);
    }
    keeping.close();
    await().untilAsserted(() -> assertThat(keeping.usedBytes()).isZero());
  }

  @Test
  void aStandbyStaysLoaded() {
    commit(Published.shadow(1, V1, V2));
    awaitLive(1);

    swap.accept(model().setCommitted(Published.single(2, V2)).addStandby(V1).build());
    assertThat(live().versions()).containsExactlyInAnyOrder("1", "2");

    swap.accept(model().setCommitted(Published.single(3, V2)).build());
    assertThat(live().versions()).containsExactly("2");
    assertThat(pool.size()).isOne();
  }

  @Test
  void theOldModelIsClosedAfterItsLastRequest() {
    commit(Published.single(1, V1));
    awaitLive(1);
    ServedModel old = live();
    assertThat(old.enter()).isTrue();

    commit(Published.single(2, V2));
    awaitLive(2);
    assertThat(pool.size()).isEqualTo(2);
    old.leave();

    assertThat(pool.size()).isOne();
    assertThat(old.enter()).isFalse();
  }

  @Test
  void aWithdrawnPreparationIsGivenBack() {
    commit(Published.single(1, V1));
    awaitLive(1);
    RoutePublished.Builder withdrawn = model().setCommitted(Published.single(1, V1));
    swap.accept(withdrawn.clone().setPrepared(Published.shadow(2, V1, V2)).build());
    awaitPrepared(2);
    assertThat(pool.size()).isEqualTo(2);

    swap.accept(withdrawn.build());

    assertThat(state().getPreparedRevision()).isZero();
    assertThat(pool.size()).isOne();
  }

  @Test
  void whatCannotBeLoadedIsReportedAndTheOldRouteStays() {
    commit(Published.single(1, V1));
    awaitLive(1);
    byte[] forged = "forged".getBytes(UTF_8);
    VersionRef wrongDigest = Published.version("3", "something else".getBytes(UTF_8));
    registry.forge(wrongDigest.getSha256(), forged);

    assertPrepareFails(Published.shadow(2, V1, wrongDigest), "SHA-256");
    assertPrepareFails(
        Published.shadow(3, V1, Published.version("4", upload("no model"))), "format");
    assertPrepareFails(
        Published.shadow(4, V1, Published.version("5", upload(Graphs.is("a")))), "contract");
    assertPrepareFails(
        Published.shadow(5, V1, Published.version("6", "nowhere".getBytes(UTF_8))), "404");
    assertPrepareFails(Published.split(6, V1, V2, 1.5), "outside 0..1");
    assertPrepareFails(
        Published.split(7, V1, V2, 0.5).toBuilder().setUnitKey("customer").build(), "unit key");
    assertPrepareFails(
        Published.split(8, V1, V2, 0.5).toBuilder().setUnitKey("header:Customer").build(),
        "understudy.unit-key");
    assertPrepareFails(Published.single(9, V1).toBuilder().setHoldOut(0.1).build(), "no test");
    assertPrepareFails(
        Published.single(10, V1).toBuilder()
            .addSegments(Segment.newBuilder().setName("eu").setSource("input:y").addValues("1"))
            .build(),
        "segment eu: the model has no input 'y'; it has x");
    assertThat(live().route().revision()).isEqualTo(1);
  }

  @Test
  void anotherPolicyComesWithTheSameRevisionAndItsFallbackIsLoaded() {
    commit(Published.single(1, V1));
    awaitLive(1);

    swap.accept(model().setCommitted(Published.single(1, V1)).setServing(fallback(V2)).build());

    await().untilAsserted(() -> assertThat(live().versions()).containsExactlyInAnyOrder("1", "2"));
    assertThat(live().policy().fallback()).contains(new ServingPolicy.Fallback.Version("2"));
    assertThat(live().route().revision()).isEqualTo(1);

    swap.accept(model().setCommitted(Published.single(1, V1)).build());
    assertThat(live().policy()).isEqualTo(ServingPolicy.DEFAULT);
    assertThat(pool.size()).isOne();
  }

  @Test
  void aPolicyThatCameBackIsNotReplacedByOneThatWasStillLoading() throws Exception {
    commit(Published.single(1, V1));
    awaitLive(1);
    byte[] late = Graphs.sigmoid(11);

    // Its fallback cannot be loaded yet; meanwhile the old policy holds again.
    swap.accept(
        model()
            .setCommitted(Published.single(1, V1))
            .setServing(fallback(Published.version("11", late)))
            .build());
    await().untilAsserted(() -> assertThat(state().getFailuresList()).isNotEmpty());
    swap.accept(model().setCommitted(Published.single(1, V1)).build());
    registry.add(late);

    // Longer than the load waits before it tries again.
    await()
        .during(Duration.ofMillis(2_500))
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(live().policy()).isEqualTo(ServingPolicy.DEFAULT));
    assertThat(pool.size()).isOne();
  }

  @Test
  void aPolicyThatCannotBeHonouredIsReportedAndTheOldOneStays() {
    commit(Published.single(1, V1));
    awaitLive(1);
    ServedModel before = live();

    swap.accept(
        model()
            .setCommitted(Published.single(1, V1))
            .setServing(
                dev.understudy.contracts.v1.ServingPolicy.newBuilder()
                    .setBatching(Batching.newBuilder().setMostRows(-1)))
            .build());
    assertThat(state().getFailures(0).getReason()).contains("batching.most_rows");

    assertThat(live()).isSameAs(before);
  }

  @Test
  void aFallbackIsNoCandidateAndMayBeCurrentAfterARollback() {
    swap.accept(
        model()
            .setCommitted(Published.single(1, V2))
            .setPrepared(Published.shadow(2, V1, V2))
            .setServing(fallback(V2))
            .build());
    awaitLive(1);

    assertThat(state().getFailures(0).getReason()).contains("version 2 is the fallback");
    assertThat(state().getPreparedRevision()).isZero();
    assertThat(live().versions()).containsExactly("2");
  }

  @Test
  void whatIsPreparedFollowsThePolicy() {
    Route next = Published.single(2, V2);
    swap.accept(model().setCommitted(Published.single(1, V1)).setPrepared(next).build());
    awaitPrepared(2);

    swap.accept(
        model()
            .setCommitted(Published.single(1, V1))
            .setPrepared(next)
            .setServing(fallback(V3))
            .build());
    awaitPrepared(2);
    await().untilAsserted(() -> assertThat(live().versions()).contains("3"));
    awaitPrepared(2);
    registry.close();
    swap.accept(model().setCommitted(next).setServing(fallback(V3)).build());

    assertThat(live().versions()).containsExactlyInAnyOrder("2", "3");
  }

  @Test
  void aUnitKeepsItsArmOverARestart() throws IOException {
    swap.close();
    swap = swap(registry.address(), true);
    commit(
        Published.split(3, V1, V2, 0.5).toBuilder()
            .setUnitKey("header:X-Customer")
            .setHoldOut(0.1)
            .build());
    awaitLive(3);
    List<String> before = armsOfCustomers();
    swap.close();

    swap = swap(URI.create("http://127.0.0.1:9"), true);
    swap.start();

    await().untilAsserted(() -> assertThat(swap.isReady()).isTrue());
    assertThat(armsOfCustomers()).isEqualTo(before);
    assertThat(before).contains("1", "2");
  }

  private List<String> armsOfCustomers() {
    return IntStream.range(0, 100)
        .mapToObj(i -> (RoutePlan) live().plan(PredictionId.next(), Optional.empty(), customer(i)))
        .map(RoutePlan::arm)
        .toList();
  }

  private static RequestValues customer(int number) {
    return new RequestValues() {
      @Override
      public Optional<String> header(String name) {
        return Optional.of("customer-" + number).filter(any -> name.equals("x-customer"));
      }

      @Override
      public Optional<String> parameter(String name) {
        return Optional.empty();
      }

      @Override
      public Map<String, Tensor> inputs() {
        return Map.of();
      }
    };
  }

  private static dev.understudy.contracts.v1.ServingPolicy fallback(VersionRef version) {
    return dev.understudy.contracts.v1.ServingPolicy.newBuilder()
        .setFallback(Fallback.newBuilder().setVersion(version))
        .build();
  }

  @Test
  void theLastRoutesAreServedFromDiskWithoutAnyNeighbour() throws IOException {
    swap.accept(
        model()
            .setCommitted(Published.shadow(3, V1, V2))
            .setPrepared(Published.split(4, V1, V2, 0.5))
            .build());
    awaitLive(3);
    swap.close();
    registry.close();

    swap = swap(URI.create("http://127.0.0.1:9"));
    swap.start();

    await().untilAsserted(() -> assertThat(swap.isReady()).isTrue());
    assertThat(live().route().revision()).isEqualTo(3);
    assertThat(state().getPreparedRevision()).isZero();
  }

  @Test
  void aDamagedArtefactOnDiskIsFetchedAgain() throws IOException {
    Path artefact = data.resolve("artefacts").resolve(V1.getSha256());
    Files.write(artefact, new byte[] {1, 2, 3});

    commit(Published.single(1, V1));

    awaitLive(1);
    assertThat(Files.readAllBytes(artefact)).isEqualTo(ONE);
  }

  @Test
  void aGatewayThatKnowsNothingIsNotReady() {
    assertThat(swap.isReady()).isFalse();
  }

  @Test
  void aModelThatCannotBeLoadedTakesNoOtherDown() throws IOException {
    try (FarServer far = new FarServer();
        HotSwap calling = swap(registry.address(), callingFarServers())) {
      byte[] remote = Documents.remote(far.address(), "m", "1").getBytes(UTF_8);
      registry.add(remote);
      commit(calling, "sound", V1);
      commit(calling, "away", Published.version("1", remote));
      commit(calling, "bad", Published.version("1", upload("no model")));
      commit(calling, "lost", Published.version("1", "nowhere".getBytes(UTF_8)));

      calling.caughtUp();

      await().untilAsserted(() -> assertThat(calling.isReady()).isTrue());
      await()
          .untilAsserted(
              () ->
                  assertThat(calling.notLoaded())
                      .containsExactly(
                          new HotSwap.Missing("p", "away", "remote_unavailable"),
                          new HotSwap.Missing("p", "bad", "refused"),
                          new HotSwap.Missing("p", "lost", "artefact_unavailable")));
      assertThat(calling.awaits("away")).isTrue();
      assertThat(calling.awaits("nobody")).isFalse();

      far.answers();
      await().untilAsserted(() -> assertThat(calling.table().find("away")).isPresent());
      // It answers before its route is on the disk, and is awaited until then.
      await().untilAsserted(() -> assertThat(calling.awaits("away")).isFalse());
    }
  }

  @Test
  void aModelThatComesLaterDoesNotTakeReadinessFromTheOthers() {
    commit(swap, "sound", V1);
    swap.caughtUp();
    await().untilAsserted(() -> assertThat(swap.isReady()).isTrue());

    commit(swap, "bad", Published.version("1", upload("no model")));

    assertThat(swap.isReady()).isTrue();
    await().untilAsserted(() -> assertThat(missing()).containsExactly("bad refused"));
    assertThat(swap.isReady()).isTrue();
  }

  @Test
  void aGatewayThatServesNothingOfWhatItShouldIsNotReady() {
    commit(swap, "bad", Published.version("1", upload("no model")));
    swap.caughtUp();

    await().untilAsserted(() -> assertThat(missing()).containsExactly("bad refused"));

    assertThat(swap.isReady()).isFalse();
  }

  @Test
  void aNewGatewayWaitsForARegistryThatIsAwayThoughOneOfItsModelsIsLoaded() {
    commit(swap, "sound", V1);
    await().untilAsserted(() -> assertThat(swap.table().find("sound")).isPresent());
    registry.close();
    commit(swap, "late", V2);
    swap.caughtUp();

    await().untilAsserted(() -> assertThat(missing()).containsExactly("late registry_unavailable"));

    assertThat(swap.isReady()).isFalse();
  }

  @Test
  void aGatewayThatComesBackServesWhatItHasThoughTheRegistryIsAway() throws IOException {
    commit(swap, "sound", V1);
    await().untilAsserted(() -> assertThat(swap.table().find("sound")).isPresent());
    swap.close();
    registry.close();

    swap = swap(URI.create("http://127.0.0.1:" + TestKafka.freePort()));
    commit(swap, "late", V2);
    swap.start();

    await().untilAsserted(() -> assertThat(swap.isReady()).isTrue());
    await().untilAsserted(() -> assertThat(missing()).containsExactly("late registry_unavailable"));
    // The topic was not read, so nobody knows.
    assertThat(swap.awaits("nobody")).isTrue();
    swap.caughtUp();
    assertThat(swap.awaits("nobody")).isFalse();
    assertThat(swap.isReady()).isTrue();
  }

  private static ModelPool callingFarServers() {
    return new ModelPool(
        RunPolicy.standard(), Long.MAX_VALUE, new RemoteAccess(Set.of("127.0.0.1"), 4, 4096));
  }

  private static void commit(HotSwap swap, String model, VersionRef version) {
    swap.accept(Published.model("p", model).setCommitted(Published.single(1, version)).build());
  }

  private List<String> missing() {
    return swap.notLoaded().stream().map(one -> one.model() + " " + one.reason()).toList();
  }

  @Test
  void aSecondProjectCannotTakeAModelsName() {
    commit(Published.single(1, V1));
    awaitLive(1);

    swap.accept(Published.model("other", "m").setCommitted(Published.single(9, V2)).build());

    assertThat(live().project()).isEqualTo("p");
    assertThat(swap.state().getModelsList())
        .filteredOn(model -> model.getProject().equals("other"))
        .singleElement()
        .satisfies(
            model -> assertThat(model.getFailures(0).getReason()).contains("another project"));
  }

  @Test
  void namesThatCouldLeadElsewhereAreIgnored() {
    assertThat(swap.accept(Published.model("..", "m").build())).isFalse();
    assertThat(swap.accept(Published.model("p", "../../etc/x").build())).isFalse();
  }

  @Test
  void anotherServingPolicyLoadsTheModelsAnew() {
    commit(Published.single(1, V1));
    awaitLive(1);
    Model before = live().version("1").orElseThrow().model();

    swap.accept(
        model()
            .setCommitted(Published.single(2, V1))
            .setServing(
                dev.understudy.contracts.v1.ServingPolicy.newBuilder()
                    .setCapacity(Capacity.newBuilder().setConcurrency(3)))
            .build());
    awaitLive(2);

    assertThat(live().version("1").orElseThrow().model()).isNotSameAs(before);
  }

  @Test
  void aServingPolicyThatCannotBeHonouredIsReported() {
    swap.accept(
        model()
            .setCommitted(Published.single(1, V1))
            .setServing(
                dev.understudy.contracts.v1.ServingPolicy.newBuilder()
                    .setBatching(Batching.newBuilder().setLongestDelayUs(60_000_000)))
            .build());

    assertThat(state().getLiveRevision()).isZero();
    assertThat(state().getFailures(0).getReason()).contains("a batch may wait from 0 to PT1S");
  }

  private HotSwap swap(URI registryUrl) throws IOException {
    return swap(registryUrl, false, pool);
  }

  private HotSwap swap(URI registryUrl, boolean hashesUnitsAlike) throws IOException {
    return swap(registryUrl, hashesUnitsAlike, pool);
  }

  private HotSwap swap(URI registryUrl, ModelPool models) throws IOException {
    return swap(registryUrl, false, models);
  }

  private HotSwap swap(URI registryUrl, boolean hashesUnitsAlike, ModelPool models)
      throws IOException {
    return swap(registryUrl, hashesUnitsAlike, models, new SimpleMeterRegistry());
  }

  private HotSwap swap(
      URI registryUrl, boolean hashesUnitsAlike, ModelPool models, MeterRegistry meters)
      throws IOException {
    return new HotSwap(
        new HotSwap.Settings(
            "gw",
            data,
            registryUrl,
            // Nobody listens there: a gateway whose Kafka is away.
            Map.of("bootstrap.servers", "127.0.0.1:" + TestKafka.freePort()),
            1 << 20,
            Duration.ofSeconds(2),
            hashesUnitsAlike),
        models,
        meters,
        table -> {});
  }

  private void assertPrepareFails(Route prepared, String reason) {
    swap.accept(model().setCommitted(Published.single(1, V1)).setPrepared(prepared).build());
    await()
        .untilAsserted(
            () ->
                assertThat(state().getFailuresList())
                    .singleElement()
                    .satisfies(
                        failure -> {
                          assertThat(failure.getRevision()).isEqualTo(prepared.getRevision());
                          assertThat(failure.getReason()).contains(reason);
                        }));
    assertThat(state().getPreparedRevision()).isZero();
  }

  private byte[] upload(String content) {
    return upload(content.getBytes(UTF_8));
  }

  private byte[] upload(byte[] content) {
    registry.add(content);
    return content;
  }

  private void commit(Route route) {
    swap.accept(model().setCommitted(route).build());
  }

  private void awaitPrepared(long revision) {
    await().untilAsserted(() -> assertThat(state().getPreparedRevision()).isEqualTo(revision));
  }

  private void awaitLive(long revision) {
    awaitLive(swap, revision);
  }

  private static void awaitLive(HotSwap swap, long revision) {
    await().untilAsserted(() -> assertThat(state(swap).getLiveRevision()).isEqualTo(revision));
  }

  private ServedModel live() {
    return live(swap);
  }

  private static ServedModel live(HotSwap swap) {
    return swap.table().find("m").orElseThrow();
  }

  private ModelState state() {
    return state(swap);
  }

  private static ModelState state(HotSwap swap) {
    return swap.state().getModels(0);
  }

  private static RoutePublished.Builder model() {
    return Published.model("p", "m");
  }
}
