package dev.understudy.gateway.hotswap;

import static dev.understudy.gateway.hotswap.Obstacle.LOADING;
import static dev.understudy.gateway.hotswap.Obstacle.REFUSED;
import static dev.understudy.gateway.hotswap.Obstacle.REGISTRY_UNAVAILABLE;
import static dev.understudy.gateway.hotswap.Obstacle.REMOTE_UNAVAILABLE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ObstacleTest {
  @Test
  void aGatewayWithoutModelsStarts() {
    assertThat(Obstacle.allowStart(false, false, List.of())).isTrue();
  }

  @Test
  void everyModelIsTriedFirst() {
    assertThat(Obstacle.allowStart(true, true, List.of(LOADING))).isFalse();
    assertThat(Obstacle.allowStart(false, true, List.of(REFUSED, LOADING))).isFalse();
  }

  @Test
  void whoFailsByItselfHoldsNobodyUp() {
    assertThat(Obstacle.allowStart(false, true, List.of(REFUSED, REMOTE_UNAVAILABLE))).isTrue();
  }

  @Test
  void somethingMustBeServed() {
    assertThat(Obstacle.allowStart(true, false, List.of(REMOTE_UNAVAILABLE))).isFalse();
  }

  @Test
  void onlyAGatewayWithAMemoryStartsWithoutTheRegistry() {
    assertThat(Obstacle.allowStart(false, true, List.of(REGISTRY_UNAVAILABLE))).isFalse();
    assertThat(Obstacle.allowStart(true, true, List.of(REGISTRY_UNAVAILABLE))).isTrue();
    assertThat(Obstacle.allowStart(true, false, List.of(REGISTRY_UNAVAILABLE))).isFalse();
  }
}
