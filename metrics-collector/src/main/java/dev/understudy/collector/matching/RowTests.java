package dev.understudy.collector.matching;

import dev.understudy.collector.state.v1.WaitingPrediction;
import java.util.ArrayList;
import java.util.List;

/**
 * The tests that wait for a prediction: one, or one for each candidate where several are tested at
 * the same time. One that ends takes itself out; one that has counted it stays, and its pointer
 * says so.
 */
final class RowTests {
  private RowTests() {}

  /** In the order of the log; empty of a prediction that no test waits for. */
  static List<String> of(WaitingPrediction prediction) {
    if (prediction.getTestId().isEmpty()) {
      return List.of();
    }
    if (prediction.getFurtherTestsCount() == 0) {
      return List.of(prediction.getTestId());
    }
    List<String> tests = new ArrayList<>();
    tests.add(prediction.getTestId());
    tests.addAll(prediction.getFurtherTestsList());
    return tests;
  }

  static boolean has(WaitingPrediction prediction, String testId) {
    return prediction.getTestId().equals(testId)
        || prediction.getFurtherTestsList().contains(testId);
  }

  /** The prediction as it waits for those tests and no others. */
  static WaitingPrediction with(WaitingPrediction prediction, List<String> tests) {
    if (tests.equals(of(prediction))) {
      return prediction;
    }
    WaitingPrediction.Builder changed = prediction.toBuilder().clearTestId().clearFurtherTests();
    if (!tests.isEmpty()) {
      changed.setTestId(tests.getFirst()).addAllFurtherTests(tests.subList(1, tests.size()));
    }
    return changed.build();
  }

  /** The prediction as it waits for the others. */
  static WaitingPrediction without(WaitingPrediction prediction, String testId) {
    return with(prediction, of(prediction).stream().filter(one -> !one.equals(testId)).toList());
  }
}
