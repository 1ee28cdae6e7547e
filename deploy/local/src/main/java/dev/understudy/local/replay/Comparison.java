package dev.understudy.local.replay;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.understudy.contracts.v1.Count;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.Sum;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * Holds one recomputation against the record: every field of every evaluation, whole numbers, names
 * and verdicts exactly, fractions to 1e-9 of their size, because sums are added in another order
 * when the partitions are others. Sentences are compared only where the partitions are the log's
 * own: they quote rounded figures.
 */
final class Comparison {
  private static final double TOLERANCE = 1e-9;
  private static final int MOST_KEPT = 1_000;
  private static final Set<String> SENTENCES = Set.of("reason", "blocking", "problems");

  private final Recorded recorded;
  private final boolean sentences;
  private final Map<String, Set<Long>> seen = new TreeMap<>();
  private final List<Difference> differences = new ArrayList<>();
  private long found;
  private long compared;
  private long identical;

  Comparison(Recorded recorded, boolean sentences) {
    this.recorded = recorded;
    this.sentences = sentences;
    recorded.twice().forEach(this::add);
  }

  /**
   * Takes the next recomputed evaluation. What the log gives after the last recorded one is only
   * further than the collector was when the record was read, unless that one had ended the test.
   */
  void recomputed(RolloutEvaluated now) {
    String testId = now.getTestId();
    RolloutEvaluated before = recorded.get(testId, now.getNumber());
    if (before == null) {
      if (!recorded.mayGoOn(testId, now.getNumber())) {
        add(new Difference(testId, now.getNumber(), "evaluation", "none", now.getVerdict().name()));
      }
      return;
    }
    seen.computeIfAbsent(testId, any -> new HashSet<>()).add(now.getNumber());
    compared++;
    if (now.equals(before)) {
      identical++;
      return;
    }
    BiConsumer<String, String[]> differs =
        (field, values) ->
            add(new Difference(testId, now.getNumber(), field, values[0], values[1]));
    compare("", before, now, differs);
  }

  /** After the last one: what was recorded and did not come is a difference too. */
  void done() {
    recorded.forEach(
        (testId, number) -> {
          if (!seen.getOrDefault(testId, Set.of()).contains(number)) {
            add(new Difference(testId, number, "evaluation", "one", "none"));
          }
        });
  }

  long compared() {
    return compared;
  }

  /** Equal to the last bit. */
  long identical() {
    return identical;
  }

  long found() {
    return found;
  }

  /** The first of them. */
  List<Difference> differences() {
    return List.copyOf(differences);
  }

  private void add(Difference difference) {
    found++;
    if (differences.size() < MOST_KEPT) {
      differences.add(difference);
    }
  }

  private void compare(
      String prefix, Message recorded, Message recomputed, BiConsumer<String, String[]> differs) {
    for (FieldDescriptor field : recorded.getDescriptorForType().getFields()) {
      String name = prefix + field.getName();
      if (!sentences && SENTENCES.contains(field.getName())) {
        continue;
      }
      if (field.hasPresence() && recorded.hasField(field) != recomputed.hasField(field)) {
        differs.accept(name, pair(there(recorded, field), there(recomputed, field)));
      } else if (field.isRepeated()) {
        repeated(
            name,
            (List<?>) recorded.getField(field),
            (List<?>) recomputed.getField(field),
            differs);
      } else {
        value(name, recorded.getField(field), recomputed.getField(field), differs);
      }
    }
  }

  private void repeated(
      String name, List<?> recorded, List<?> recomputed, BiConsumer<String, String[]> differs) {
    if (recorded.size() != recomputed.size()) {
      differs.accept(name, pair(recorded.size() + " items", recomputed.size() + " items"));
      return;
    }
    for (int i = 0; i < recorded.size(); i++) {
      String index =
          switch (recorded.get(i)) {
            case Count count -> count.getName();
            case Sum sum -> sum.getName();
            case null, default -> String.valueOf(i);
          };
      value("%s[%s]".formatted(name, index), recorded.get(i), recomputed.get(i), differs);
    }
  }

  private void value(
      String name, Object recorded, Object recomputed, BiConsumer<String, String[]> differs) {
    switch (recorded) {
      case Message message -> compare(name + ".", message, (Message) recomputed, differs);
      case Double number -> {
        if (!near(number, (Double) recomputed)) {
          differs.accept(name, pair(recorded, recomputed));
        }
      }
      default -> {
        if (!Objects.equals(recorded, recomputed)) {
          differs.accept(name, pair(recorded, recomputed));
        }
      }
    }
  }

  /** Within the tolerance of the larger one, or of 1 where both are smaller. */
  private static boolean near(double one, double other) {
    return Double.compare(one, other) == 0
        || Math.abs(one - other)
            <= TOLERANCE * Math.max(1, Math.max(Math.abs(one), Math.abs(other)));
  }

  private static String there(Message message, FieldDescriptor field) {
    return message.hasField(field) ? "a value" : "none";
  }

  private static String[] pair(Object recorded, Object recomputed) {
    return new String[] {String.valueOf(recorded), String.valueOf(recomputed)};
  }
}
