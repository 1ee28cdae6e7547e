package dev.understudy.bench.decision;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.bench.decision.Caller.Answered;
import dev.understudy.bench.report.DecisionReport;
import dev.understudy.contracts.v1.Evidence;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.local.demo.CreditStage;
import dev.understudy.local.demo.Evaluations;
import dev.understudy.local.demo.RegistryApi;
import dev.understudy.local.stack.Ports;
import dev.understudy.local.stack.Stack;
import dev.understudy.local.stack.StackException;
import dev.understudy.training.data.CreditContract;
import dev.understudy.training.pipeline.Recipe;
import dev.understudy.training.pipeline.Training;
import dev.understudy.training.pipeline.TrainingFailed;
import dev.understudy.training.register.RegistryClient;
import dev.understudy.training.register.RegistryRefused;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The time from the outcome that decides a test to the gateway's new route. Each round is a split
 * that lacks one unit of its minimum: everything else is judged, then the last prediction and its
 * outcome are sent, and the gateway is watched until the candidate is current. The two versions
 * take turns. The clock starts when the outcome may count, a horizon after its prediction was
 * answered; with the outcome that much earlier in the log, this is what H = 0 would be.
 */
public final class DecisionBench {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration HORIZON = Duration.ofSeconds(1);

  /** How long no unit may have been added before all that were sent count as judged. */
  private static final Duration SETTLED = Duration.ofMillis(2_500);

  /** Units of each arm. */
  private static final int MINIMUM = 40;

  private static final long SEED = 2026;

  private final Path root;
  private final Path home;
  private final Consumer<String> progress;

  /**
   * A bench that has not begun.
   *
   * @param root of the checkout
   * @param home for data and logs
   */
  public DecisionBench(Path root, Path home, Consumer<String> progress) {
    this.root = root;
    this.home = home;
    this.progress = progress;
  }

  /** So many decisions, after one that does not count. */
  public DecisionReport measure(int rounds) {
    List<Double> millis = new ArrayList<>();
    try (Stack stack =
            Stack.start(home, Ports.free(), root, part -> progress.accept("starting " + part));
        Evaluations evaluations = new Evaluations(stack.bootstrapServers());
        Caller caller = new Caller(stack.gatewayUrl(), stack.collectorUrl(), SEED)) {
      String current = register(stack, "scorecard");
      String candidate = register(stack, "trees");
      RegistryApi registry =
          new RegistryApi(stack.registryUrl(), CreditContract.PROJECT, CreditContract.MODEL);
      registry.deploy(current);
      await("the first deployment", () -> generation(stack) > 0);
      for (int round = 0; round <= rounds; round++) {
        double took = decide(stack, registry, evaluations, caller, candidate);
        progress.accept(
            "%s: %,.0f ms".formatted(round == 0 ? "warm-up" : "decision " + round, took));
        if (round > 0) {
          millis.add(took);
        }
        String before = current;
        current = candidate;
        candidate = before;
      }
    }
    return DecisionReport.of(millis);
  }

  private double decide(
      Stack stack, RegistryApi registry, Evaluations evaluations, Caller caller, String candidate) {
    String id = registry.startRollout(plan(candidate));
    await("the split", () -> registry.rollout(id).required("state").asText().equals("SPLIT"));
    int[] arms = new int[2];
    while (Math.min(arms[0], arms[1]) < MINIMUM - 1) {
      arms[caller.call(candidate).byCandidate() ? 1 : 0]++;
    }
    Evidence judged = settled(evaluations, id);
    long split = generation(stack);
    arms[1] = Math.toIntExact(judged.getUnitsCandidate());
    arms[0] = Math.toIntExact(judged.getUnits()) - arms[1];
    Answered last;
    do {
      last = caller.call(candidate);
      arms[last.byCandidate() ? 1 : 0]++;
    } while (Math.min(arms[0], arms[1]) < MINIMUM);
    await("the promotion of " + candidate, Duration.ofMillis(5), () -> generation(stack) > split);
    double took = (System.nanoTime() - last.atNanos() - HORIZON.toNanos()) / 1e6;
    await(
        "the end of the rollout",
        () -> registry.rollout(id).required("state").asText().equals("PROMOTED"));
    return took;
  }

  /** What was judged, once nothing is added any more. */
  private static Evidence settled(Evaluations evaluations, String id) {
    long units = -1;
    long since = System.nanoTime();
    long end = since + PATIENCE.toNanos();
    while (System.nanoTime() < end) {
      Evidence now =
          evaluations
              .newest(id)
              .map(RolloutEvaluated::getEvidence)
              .orElse(Evidence.getDefaultInstance());
      if (now.getUnits() != units) {
        units = now.getUnits();
        since = System.nanoTime();
      }
      if (units > 0 && System.nanoTime() - since > SETTLED.toNanos()) {
        return now;
      }
      sleep(Duration.ofMillis(50));
    }
    throw new StackException("nothing was judged within %s".formatted(PATIENCE));
  }

  private static ObjectNode plan(String candidate) {
    ObjectNode plan = new ObjectMapper().createObjectNode().put("candidate", candidate);
    ObjectNode split = plan.putObject("split").put("share", 0.5).put("horizon", HORIZON.toString());
    split
        .putObject("kpi")
        .put("kind", "ACCURACY")
        .put("line", "NON_INFERIORITY")
        .put("margin", 0.03)
        .put("centre", 0.5);
    split.putArray("guards");
    plan.putObject("watch").put("mode", "NONE");
    split
        .putObject("policy")
        .put("minimum_duration", "PT1S")
        .put("maximum_duration", "PT5M")
        .put("minimum_units", MINIMUM);
    return plan;
  }

  private String register(Stack stack, String recipe) {
    try (RegistryClient client = new RegistryClient(stack.registryUrl())) {
      client.ensureProject(CreditContract.PROJECT);
      client.ensureModel(CreditContract.PROJECT, CreditContract.MODEL);
      return client.register(
          CreditContract.PROJECT,
          CreditContract.MODEL,
          Training.run(Recipe.of(recipe).orElseThrow(), SEED, home.resolve("training")));
    } catch (TrainingFailed | RegistryRefused e) {
      throw new StackException("'%s' is not there: %s".formatted(recipe, e.getMessage()), e);
    }
  }

  private static long generation(Stack stack) {
    return CreditStage.counter(
        stack.gatewayUrl(),
        "gateway_route_generation",
        "model=\"%s\"".formatted(CreditContract.MODEL));
  }

  private static void await(String what, BooleanSupplier condition) {
    await(what, Duration.ofMillis(50), condition);
  }

  private static void await(String what, Duration pause, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new StackException("%s did not come within %s".formatted(what, PATIENCE));
      }
      sleep(pause);
    }
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
