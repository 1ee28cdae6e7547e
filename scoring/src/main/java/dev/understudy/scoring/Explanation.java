package dev.understudy.scoring;

import java.util.List;

/** What came of the wish to explain one score. */
public sealed interface Explanation {

  /**
   * Why a score is what it is: base + the contributions = score, but for rounding.
   *
   * @param output that is explained
   * @param base what the model answers to the reference row
   * @param score what it answers to the row
   * @param exact whether every combination of inputs was tried; otherwise a fixed sample was
   * @param contributions of every input that the model reads, in its order
   */
  record Explained(
      String output, double base, double score, boolean exact, List<Contribution> contributions)
      implements Explanation {
    public Explained {
      contributions = List.copyOf(contributions);
    }
  }

  /** What one input adds to the base by being as in the row instead of as in the reference. */
  record Contribution(String input, double value) {}

  /** The model did not answer one of the rows that were asked. */
  record Unanswered(Score score) implements Explanation {}
}
