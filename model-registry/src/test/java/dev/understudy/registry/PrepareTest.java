package dev.understudy.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.testkit.KafkaResource;
import dev.understudy.testkit.PostgresResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Boots the registry with real parts: gateways that cannot, or do not, prepare a route. */
@QuarkusTest
@WithTestResource(KafkaResource.class)
@WithTestResource(PostgresResource.class)
@WithTestResource(RegistrySettings.class)
class PrepareTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Test
  void aGatewayThatCannotLoadTheCandidateStopsTheRolloutAndTheOldRouteStays() throws Exception {
    try (FakeGateway gateway = FakeGateway.that(FakeGateway.Manner.PREPARES);
        FakeGateway healthy = FakeGateway.that(FakeGateway.Manner.PREPARES)) {
      Api api = deployed();
      gateway.becomes(FakeGateway.Manner.CANNOT_LOAD);

      String id = start(api);

      awaitStopped(api, id, gateway.id() + " could not load version 2: no such operator");
      assertThatTheOldRouteStays(api);
      assertThat(healthy.id()).isNotEqualTo(gateway.id());
    }
  }

  @Test
  void aGatewayThatIsNeverReadyStopsTheRolloutWhenItsTimeIsOver() throws Exception {
    try (FakeGateway gateway = FakeGateway.that(FakeGateway.Manner.PREPARES);
        FakeGateway quick = FakeGateway.that(FakeGateway.Manner.PREPARES)) {
      Api api = deployed();
      gateway.becomes(FakeGateway.Manner.NEVER_READY);

      String id = start(api);

      awaitStopped(api, id, "not prepared within PT5S by " + gateway.id());
      assertThatTheOldRouteStays(api);
      assertThat((String) api.rollout(id).path("reason")).doesNotContain(quick.id());
    }
  }

  @Test
  void withoutALiveGatewayARolloutIsStopped() throws Exception {
    Api api;
    try (FakeGateway gateway = FakeGateway.that(FakeGateway.Manner.PREPARES)) {
      api = deployed();
      assertThat(gateway.id()).isNotEmpty();
    }

    String id = start(api);

    awaitStopped(api, id, "no gateway is live");
    assertThatTheOldRouteStays(api);
  }

  @Test
  void aFirstVersionThatCannotBeLoadedIsGivenUpAndMayBeTriedAgain() throws Exception {
    try (FakeGateway gateway = FakeGateway.that(FakeGateway.Manner.CANNOT_LOAD)) {
      Api api = Api.withTwoVersions();
      api.deploy("1").then().statusCode(202);
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat((String) api.route().path("failure")).contains("no such operator"));
      assertThat((Object) api.route().path("committed")).isNull();

      gateway.becomes(FakeGateway.Manner.PREPARES);
      api.deploy("1").then().statusCode(202);

      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> assertThat((Integer) api.route().path("committed.revision")).isEqualTo(2));
    }
  }

  @Test
  void aRolloutThatItsJudgeForgetsIsStoppedLongAfterItsTime() throws Exception {
    try (FakeGateway gateway = FakeGateway.that(FakeGateway.Manner.PREPARES)) {
      Api api = deployed();
      String brief =
          Api.SHADOW
              .replace("\"horizon\": \"PT3S\"", "\"horizon\": \"PT0S\"")
              .replace(
                  "{\"minimum_duration\": \"PT5S\"}",
                  "{\"minimum_duration\": \"PT0.1S\", \"maximum_duration\": \"PT0.2S\"}");

      String id = api.start("2", brief, "null").then().statusCode(201).extract().path("id");

      awaitStopped(api, id, "no verdict within PT1S after the end of test " + id + "-shadow");
      assertThatTheOldRouteStays(api);
      assertThat(gateway.id()).isNotEmpty();
    }
  }

  private static Api deployed() {
    Api api = Api.withTwoVersions();
    api.deploy("1").then().statusCode(202);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat((String) api.route().path("committed.mode")).isEqualTo("SINGLE"));
    return api;
  }

  private static String start(Api api) {
    return api.start("2", Api.SHADOW, Api.SPLIT).then().statusCode(201).extract().path("id");
  }

  private static void awaitStopped(Api api, String id, String reason) {
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(api.state(id)).isEqualTo("STOPPED"));
    assertThat((String) api.rollout(id).path("reason")).contains(reason);
  }

  private static void assertThatTheOldRouteStays(Api api) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              RoutePublished last =
                  TopicReader.all(
                          Topic.ROUTES,
                          RoutePublished.parser(),
                          key -> key.equals(Topic.modelKey(api.project, "credit-risk")))
                      .getLast()
                      .event();
              assertThat(last.hasPrepared()).isFalse();
              assertThat(last.getCommitted().getMode()).isEqualTo(RouteMode.SINGLE);
              assertThat(last.getCommitted().getCurrent().getVersion()).isEqualTo("1");
            });
  }
}
