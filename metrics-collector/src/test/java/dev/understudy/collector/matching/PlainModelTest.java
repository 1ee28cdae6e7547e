package dev.understudy.collector.matching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.collector.comparison.Plans;
import dev.understudy.contracts.v1.Count;
import dev.understudy.contracts.v1.OutcomeObserved;
import dev.understudy.contracts.v1.OutcomeValue;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.VersionScore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Duplicated, reordered, late and corrected outcomes, and shadows likewise, against a plain model:
 * it sees the whole list of what was sent and states the rule in a few lines, second by second from
 * nothing. It shares no class with the join; only the records that go in and the counts that come
 * out are the same.
 */
class PlainModelTest {
  private static final int RUNS = 60;
  private static final long BEGIN = 1_000;
  private static final long END = 24_000;
  private static final long HORIZON = 3_000;
  private static final long DEADLINE = 1_000;

  /** An outcome may wait so long for its prediction; settled rows outlive the test. */
  private static final Keep KEEP = new Keep(4_000, 100_000, 3_600_000);

  /** What the log says of one prediction id, each list in the order of its input. */
  private record Story(String id, List<Sent> predictions, List<Shown> shadows, List<Told> labels) {}

  private record Sent(long at, String test, String arm, Made current, Made candidate) {}

  private record Made(ScoreStatus status, double probability, long latencyUs) {
    boolean answered() {
      return status == ScoreStatus.ANSWERED && probability >= 0 && probability <= 1;
    }

    boolean timedOut() {
      return status == ScoreStatus.TIMED_OUT;
    }

    boolean failed() {
      return status == ScoreStatus.FAILED
          || timedOut()
          || (status == ScoreStatus.ANSWERED && !answered());
    }

    boolean slow() {
      return timedOut() || latencyUs > 50_000;
    }

    boolean saysAs(Made other) {
      return failed() && other.failed()
          || answered() && other.answered() && probability >= 0.5 == other.probability >= 0.5;
    }

    boolean right(boolean bad) {
      return answered() && probability >= 0.5 == bad;
    }
  }

  private record Shown(long at, String test, Made made) {}

  private record Told(long at, String name, int row, String model, int revision, String value) {}

  // ---- The rule, stated naively. ----

  /** The counts of a test at a second of log time. */
  private static Map<String, Long> model(List<Story> stories, String test, long second) {
    Map<String, Long> counts = new TreeMap<>();
    for (Story story : stories) {
      // Only the first record of an id is the prediction; it is judged when it is mature.
      Sent sent = story.predictions.getFirst();
      if (sent.test.equals(test) && sent.at + Math.max(HORIZON, DEADLINE) <= second) {
        Boolean bad = truth(story.labels, sent.at);
        if (test.equals("shadow")) {
          pair(counts, sent.current, candidate(story, sent), bad);
        } else {
          arm(counts, sent, bad);
        }
      }
    }
    return counts;
  }

  /** The newest revision within the horizon, the first of equals; null: no usable one. */
  private static @Nullable Boolean truth(List<Told> labels, long at) {
    return labels.stream()
        .filter(label -> label.name.equals("status") && label.row == 0)
        .filter(label -> label.model.isEmpty() || label.model.equals("credit-risk"))
        .filter(label -> label.at <= at + HORIZON && label.at >= at - KEEP.outcomesMs())
        .reduce((one, next) -> next.revision > one.revision ? next : one)
        .map(label -> Map.of("bad", true, "good", false).get(label.value))
        .orElse(null);
  }

  /** What the prediction says itself, or the first record of the shadow, if that came in time. */
  private static Made candidate(Story story, Sent sent) {
    if (sent.candidate.status != ScoreStatus.EXPECTED) {
      return sent.candidate;
    }
    return story.shadows.stream()
        .limit(1)
        .filter(shown -> shown.test.equals(sent.test) && shown.at <= sent.at + DEADLINE)
        .map(Shown::made)
        .findFirst()
        .orElse(new Made(ScoreStatus.LOST, 0, 0));
  }

  private static void pair(
      Map<String, Long> counts, Made current, Made candidate, @Nullable Boolean bad) {
    if (!done(current) || !done(candidate)) {
      boolean unsampled = either(current, candidate, ScoreStatus.NOT_SAMPLED);
      boolean shed = either(current, candidate, ScoreStatus.SHED);
      add(counts, "epoch 0 " + (unsampled ? "not sampled" : shed ? "shed" : "lost"));
      return;
    }
    add(counts, "epoch 0 complete");
    add(counts, "epoch 0 errors " + who(candidate.failed(), current.failed()));
    add(counts, "epoch 0 slow " + who(candidate.slow(), current.slow()));
    // Whether both are right or both wrong, the difference is none: such pairs need no label.
    boolean agreed = candidate.saysAs(current);
    if (bad == null) {
      add(counts, agreed ? "epoch 0 agreed without a label" : "epoch 0 unlabelled");
      return;
    }
    add(counts, "epoch 0 right " + who(candidate.right(bad), current.right(bad)));
    if (agreed) {
      add(counts, "epoch 0 agreed with a label");
    }
  }

