package dev.understudy.local.replay;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.Verdict;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What <em>evaluations</em> holds of one rollout, in its stored form: some 1.5 KB a second. */
final class Recorded {
  private static final Set<Verdict> ENDS =
      EnumSet.of(
          Verdict.PROMOTE,
          Verdict.ROLLBACK,
          Verdict.STOP_FUTILE,
          Verdict.STOP_INCONCLUSIVE,
          Verdict.STOP_INVALID,
          Verdict.WATCHED_OK);

  private final String rolloutId;
  private final Map<String, TreeMap<Long, byte[]>> tests = new LinkedHashMap<>();
  private final List<Difference> twice = new ArrayList<>();

  Recorded(String rolloutId) {
    this.rolloutId = rolloutId;
  }

  /** A record of the topic; others' rollouts are passed over. */
  void add(byte @Nullable [] value) {
    RolloutEvaluated evaluation = parse(value);
    if (!evaluation.getRolloutId().equals(rolloutId) || value == null) {
      return;
    }
    byte[] before =
        tests
            .computeIfAbsent(evaluation.getTestId(), any -> new TreeMap<>())
            .putIfAbsent(evaluation.getNumber(), value);
    if (before != null) {
      twice.add(
          new Difference(
              evaluation.getTestId(), evaluation.getNumber(), "evaluation", "twice", "once"));
    }
  }

  /** Evaluations that were written more than once. */
  List<Difference> twice() {
    return twice;
  }

  @Nullable RolloutEvaluated get(String testId, long number) {
    TreeMap<Long, byte[]> test = tests.get(testId);
    byte[] value = test == null ? null : test.get(number);
    return value == null ? null : parse(value);
  }

  /** The last of a test; null without any. */
  @Nullable RolloutEvaluated last(String testId) {
    TreeMap<Long, byte[]> test = tests.get(testId);
    return test == null ? null : parse(test.lastEntry().getValue());
  }

  /** Whether the collector may simply not have come to that number yet. */
  boolean mayGoOn(String testId, long number) {
    RolloutEvaluated last = last(testId);
    return last == null || (number > last.getNumber() && !ENDS.contains(last.getVerdict()));
  }

  void forEach(BiConsumer<String, Long> numbers) {
    tests.forEach(
        (testId, test) -> test.keySet().forEach(number -> numbers.accept(testId, number)));
  }

  List<String> testIds() {
    return List.copyOf(tests.keySet());
  }

  int size(String testId) {
    TreeMap<Long, byte[]> test = tests.get(testId);
    return test == null ? 0 : test.size();
  }

  private static RolloutEvaluated parse(byte @Nullable [] value) {
    try {
      return value == null
          ? RolloutEvaluated.getDefaultInstance()
          : RolloutEvaluated.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      // Nobody's evaluation: the registry refuses it too.
      return RolloutEvaluated.getDefaultInstance();
    }
  }
}
