package dev.understudy.training.graph;

import java.util.List;

/**
 * Regression trees whose answers add up to the log odds.
 *
 * @param base what the sum starts from
 */
public record TreeEnsemble(float base, List<List<Node>> trees) {
  public TreeEnsemble {
    trees = trees.stream().map(List::copyOf).toList();
  }

  /** A node of one tree; the root has the id 0. */
  public sealed interface Node {
    /** Within its tree. */
    long id();

    /**
     * Goes to {@code below} where the feature is less than the threshold, else to {@code other}.
     */
    record Branch(long id, int feature, float threshold, long below, long other) implements Node {}

    /** Where a row ends up, and what it adds. */
    record Leaf(long id, float weight) implements Node {}
  }
}
