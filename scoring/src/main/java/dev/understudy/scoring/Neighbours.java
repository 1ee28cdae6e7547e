package dev.understudy.scoring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether a row is answered otherwise among others than alone. It is where a graph quantises by the
 * range of all that is in a run, or normalises over the rows: what a caller is told then depends on
 * who else asks.
 */
final class Neighbours {
  /** Long, since a machine that is busy with other loads must not cost a model its batches. */
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private static final int ROWS = 3;
  private static final int MIDDLE = 1;

  /** Of the largest element: far over the rounding of another order of additions. */
  private static final double ALIKE = 1e-3;

  /** Numbers of 8 or 11 binary digits round that much earlier. */
  private static final double ALIKE_HALVES = 3e-2;

  /** Where all elements are nearly 0, their rounding is that of what was added up to them. */
  private static final double LEAST = 1e-3;

  private Neighbours() {}

  /**
   * Tries it with rows that differ. Where those cannot be scored nothing was found out, and then
   * they may matter: who says otherwise must have seen it.
   */
  static boolean mayMatter(Model model, InputContract contract, ScoringRoom room) {
    List<Map<String, Tensor>> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      Map<String, Tensor> row = new HashMap<>();
      for (Column column : contract.columns()) {
        row.put(column.name(), column.sample(i));
      }
      rows.add(row);
    }
    boolean seenNotTo =
        run(model, rows.get(MIDDLE), room) instanceof Score.Answered alone
            && run(model, TensorRows.join(model.inputs(), rows), room)
                instanceof Score.Answered among
            && areAlike(alone.outputs(), TensorRows.slice(among.outputs(), MIDDLE, 1));
    return !seenNotTo;
  }

  private static Score run(Model model, Map<String, Tensor> request, ScoringRoom room) {
    return model.score(request, LIMIT, room).toCompletableFuture().join();
  }

  private static boolean areAlike(List<Tensor> some, List<Tensor> others) {
    for (int i = 0; i < some.size(); i++) {
      if (!areAlike(some.get(i), others.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean areAlike(Tensor one, Tensor other) {
    if (!one.datatype().isFloat() || !Arrays.equals(one.dimensions(), other.dimensions())) {
      return one.equals(other);
    }
    double largest = LEAST;
    double apart = 0;
    for (int i = 0; i < one.size(); i++) {
      largest = Math.max(largest, Math.abs(one.number(i)));
      apart = Math.max(apart, Math.abs(one.number(i) - other.number(i)));
    }
    return apart <= largest * (one.datatype().isHalf() ? ALIKE_HALVES : ALIKE);
  }
}