  private static void arm(Map<String, Long> counts, Sent sent, @Nullable Boolean bad) {
    String arm = "epoch 0 share 0.5 " + (sent.arm.equals("2") ? "candidate " : "current ");
    Made made = sent.arm.equals("2") ? sent.candidate : sent.current;
    add(counts, arm + "assigned");
    if (!done(made)) {
      add(counts, arm + "shed");
      return;
    }
    add(counts, arm + (bad == null ? "unlabelled" : made.right(bad) ? "right" : "wrong"));
    if (made.failed()) {
      add(counts, arm + "errors");
    }
    if (made.slow()) {
      add(counts, arm + "slow");
    }
  }

  private static boolean done(Made made) {
    return made.answered() || made.failed();
  }

  private static boolean either(Made one, Made other, ScoreStatus status) {
    return one.status == status || other.status == status;
  }

  private static String who(boolean candidate, boolean current) {
    return candidate ? current ? "both" : "candidate only" : current ? "current only" : "neither";
  }

  private static void add(Map<String, Long> counts, String name) {
    counts.merge(name, 1L, Long::sum);
  }

  // ---- The same through the join. ----

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void theJoinCountsWhatThePlainModelCounts(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long judged = 0;
    for (int run = 0; run < RUNS; run++) {
      int partitions = 1 + random.nextInt(3);
      List<Story> stories = stories(random);
      Bench bench = new Bench(partitions, KEEP);
      bench.define(unending("shadow"), BEGIN);
      bench.define(unendingSplit("split"), BEGIN);
      feed(bench, partitions, stories, random);

      for (RolloutEvaluated evaluation : bench.evaluations) {
        assertThat(counts(evaluation))
            .as(
                "seed %d, run %d, %s at %d",
                seed, run, evaluation.getTestId(), evaluation.getLogTimeMs())
            .isEqualTo(model(stories, evaluation.getTestId(), evaluation.getLogTimeMs()));
      }
      assertThat(bench.evaluations).hasSizeGreaterThan(2 * 18);
      judged += bench.evaluations.getLast().getEvidence().getUnits();
    }
    assertThat(judged).as("units").isGreaterThan(100);
  }

  private static TestDefinition.Builder unending(String id) {
    return withoutDecision(Plans.shadow(id));
  }

  private static TestDefinition.Builder unendingSplit(String id) {
    return withoutDecision(Plans.split(id));
  }

  private static TestDefinition.Builder withoutDecision(TestDefinition.Builder test) {
    test.getPolicyBuilder()
        .setAlphaPromote(1e-300)
        .setAlphaRollback(1e-300)
        .setAlphaFutility(1e-300)
        .setAlphaHealth(1e-300);
    return test;
  }

  private static Map<String, Long> counts(RolloutEvaluated evaluation) {
    Map<String, Long> counts = new TreeMap<>();
    for (Count count : evaluation.getEvidence().getCountsList()) {
      if (count.getValue() != 0) {
        counts.put(count.getName(), count.getValue());
      }
    }
    return counts;
  }

