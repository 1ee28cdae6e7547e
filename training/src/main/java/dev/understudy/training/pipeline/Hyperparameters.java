package dev.understudy.training.pipeline;

import static java.util.Map.entry;

import java.util.Map;
import java.util.TreeMap;

/**
 * What is set before learning starts.
 *
 * @param rounds trees, or passes over the weights
 * @param settings XGBoost's own names
 */
record Hyperparameters(Recipe.Family family, int rounds, Map<String, Object> settings) {
  Hyperparameters {
    settings = Map.copyOf(settings);
  }

  /** The settings of a recipe that learns from so many rows. */
  static Hyperparameters of(Recipe recipe, int rows, long seed) {
    return switch (recipe.family()) {
      case LINEAR -> linear(rows);
      case TREES -> trees(seed);
    };
  }

  /** XGBoost takes the penalty per row: this is that of a unit prior on each weight. */
  private static Hyperparameters linear(int rows) {
    return new Hyperparameters(
        Recipe.Family.LINEAR,
        300,
        Map.ofEntries(
            entry("booster", "gblinear"),
            entry("updater", "coord_descent"),
            entry("feature_selector", "cyclic"),
            entry("eta", 0.5),
            entry("lambda", 1.0 / rows),
            entry("alpha", 0)));
  }

  /**
   * Each tree sees half of the rows and each of its levels a third of the features: on so few rows
   * trees without these curbs learn the noise, and lose to the straight line.
   */
  private static Hyperparameters trees(long seed) {
    return new Hyperparameters(
        Recipe.Family.TREES,
        150,
        Map.ofEntries(
            entry("booster", "gbtree"),
            entry("tree_method", "exact"),
            entry("max_depth", 3),
            entry("eta", 0.08),
            entry("subsample", 0.5),
            entry("colsample_bylevel", 0.3),
            entry("min_child_weight", 5),
            entry("lambda", 10),
            entry("seed", seed)));
  }

  /** For the run file: sorted, flat. */
  Map<String, Object> flat() {
    Map<String, Object> flat = new TreeMap<>(settings);
    flat.put("rounds", rounds);
    return flat;
  }
}
