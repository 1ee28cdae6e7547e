package dev.understudy.registry.rollout;

import static dev.understudy.registry.rollout.RolloutState.CALIBRATED;
import static dev.understudy.registry.rollout.RolloutState.CALIBRATING;
import static dev.understudy.registry.rollout.RolloutState.PREPARING_CALIBRATION;
import static dev.understudy.registry.rollout.RolloutState.PREPARING_PROMOTION;
import static dev.understudy.registry.rollout.RolloutState.PREPARING_SHADOW;
import static dev.understudy.registry.rollout.RolloutState.PREPARING_SPLIT;
import static dev.understudy.registry.rollout.RolloutState.PROMOTED;
import static dev.understudy.registry.rollout.RolloutState.ROLLED_BACK;
import static dev.understudy.registry.rollout.RolloutState.SHADOW;
import static dev.understudy.registry.rollout.RolloutState.SPLIT;
import static dev.understudy.registry.rollout.RolloutState.STOPPED;
import static dev.understudy.registry.rollout.RolloutState.WATCHING;
import static dev.understudy.registry.rollout.RolloutState.WIDENING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RolloutStateTest {
  /** Every move, by name. */
  private static final Map<String, UnaryOperator<RolloutState>> MOVES =
      Map.ofEntries(
          Map.entry("committed", state -> state.committed(false)),
          Map.entry("committed with a watch to follow", state -> state.committed(true)),
          Map.entry("watched to its end", RolloutState::watched),
          Map.entry("promoted with a split to follow", state -> state.promoted(true)),
          Map.entry("promoted without", state -> state.promoted(false)),
          Map.entry("rolled back", RolloutState::rolledBack),
          Map.entry("stopped", RolloutState::stopped),
          Map.entry("given up", RolloutState::givenUp),
          Map.entry("widened", RolloutState::widening),
          Map.entry("measured", state -> state.measured(Stage.SHADOW, false)),
          Map.entry("measured and waiting", state -> state.measured(Stage.SPLIT, true)),
          Map.entry("confirmed", state -> state.confirmed(Stage.SPLIT)));

  static Stream<Arguments> legalMoves() {
    return Stream.of(
        Arguments.of(PREPARING_CALIBRATION, "committed", CALIBRATING),
        Arguments.of(PREPARING_CALIBRATION, "committed with a watch to follow", CALIBRATING),
        Arguments.of(PREPARING_CALIBRATION, "given up", STOPPED),
        Arguments.of(PREPARING_CALIBRATION, "stopped", STOPPED),
        Arguments.of(CALIBRATING, "measured", PREPARING_SHADOW),
        Arguments.of(CALIBRATING, "measured and waiting", CALIBRATED),
        Arguments.of(CALIBRATING, "stopped", STOPPED),
        Arguments.of(CALIBRATED, "confirmed", PREPARING_SPLIT),
        Arguments.of(CALIBRATED, "stopped", STOPPED),
        Arguments.of(PREPARING_SHADOW, "committed", SHADOW),
        Arguments.of(PREPARING_SHADOW, "committed with a watch to follow", SHADOW),
        Arguments.of(PREPARING_SPLIT, "committed with a watch to follow", SPLIT),
        Arguments.of(WIDENING, "committed with a watch to follow", SPLIT),
        Arguments.of(PREPARING_PROMOTION, "committed with a watch to follow", WATCHING),
        Arguments.of(WATCHING, "watched to its end", PROMOTED),
        Arguments.of(WATCHING, "rolled back", ROLLED_BACK),
        Arguments.of(PREPARING_SHADOW, "rolled back", ROLLED_BACK),
        Arguments.of(PREPARING_SHADOW, "stopped", STOPPED),
        Arguments.of(SHADOW, "promoted with a split to follow", PREPARING_SPLIT),
        Arguments.of(SHADOW, "promoted without", PREPARING_PROMOTION),
        Arguments.of(SHADOW, "rolled back", ROLLED_BACK),
        Arguments.of(SHADOW, "stopped", STOPPED),
        Arguments.of(PREPARING_SHADOW, "given up", STOPPED),
        Arguments.of(PREPARING_SPLIT, "given up", STOPPED),
        Arguments.of(PREPARING_PROMOTION, "given up", STOPPED),
        Arguments.of(SPLIT, "widened", WIDENING),
        Arguments.of(WIDENING, "committed", SPLIT),
        Arguments.of(WIDENING, "given up", SPLIT),
        Arguments.of(WIDENING, "promoted with a split to follow", PREPARING_PROMOTION),
        Arguments.of(WIDENING, "promoted without", PREPARING_PROMOTION),
        Arguments.of(WIDENING, "rolled back", ROLLED_BACK),
        Arguments.of(WIDENING, "stopped", STOPPED),
        Arguments.of(PREPARING_SPLIT, "committed", SPLIT),
        Arguments.of(PREPARING_SPLIT, "rolled back", ROLLED_BACK),
        Arguments.of(PREPARING_SPLIT, "stopped", STOPPED),
        Arguments.of(SPLIT, "promoted with a split to follow", PREPARING_PROMOTION),
        Arguments.of(SPLIT, "promoted without", PREPARING_PROMOTION),
        Arguments.of(SPLIT, "rolled back", ROLLED_BACK),
        Arguments.of(SPLIT, "stopped", STOPPED),
        Arguments.of(PREPARING_PROMOTION, "committed", PROMOTED),
        Arguments.of(PREPARING_PROMOTION, "rolled back", ROLLED_BACK),
        Arguments.of(PREPARING_PROMOTION, "stopped", STOPPED),
        Arguments.of(PROMOTED, "rolled back", ROLLED_BACK));
  }

  @ParameterizedTest(name = "{0} is {1}: {2}")
  @MethodSource("legalMoves")
  void aLegalMoveLeadsToItsState(RolloutState from, String move, RolloutState to) {
    assertThat(MOVES.get(move).apply(from)).isEqualTo(to);
  }

  static Stream<Arguments> illegalMoves() {
    Set<String> legal = new java.util.HashSet<>();
    legalMoves().forEach(one -> legal.add(one.get()[0] + "/" + one.get()[1]));
    return Arrays.stream(RolloutState.values())
        .flatMap(
            state ->
                MOVES.keySet().stream()
                    .sorted()
                    .filter(move -> !legal.contains(state + "/" + move))
                    .map(move -> Arguments.of(state, move)));
  }

  @ParameterizedTest(name = "{0} cannot be {1}")
  @MethodSource("illegalMoves")
  void everyOtherMoveIsIllegal(RolloutState from, String move) {
    assertThatThrownBy(() -> MOVES.get(move).apply(from))
        .isInstanceOf(RolloutState.IllegalMove.class)
        .hasMessageContaining(from.name());
  }

  @Test
  void exactlyTheEndsAreNotLive() {
    assertThat(Arrays.stream(RolloutState.values()).filter(state -> !state.isLive()))
        .containsExactlyElementsOf(EnumSet.of(WATCHING, PROMOTED, ROLLED_BACK, STOPPED));
  }

  @Test
  void aTestRunsInItsOwnStatesOnly() {
    assertThat(SHADOW.liveTest()).contains(Stage.SHADOW);
    assertThat(SPLIT.liveTest()).contains(Stage.SPLIT);
    assertThat(WIDENING.liveTest()).contains(Stage.SPLIT);
    assertThat(CALIBRATING.liveTest()).contains(Stage.CALIBRATION);
    assertThat(WATCHING.liveTest()).contains(Stage.WATCH);
    assertThat(EnumSet.complementOf(EnumSet.of(CALIBRATING, SHADOW, SPLIT, WIDENING, WATCHING)))
        .allSatisfy(state -> assertThat(state.liveTest()).isEmpty());
  }
}