  /** Both inputs of each partition in order, in a random interleaving, with some turns of work. */
  private static void feed(
      Bench bench, int partitions, List<Story> stories, SplittableRandom random) {
    List<List<Events.Entry>> inputs = new ArrayList<>();
    for (int i = 0; i < 2 * partitions; i++) {
      inputs.add(new ArrayList<>());
    }
    for (Story story : stories) {
      int partition = Math.floorMod(story.id.hashCode(), partitions);
      List<Events.Entry> predictions = inputs.get(2 * partition);
      story.predictions.forEach(sent -> predictions.add(entry(story.id, sent)));
      story.shadows.forEach(shown -> predictions.add(entry(story.id, shown)));
      story.labels.forEach(told -> inputs.get(2 * partition + 1).add(entry(story.id, told)));
    }
    List<Integer> turns = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      List<Events.Entry> input = inputs.get(i);
      for (long at = 0; at <= END; at += 700) {
        input.add(Events.tick(i % 2 == 0, at));
      }
      input.sort(Comparator.comparingLong(Events.Entry::appendedMs));
      for (int left = input.size(); left > 0; left--) {
        turns.add(random.nextInt(turns.size() + 1), i);
      }
    }
    int[] next = new int[inputs.size()];
    for (int input : turns) {
      bench.feed(input / 2, inputs.get(input).get(next[input]++));
      if (random.nextInt(4) == 0) {
        bench.advance(input / 2, 1 + random.nextInt(20));
      }
    }
    bench.settle();
  }

  // ---- Random stories. ----

  private static List<Story> stories(SplittableRandom random) {
    List<Story> stories = new ArrayList<>();
    for (int i = random.nextInt(25); i >= 0; i--) {
      long at = time(random, BEGIN, 19_000);
      String test = random.nextBoolean() ? "shadow" : "split";
      Story story = new Story("p" + i, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
      story.predictions.add(sent(at, test, random));
      for (int again = random.nextInt(3); again > 1; again--) {
        story.predictions.add(sent(time(random, at, END), test, random));
      }
      if (test.equals("shadow")) {
        for (int shadows = random.nextInt(3); shadows > 0; shadows--) {
          String of = random.nextInt(10) == 0 ? "split" : test;
          story.shadows.add(
              new Shown(time(random, Math.max(0, at - 500), at + 1_500), of, made(random, false)));
        }
      }
      for (int labels = random.nextInt(6); labels > 0; labels--) {
        story.labels.add(told(time(random, Math.max(0, at - 6_000), at + 5_000), random));
      }
      // A list stands for the order of its input; equal times keep it, as the sort of feed does.
      story
          .predictions
          .subList(1, story.predictions.size())
          .sort(Comparator.comparingLong(Sent::at));
      story.shadows.sort(Comparator.comparingLong(Shown::at));
      story.labels.sort(Comparator.comparingLong(Told::at));
      stories.add(story);
    }
    return stories;
  }

  private static Sent sent(long at, String test, SplittableRandom random) {
    String arm = test.equals("split") && random.nextBoolean() ? "2" : "1";
    return new Sent(at, test, arm, made(random, false), made(random, test.equals("shadow")));
  }

  private static Made made(SplittableRandom random, boolean mayBeAwaited) {
    if (mayBeAwaited && random.nextInt(2) == 0) {
      return new Made(ScoreStatus.EXPECTED, 0, 0);
    }
    ScoreStatus status =
        switch (random.nextInt(12)) {
          case 0 -> ScoreStatus.FAILED;
          case 1 -> ScoreStatus.TIMED_OUT;
          case 2 -> ScoreStatus.SHED;
          case 3 -> ScoreStatus.NOT_SAMPLED;
          default -> ScoreStatus.ANSWERED;
        };
    double probability =
        switch (random.nextInt(15)) {
          case 0 -> 0.5;
          case 1 -> 1.5;
          case 2 -> Double.NaN;
          default -> random.nextDouble();
        };
    return new Made(status, probability, random.nextInt(10) == 0 ? 60_000 : 50_000);
  }

  private static Told told(long at, SplittableRandom random) {
    String name = random.nextInt(12) == 0 ? "another" : "status";
    String model = List.of("", "", "credit-risk", "credit-risk", "other").get(random.nextInt(5));
    String value = List.of("bad", "good", "bad", "good", "maybe").get(random.nextInt(5));
    return new Told(at, name, random.nextInt(12) == 0 ? 1 : 0, model, random.nextInt(3), value);
  }

  /** Whole seconds and exact horizons are where mistakes live, so they are frequent. */
  private static long time(SplittableRandom random, long from, long to) {
    long at = random.nextLong(from, to + 1);
    return random.nextInt(3) == 0 ? Math.max(from, at / 1_000 * 1_000) : at;
  }

  // ---- As records of the log. ----

  private static Events.Entry entry(String id, Sent sent) {
    var logged = Events.logged(id, sent.test);
    if (sent.test.equals("split")) {
      logged = SplitEvents.arm(id, sent.test, sent.arm);
      logged.addScores(
          sent.arm.equals("2") ? score("2", sent.candidate) : score("1", sent.current));
    } else {
      logged.addScores(score("1", sent.current)).addScores(score("2", sent.candidate));
    }
    return Events.prediction(sent.at, logged);
  }

  private static Events.Entry entry(String id, Shown shown) {
    return Events.shadow(shown.at, id, shown.test, score("2", shown.made));
  }

  private static VersionScore score(String version, Made made) {
    return made.status == ScoreStatus.ANSWERED
        ? Events.answered(version, made.probability).toBuilder()
            .setLatencyUs(made.latencyUs)
            .build()
        : Events.with(version, made.status).toBuilder().setLatencyUs(made.latencyUs).build();
  }

  private static Events.Entry entry(String id, Told told) {
    return Events.outcome(
        told.at,
        OutcomeObserved.newBuilder()
            .setPredictionId(id)
            .setRow(told.row)
            .setModel(told.model)
            .setName(told.name)
            .setValue(OutcomeValue.newBuilder().setText(told.value))
            .setRevision(told.revision));
  }
}
