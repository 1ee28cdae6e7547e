package dev.understudy.registry.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.contracts.v1.GatewayState;
import dev.understudy.contracts.v1.LoadFailure;
import dev.understudy.contracts.v1.ModelState;
import dev.understudy.registry.fleet.FleetView.Heard;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class FleetViewTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant LONG_AGO = NOW.minusSeconds(3_600);
  private static final Duration LIVE_WITHIN = Duration.ofSeconds(10);

  @Test
  void theRouteIsReadyWhenEveryLiveGatewayHasPreparedItsRevision() {
    assertThat(progress(heard("a", 1, prepared(7)), heard("b", 9, prepared(7))))
        .isEqualTo(new Progress.Ready(List.of("a", "b")));
  }

  @Test
  void aLiveGatewayThatHasNotIsWaitedFor() {
    assertThat(progress(heard("a", 1, prepared(7)), heard("b", 1, prepared(6))))
        .isEqualTo(new Progress.Waiting(List.of("b"), LONG_AGO));
  }

  @Test
  void aGatewayThatFellSilentOrLeavesIsNotWaitedFor() {
    Heard leaving =
        new Heard(
            GatewayState.newBuilder().setGatewayId("c").setLeaving(true).build(),
            NOW.minusSeconds(1));

    assertThat(progress(heard("a", 1, prepared(7)), heard("b", 10, prepared(6)), leaving))
        .isEqualTo(new Progress.Ready(List.of("a")));
  }

  @Test
  void oneLiveGatewayThatCannotLoadItIsEnough() {
    ModelState failed =
        ModelState.newBuilder()
            .addFailures(
                LoadFailure.newBuilder().setRevision(7).setVersion("2").setReason("bad\nfile"))
            .build();

    assertThat(progress(heard("a", 1, prepared(7)), heard("b", 1, failed)))
        .isEqualTo(new Progress.Failed("b", "2", "bad file"));
  }

  @Test
  void aFailureOfAnotherRevisionIsHistory() {
    ModelState failed =
        ModelState.newBuilder()
            .setPreparedRevision(7)
            .addFailures(LoadFailure.newBuilder().setRevision(6))
            .build();

    assertThat(progress(heard("a", 1, failed))).isEqualTo(new Progress.Ready(List.of("a")));
  }

  @Test
  void whatAGatewaySaysOfAnotherModelDoesNotCount() {
    GatewayState state =
        GatewayState.newBuilder()
            .setGatewayId("a")
            .addModels(prepared(7).toBuilder().setProject("demo").setModel("other"))
            .build();

    assertThat(progress(new Heard(state, NOW))).isInstanceOf(Progress.Waiting.class);
  }

  @Test
  void nobodyIsLiveOnceAnybodyWouldHaveBeenHeard() {
    assertThat(progress()).isEqualTo(new Progress.NobodyLive());
    assertThat(progress(heard("a", 11, prepared(7)))).isEqualTo(new Progress.NobodyLive());
  }

  @Test
  void aRouteThatWasJustPreparedOrAFleetThatWasJustReadIsGivenTime() {
    FleetView known = new FleetView(LONG_AGO, LIVE_WITHIN, List.of());
    FleetView justRead = new FleetView(NOW.minusSeconds(9), LIVE_WITHIN, List.of());

    assertThat(known.progress("demo", "m", 7, NOW.minusSeconds(9), NOW))
        .isEqualTo(new Progress.NotKnown());
    assertThat(justRead.progress("demo", "m", 7, LONG_AGO, NOW)).isEqualTo(new Progress.NotKnown());
  }

  @Test
  void whileKafkaDoesNotAnswerNothingIsKnown() {
    FleetView blind = new FleetView(null, LIVE_WITHIN, List.of(heard("a", 1, prepared(7))));

    assertThat(blind.progress("demo", "m", 7, LONG_AGO, NOW)).isEqualTo(new Progress.NotKnown());
  }

  private static Progress progress(Heard... heard) {
    return new FleetView(LONG_AGO, LIVE_WITHIN, List.of(heard))
        .progress("demo", "m", 7, LONG_AGO, NOW);
  }

  private static ModelState prepared(long revision) {
    return ModelState.newBuilder().setPreparedRevision(revision).build();
  }

  private static Heard heard(String id, long secondsAgo, ModelState state) {
    return new Heard(
        GatewayState.newBuilder()
            .setGatewayId(id)
            .addModels(state.toBuilder().setProject("demo").setModel("m"))
            .build(),
        NOW.minusSeconds(secondsAgo));
  }
}
