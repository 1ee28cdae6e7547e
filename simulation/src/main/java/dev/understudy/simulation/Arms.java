package dev.understudy.simulation;

import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.ArmContrast;
import dev.understudy.collector.statistics.Bounds;
import dev.understudy.collector.statistics.Side;
import java.util.List;
import java.util.function.LongToDoubleFunction;

/**
 * Requests of a split that are right or wrong.
 *
 * @param centre of the contrast
 */
record Arms(double centre, List<Stage> stages) {
  /** A test for superiority in accuracy, without guards. */
  TestPlan plan() {
    return Plans.frozen(Plans.split(Plans.accuracy(0).setCentre(centre), Stage.shares(stages)));
  }

  /**
   * Follows the evidence of one side.
   *
   * @param currentRight how often current is right, by the number of the request
   * @param effect by how much the candidate is right more often
   */
  Scenario.Run run(Side side, long requests, LongToDoubleFunction currentRight, double effect) {
    double[][] gains = gains(side);
    return Judged.run(
        plan(),
        side,
        requests,
        () ->
            (random, unit, tallied) -> {
              Stage stage = Stage.of(stages, unit);
              boolean toCandidate = random.nextDouble() < stage.share();
              double rate = currentRight.applyAsDouble(unit) + (toCandidate ? effect : 0);
              boolean right = random.nextDouble() < rate;
              tallied.plus(Units.assigned(stage.epoch(), stage.share(), toCandidate, right, false));
              return gains[stage.epoch()][kind(toCandidate, right)];
            });
  }

  /** What the most favourable pair can bring. */
  static double gainOfAPair() {
    return Gains.most(Bounds.around(1), 0, Side.GREATER);
  }

  /** What the most favourable request can bring to the evidence for promotion. */
  static double mostGain(double share, double centre) {
    return Gains.most(new ArmContrast(share, centre, 1).bounds(), 0, Side.GREATER);
  }

  private static int kind(boolean toCandidate, boolean right) {
    return (toCandidate ? 2 : 0) + (right ? 1 : 0);
  }

  /** By epoch and kind of request. */
  private double[][] gains(Side side) {
    double[][] gains = new double[stages.size()][4];
    for (Stage stage : stages) {
      ArmContrast contrast = new ArmContrast(stage.share(), centre, 1);
      for (int right = 0; right < 2; right++) {
        gains[stage.epoch()][kind(false, right == 1)] =
            Gains.of(contrast.bounds(), 0, side, contrast.ofCurrent(right));
        gains[stage.epoch()][kind(true, right == 1)] =
            Gains.of(contrast.bounds(), 0, side, contrast.ofCandidate(right));
      }
    }
    return gains;
  }
}
