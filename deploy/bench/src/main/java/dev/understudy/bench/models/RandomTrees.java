package dev.understudy.bench.models;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Full binary trees with random questions and answers, as the parallel arrays that ONNX keeps trees
 * in. What they predict is nonsense; what they cost is not: every row goes down every tree to its
 * full depth.
 */
final class RandomTrees {
  private final List<Long> trees = new ArrayList<>();
  private final List<Long> ids = new ArrayList<>();
  private final List<Long> features = new ArrayList<>();
  private final List<Float> thresholds = new ArrayList<>();
  private final List<String> modes = new ArrayList<>();
  private final List<Long> below = new ArrayList<>();
  private final List<Long> other = new ArrayList<>();
  private final List<Long> leafTrees = new ArrayList<>();
  private final List<Long> leafIds = new ArrayList<>();
  private final List<Long> leafTargets = new ArrayList<>();
  private final List<Float> leafWeights = new ArrayList<>();

  RandomTrees(int count, int depth, int inputs, RandomGenerator random) {
    int branches = (1 << depth) - 1;
    for (long tree = 0; tree < count; tree++) {
      for (long node = 0; node < 2L * branches + 1; node++) {
        boolean leaf = node >= branches;
        trees.add(tree);
        ids.add(node);
        modes.add(leaf ? "LEAF" : "BRANCH_LT");
        features.add(leaf ? 0L : (long) random.nextInt(inputs));
        thresholds.add(leaf ? 0f : (float) random.nextGaussian());
        below.add(leaf ? 0L : 2 * node + 1);
        other.add(leaf ? 0L : 2 * node + 2);
        if (leaf) {
          leafTrees.add(tree);
          leafIds.add(node);
          leafTargets.add(0L);
          leafWeights.add((float) random.nextGaussian() / 10);
        }
      }
    }
  }

  /** Adds the node that sums their answers up to one number a row. */
  void addTo(Graph graph, String input, String output) {
    graph.node(
        "ai.onnx.ml",
        "TreeEnsembleRegressor",
        output,
        List.of(input),
        Graph.integer("n_targets", 1),
        Graph.integers("nodes_treeids", trees),
        Graph.integers("nodes_nodeids", ids),
        Graph.integers("nodes_featureids", features),
        Graph.floats("nodes_values", thresholds),
        Graph.texts("nodes_modes", modes),
        Graph.integers("nodes_truenodeids", below),
        Graph.integers("nodes_falsenodeids", other),
        Graph.integers("target_treeids", leafTrees),
        Graph.integers("target_nodeids", leafIds),
        Graph.integers("target_ids", leafTargets),
        Graph.floats("target_weights", leafWeights));
  }
}
