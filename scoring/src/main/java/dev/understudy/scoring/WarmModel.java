package dev.understudy.scoring;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A model that has run before anyone asks, and what its runs cost.
 *
 * @param takesBatches whether requests may share a run: it runs here, every input and output has
 *     one row for each of the request, and a run of several rows was answered
 * @param neighboursMayMatter whether a row may be answered otherwise in such a run than alone, or
 *     nobody could find out
 */
record WarmModel(Model model, RunCost cost, boolean takesBatches, boolean neighboursMayMatter) {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final Duration ENOUGH = Duration.ofMillis(100);
  private static final int LEAST_RUNS = 1;
  private static final int MOST_RUNS = 64;
  private static final int BATCH = 8;

  /** Runs harmless rows, which must be answered, and what was recorded. */
  static WarmModel warmUp(Model model, InputContract contract, List<Map<String, Tensor>> recorded)
      throws ModelRefused {
    try (ScoringRoom room = new ScoringRoom("warm-up", 1, 1)) {
      Map<String, Tensor> row = harmless(contract, 1);
      requireAnswer(run(model, row, room));
      for (Map<String, Tensor> request : recorded) {
        run(model, request, room);
      }
      long oneRow = median(model, row, room);
      Map<String, Tensor> batch = harmless(contract, BATCH);
      if (hasRows(model) && run(model, batch, room) instanceof Score.Answered) {
        RunCost cost = RunCost.ofRows(oneRow, median(model, batch, room));
        // Last, since it may leave a run behind that is still ending.
        return new WarmModel(model, cost, true, Neighbours.mayMatter(model, contract, room));
      }
      return new WarmModel(model, RunCost.ofRow(oneRow), false, false);
    }
  }

  private static boolean hasRows(Model model) {
    return model instanceof LocalModel
        && model.inputs().stream().allMatch(TensorSpec::isPerRow)
        && model.outputs().stream().allMatch(TensorSpec::isPerRow);
  }

  private static Map<String, Tensor> harmless(InputContract contract, int rows) {
    Map<String, Tensor> inputs = new HashMap<>();
    for (Column column : contract.columns()) {
      inputs.put(column.name(), column.harmless(rows));
    }
    return inputs;
  }

  /**
   * The median of runs until enough time has gone by; the first ones, still cold, are not in it.
   */
  private static long median(Model model, Map<String, Tensor> request, ScoringRoom room)
      throws ModelRefused {
    long[] nanos = new long[MOST_RUNS];
    int runs = 0;
    long end = System.nanoTime() + ENOUGH.toNanos();
    while (runs < LEAST_RUNS || (runs < MOST_RUNS && System.nanoTime() < end)) {
      nanos[runs++] = requireAnswer(run(model, request, room)).latencyNanos();
    }
    int cold = runs / 3;
    Arrays.sort(nanos, cold, runs);
    return nanos[(cold + runs) / 2];
  }

  private static Score run(Model model, Map<String, Tensor> request, ScoringRoom room) {
    return model.score(request, LIMIT, room).toCompletableFuture().join();
  }

  private static Score.Answered requireAnswer(Score score) throws ModelRefused {
    return switch (score) {
      case Score.Answered answered -> answered;
      case Score.Failed failed ->
          throw new ModelRefused(
              failed.errorClass().equals(RemoteServer.UNAVAILABLE)
                  ? ModelRefused.Reason.REMOTE_UNAVAILABLE
                  : ModelRefused.Reason.WARM_UP_FAILED,
              "it fails on a harmless row: " + failed.reason());
      case Score.TimedOut late ->
          throw new ModelRefused(
              ModelRefused.Reason.WARM_UP_FAILED,
              "one harmless row takes it longer than %s".formatted(LIMIT));
      case Score.Shed shed ->
          throw new ModelRefused(
              ModelRefused.Reason.WARM_UP_FAILED, "the warm-up was shed: " + shed.cause());
    };
  }
}
