package dev.understudy.scoring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Explains one score by the raw inputs: the Shapley values of the inputs against a reference row.
 * Nothing is assumed of the model, which is only asked for the scores of rows that are partly the
 * row and partly the reference; so imputing and encoding inside a graph come out at the input that
 * they belong to. For a model that is linear in its inputs a contribution is the weight times the
 * difference from the reference. Stateless.
 */
public final class Explainer {
  private static final int ROWS_PER_RUN = 1024;

  private Explainer() {}

  /** Scores rows: a lease of a pool, or a model in some room. */
  @FunctionalInterface
  public interface Scorer {
    CompletionStage<Score> score(Map<String, Tensor> inputs, Duration deadline);
  }

  /** Whether an output is one number per row. */
  public static boolean canExplain(TensorSpec output) {
    return output.datatype().isFloat()
        && !output.shape().isEmpty()
        && output.shape().getFirst() < 0
        && output.shape().stream().skip(1).allMatch(dimension -> dimension == 1);
  }

  /**
   * The reference when nobody gives one: missing where that is allowed, else the number nearest to
   * zero, or the first category. It is a convention, not an average customer; contributions say how
   * the row differs from it and nothing else.
   */
  public static Map<String, Tensor> defaultReference(InputContract contract) {
    Map<String, Tensor> row = new HashMap<>();
    for (Column column : contract.columns()) {
      row.put(column.name(), column.mayBeLeftOut() ? column.missing(1) : column.harmless(1));
    }
    return row;
  }

  /**
   * Explains one row. The stage never completes exceptionally.
   *
   * @param inputs that the model reads
   * @param output one that {@link #canExplain can be explained}
   * @param row one row of every input
   * @param reference another one
   * @param deadline of all runs together
   */
  public static CompletionStage<Explanation> explain(
      Scorer scorer,
      List<TensorSpec> inputs,
      String output,
      Map<String, Tensor> row,
      Map<String, Tensor> reference,
      Duration deadline) {
    // Who is the same in both never changes anything.
    List<String> players =
        inputs.stream()
            .map(TensorSpec::name)
            .filter(name -> !tensor(row, name).equals(tensor(reference, name)))
            .toList();
    ShapleyValues game = ShapleyValues.of(players.size());
    List<BitSet> coalitions = game.coalitions();
    List<Map<String, Tensor>> runs = new ArrayList<>();
    for (int from = 0; from < coalitions.size(); from += ROWS_PER_RUN) {
      List<BitSet> some =
          coalitions.subList(from, Math.min(coalitions.size(), from + ROWS_PER_RUN));
      Map<String, Tensor> rows = new HashMap<>();
      for (TensorSpec input : inputs) {
        int player = players.indexOf(input.name());
        rows.put(
            input.name(),
            Rows.pick(
                tensor(row, input.name()),
                tensor(reference, input.name()),
                some.size(),
                at -> player < 0 || some.get(at).get(player)));
      }
      runs.add(rows);
    }
    return scores(scorer, output, runs, deadline)
        .thenApply(
            scored ->
                switch (scored) {
                  case Scored.Stopped stopped -> new Explanation.Unanswered(stopped.by());
                  case Scored.All all -> {
                    Map<BitSet, Double> values = new HashMap<>();
                    for (int i = 0; i < coalitions.size(); i++) {
                      values.put(coalitions.get(i), all.values().get(i));
                    }
                    yield explained(output, inputs, players, game, values);
                  }
                });
  }

  private static Tensor tensor(Map<String, Tensor> row, String name) {
    Tensor tensor = row.get(name);
    if (tensor == null || tensor.rows() != 1 || tensor.shape().length == 0) {
      throw new IllegalArgumentException("input %s is not there with one row".formatted(name));
    }
    return tensor;
  }

  private sealed interface Scored {
    record All(List<Double> values) implements Scored {}

    record Stopped(Score by) implements Scored {}
  }

  /** One run after the other, so that an explanation takes no more than one thread. */
  private static CompletionStage<Scored> scores(
      Scorer scorer, String output, List<Map<String, Tensor>> runs, Duration deadline) {
    long start = System.nanoTime();
    CompletionStage<Scored> scored = CompletableFuture.completedStage(new Scored.All(List.of()));
    for (Map<String, Tensor> rows : runs) {
      scored =
          scored.thenCompose(
              before ->
                  switch (before) {
                    case Scored.Stopped stopped -> CompletableFuture.completedStage(stopped);
                    case Scored.All all -> {
                      long gone = System.nanoTime() - start;
                      Duration left = deadline.minusNanos(gone);
                      yield left.isPositive()
                          ? scorer.score(rows, left).thenApply(score -> with(all, score, output))
                          : CompletableFuture.completedStage(
                              new Scored.Stopped(new Score.TimedOut(gone)));
                    }
                  });
    }
    return scored;
  }

  private static Scored with(Scored.All before, Score score, String output) {
    if (!(score instanceof Score.Answered answered)) {
      return new Scored.Stopped(score);
    }
    List<Double> values = new ArrayList<>(before.values());
    Tensor tensor = answered.output(output);
    for (int i = 0; i < tensor.size(); i++) {
      values.add(tensor.number(i));
    }
    return new Scored.All(values);
  }

  private static Explanation explained(
      String output,
      List<TensorSpec> inputs,
      List<String> players,
      ShapleyValues game,
      Map<BitSet, Double> values) {
    double[] added = game.contributions(coalition -> values.getOrDefault(coalition, Double.NaN));
    BitSet everybody = new BitSet();
    everybody.set(0, players.size());
    List<Explanation.Contribution> contributions = new ArrayList<>();
    for (TensorSpec input : inputs) {
      int player = players.indexOf(input.name());
      contributions.add(new Explanation.Contribution(input.name(), player < 0 ? 0 : added[player]));
    }
    return new Explanation.Explained(
        output,
        values.getOrDefault(new BitSet(), Double.NaN),
        values.getOrDefault(everybody, Double.NaN),
        game.isExact(),
        contributions);
  }
}
