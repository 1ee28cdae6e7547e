package dev.understudy.training.graph;

import java.util.ArrayList;
import java.util.List;

/** An ensemble as the parallel arrays that ONNX keeps trees in. */
final class TreeTables {
  final List<Long> trees = new ArrayList<>();
  final List<Long> ids = new ArrayList<>();
  final List<Long> features = new ArrayList<>();
  final List<Float> thresholds = new ArrayList<>();
  final List<String> modes = new ArrayList<>();
  final List<Long> below = new ArrayList<>();
  final List<Long> other = new ArrayList<>();
  final List<Long> leafTrees = new ArrayList<>();
  final List<Long> leafIds = new ArrayList<>();
  final List<Long> leafTargets = new ArrayList<>();
  final List<Float> leafWeights = new ArrayList<>();

  TreeTables(TreeEnsemble ensemble) {
    for (int tree = 0; tree < ensemble.trees().size(); tree++) {
      for (TreeEnsemble.Node node : ensemble.trees().get(tree)) {
        add(tree, node);
      }
    }
  }

  private void add(long tree, TreeEnsemble.Node node) {
    trees.add(tree);
    ids.add(node.id());
    switch (node) {
      case TreeEnsemble.Node.Branch branch -> {
        modes.add("BRANCH_LT");
        features.add((long) branch.feature());
        thresholds.add(branch.threshold());
        below.add(branch.below());
        other.add(branch.other());
      }
      case TreeEnsemble.Node.Leaf leaf -> {
        modes.add("LEAF");
        features.add(0L);
        thresholds.add(0f);
        below.add(0L);
        other.add(0L);
        leafTrees.add(tree);
        leafIds.add(leaf.id());
        leafTargets.add(0L);
        leafWeights.add(leaf.weight());
      }
    }
  }
}
