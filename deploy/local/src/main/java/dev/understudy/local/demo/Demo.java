package dev.understudy.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.local.stack.Ports;
import dev.understudy.local.stack.Stack;
import dev.understudy.local.stack.StackException;
import dev.understudy.testkit.TemporaryFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The whole loop on real data, on a stack of its own: the scorecard serves, four candidates
 * rehearse, the truth comes late, evidence decides; then the books are checked by a reader that
 * asks no service.
 */
public final class Demo {
  private static final Set<String> ENDED = Set.of("PROMOTED", "ROLLED_BACK", "STOPPED");
  private static final Duration ROLLOUT_LIMIT = Duration.ofMinutes(4);
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final Duration BEFORE_SWAP = Duration.ofMillis(500);
  private static final Duration AFTER_SWAP = Duration.ofSeconds(2);

  private final Path root;
  private final long seed;
  private final double rate;
  private final boolean keep;
  private final PrintStream out;
  private final long began = System.nanoTime();
  private final Story story;

  /**
   * A demo that has not begun.
   *
   * @param root of the checkout
   * @param rate requests a second
   * @param keep whether data and logs stay when it ends
   * @param out where the story is told
   */
  public Demo(Path root, long seed, double rate, boolean keep, PrintStream out) {
    if (!(rate >= 1 && rate <= 5000)) {
      throw new StackException("--rate %s is outside 1..5000".formatted(rate));
    }
    this.root = root;
    this.seed = seed;
    this.rate = rate;
    this.keep = keep;
    this.out = out;
    this.story = new Story(out, began);
  }

  /** Runs it from the first process to the last check. */
  public DemoReport run() throws IOException {
    story.plain("Understudy: the whole loop on real loan applications (seed %d)".formatted(seed));
    story.heading("The policy");
    Rehearsal.POLICY.forEach(line -> story.plain("  - " + line));
    story.heading("The stage");
    Path homes = Files.createDirectories(root.resolve(".understudy"));
    Path home = Files.createTempDirectory(homes, "demo-");
    try {
      CreditModels models =
          CreditModels.train(seed, home.resolve("training"), model -> story.say(model));
      DemoReport report;
      try (Stack stack =
          Stack.start(home, Ports.free(), root, part -> story.say("starting " + part))) {
        report = play(stack, models);
      }
      out.print(report.table());
      story.plain(
          report.asItShould()
              ? "\nAs it should be: the good were promoted, the bad were not, nothing was lost."
              : "\nNOT as it should be; see the table.");
      return report;
    } finally {
      if (keep) {
        story.plain("Data and logs are kept in " + home);
      } else {
        TemporaryFiles.delete(home);
      }
    }
  }

  private DemoReport play(Stack stack, CreditModels models) {
    try (CreditStage stage = CreditStage.set(stack, models, CreditStage.FIRST, rate, story::say);
        SwapWatch swaps = new SwapWatch(stack.bootstrapServers());
        Evaluations evaluations = new Evaluations(stack.bootstrapServers())) {
      // Machines that have just been started are slow; the rehearsals are not about that.
      stage.await("the first thousand outcomes", () -> stage.matched() >= 1000);
      story.say("outcomes arrive and are matched");
      List<DemoReport.Rollout> rollouts = new ArrayList<>();
      String current = CreditStage.FIRST;
      for (Rehearsal rehearsal : Rehearsal.ALL) {
        DemoReport.Rollout rollout = rehearse(stage, evaluations, rehearsal, current);
        rollouts.add(rollout);
        if (rollout.verdict().equals("PROMOTED")) {
          current = rehearsal.recipe();
        }
      }
      story.heading("The books");
      // Callers must be there to notice a silence after the last swap too.
      sleep(AFTER_SWAP);
      stage.endTraffic();
      return new DemoReport(
          seed,
          rollouts,
          books(stage),
          gaps(stage, swaps),
          Math.round(story.seconds() * 10) / 10.0);
    }
  }

  private DemoReport.Rollout rehearse(
      CreditStage stage, Evaluations evaluations, Rehearsal rehearsal, String current) {
    String version = stage.version(rehearsal.recipe());
    story.heading(
        "Candidate '%s' (version %s), %s; current is '%s'"
            .formatted(rehearsal.recipe(), version, rehearsal.title(), current));
    long start = System.nanoTime();
    String id = stage.registry().startRollout(rehearsal.plan(version, stage.accuracy(current)));
    String state = "";
    JsonNode rollout;
    do {
      sleep(LOOK);
      rollout = stage.registry().rollout(id);
      String now = rollout.required("state").asText();
      Optional<String> evidence = evaluations.newest(id).map(Story::evidence);
      if (now.equals(state)) {
        evidence.ifPresent(story::live);
      } else {
        evidence.ifPresent(story::say);
        story.say(now);
        state = now;
      }
      if (System.nanoTime() - start > ROLLOUT_LIMIT.toNanos()) {
        throw new StackException(
            "The rollout of '%s' has not ended within %s; look at the logs with --keep."
                .formatted(rehearsal.recipe(), ROLLOUT_LIMIT));
      }
    } while (!ENDED.contains(state));
    List<RolloutEvaluated> last = evaluations.of(id);
    String reason = rollout.path("reason").asText(last.isEmpty() ? "" : last.getLast().getReason());
    story.say(reason);
    return new DemoReport.Rollout(
        rehearsal.recipe(),
        version,
        rehearsal.good(),
        state,
        reason,
        last.stream().mapToLong(it -> it.getEvidence().getUnits()).sum(),
        last.stream().flatMap(it -> DemoReport.Evidence.of(it).stream()).toList(),
        Math.round((System.nanoTime() - start) / 1e8) / 10.0);
  }

  private DemoReport.Requests books(CreditStage stage) {
    Set<String> ids = stage.answers().ids();
    Ledger ledger = stage.awaitLedger(ids);
    stage.callers().failures().forEach(failure -> story.say("a request failed: " + failure));
    return new DemoReport.Requests(
        stage.callers().sent(),
        stage.callers().answered(),
        stage.callers().failed(),
        ledger.ids().size(),
        stage.matched(),
        ledger.missing(ids),
        ledger.unasked(ids),
        ledger.duplicates());
  }

  private List<DemoReport.Swap> gaps(CreditStage stage, SwapWatch watch) {
    long nowNanos = System.nanoTime();
    long nowMs = System.currentTimeMillis();
    Map<Long, DemoReport.Swap> swaps = new LinkedHashMap<>();
    for (SwapWatch.Swap swap : watch.swaps()) {
      long at = nowNanos - TimeUnit.MILLISECONDS.toNanos(nowMs - swap.atMs());
      // The first one was before anybody called.
      long from = at + Math.max(-BEFORE_SWAP.toNanos(), stage.callers().begunNanos() - at);
      double gap = stage.answers().longestGapMs(from, at + AFTER_SWAP.toNanos());
      swaps.put(
          swap.revision(),
          new DemoReport.Swap(
              Math.round((at - began) / 1e8) / 10.0,
              swap.revision(),
              swap.mode(),
              swap.version(),
              Math.round(gap * 10) / 10.0));
    }
    return List.copyOf(swaps.values());
  }

  private static void sleep(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException("interrupted", e);
    }
  }
}
