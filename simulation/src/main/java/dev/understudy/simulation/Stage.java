package dev.understudy.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * A share of a split, which is an epoch of its test.
 *
 * @param epoch its number
 * @param share of the candidate
 * @param until the number of the first unit that is no longer in it
 */
record Stage(int epoch, double share, long until) {
  /** One share for ever. */
  static List<Stage> constant(double share) {
    return widening(1, share);
  }

  /** Each share for so many units, the last one for ever. */
  static List<Stage> widening(long units, double... shares) {
    List<Stage> stages = new ArrayList<>();
    for (int epoch = 0; epoch < shares.length; epoch++) {
      boolean last = epoch == shares.length - 1;
      stages.add(new Stage(epoch, shares[epoch], last ? Long.MAX_VALUE : (epoch + 1) * units));
    }
    return stages;
  }

  /** That of a unit. */
  static Stage of(List<Stage> stages, long unit) {
    for (Stage stage : stages) {
      if (unit < stage.until()) {
        return stage;
      }
    }
    throw new IllegalArgumentException("unit %d is in no stage".formatted(unit));
  }

  /** All shares, in order. */
  static double[] shares(List<Stage> stages) {
    return stages.stream().mapToDouble(Stage::share).toArray();
  }
}
