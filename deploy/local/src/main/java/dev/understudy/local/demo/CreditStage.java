package dev.understudy.local.demo;

import dev.understudy.local.stack.Stack;
import dev.understudy.local.stack.StackException;
import dev.understudy.local.traffic.AnswerLog;
import dev.understudy.local.traffic.Callers;
import dev.understudy.local.traffic.CreditApplications;
import dev.understudy.local.traffic.Truth;
import dev.understudy.training.data.CreditContract;
import dev.understudy.training.data.CreditData;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A stack on which credit is applied for: the models registered, one of them serving, people
 * calling, the truth following. What the demo and the loop tests have in common.
 */
public final class CreditStage implements AutoCloseable {
  /** The recipe that serves first in the demo. */
  public static final String FIRST = "scorecard";

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Stack stack;
  private final CreditModels models;
  private final Map<String, String> versions = new LinkedHashMap<>();
  private final RegistryApi registry;
  private final AnswerLog answers = new AnswerLog();
  private final Truth truth;
  private final Callers callers;

  private CreditStage(Stack stack, CreditModels models, double rate) {
    this.stack = stack;
    this.models = models;
    this.registry =
        new RegistryApi(stack.registryUrl(), CreditContract.PROJECT, CreditContract.MODEL);
    this.truth = new Truth(stack.collectorUrl(), CreditContract.OUTCOME, models.seed());
    this.callers =
        new Callers(
            stack.gatewayUrl(),
            CreditContract.MODEL,
            CreditApplications.of(CreditData.load().split(models.seed()).serving()),
            rate,
            models.seed(),
            answer -> {
              answers.add(answer);
              truth.expect(answer);
            });
  }

  /**
   * Registers all models, deploys the first, and opens the doors.
   *
   * @param first the recipe that serves first
   * @param rate requests a second
   */
  public static CreditStage set(
      Stack stack, CreditModels models, String first, double rate, Consumer<String> progress) {
    CreditStage stage = new CreditStage(stack, models, rate);
    CreditModels.RECIPES.forEach(
        recipe -> stage.versions.put(recipe, models.register(stack.registryUrl(), recipe)));
    progress.accept("registered " + stage.versions);
    stage.registry.deploy(stage.version(first));
    stage.await("the first deployment", stage::serves);
    progress.accept("'%s' serves; %.0f requests a second".formatted(first, rate));
    stage.truth.start();
    stage.callers.start();
    return stage;
  }

  private boolean serves() {
    return get(stack.gatewayUrl().resolve("/v2/models/" + CreditContract.MODEL + "/ready"))
            .statusCode()
        == 200;
  }

  /** The registry, for this model. */
  public RegistryApi registry() {
    return registry;
  }

  /** The version that a recipe was registered as. */
  public String version(String recipe) {
    String version = versions.get(recipe);
    if (version == null) {
      throw new IllegalArgumentException("no recipe is called " + recipe);
    }
    return version;
  }

  /** Registers a recipe's artefact once more; answers the new version. */
  public String registerAgain(String recipe) {
    return models.register(stack.registryUrl(), recipe);
  }

  /** The digest of a recipe's artefact. */
  public String sha256(String recipe) {
    return models.sha256(recipe);
  }

  /** The accuracy of a recipe on the rows held out of its training. */
  public double accuracy(String recipe) {
    return models.accuracy(recipe);
  }

  /** What callers got. */
  public AnswerLog answers() {
    return answers;
  }

  /** The callers themselves: sent, answered, failed. */
  public Callers callers() {
    return callers;
  }

  /** No more requests; waits for those under way. */
  public void endTraffic() {
    callers.close();
  }

  /**
   * Reads the log until it holds all these ids, or patience is over; whatever it holds then is the
   * answer.
   */
  public Ledger awaitLedger(Set<String> ids) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    Ledger ledger = Ledger.read(stack.bootstrapServers());
    while (ledger.missing(ids) > 0 && System.nanoTime() < end) {
      pause();
      ledger = Ledger.read(stack.bootstrapServers());
    }
    return ledger;
  }

  /** A counter of a service: the sum of all series of that name whose labels contain the text. */
  public static long counter(URI service, String name, String labels) {
    String metrics = get(service.resolve("/q/metrics")).body();
    return Math.round(
        metrics
            .lines()
            .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
            .filter(line -> line.contains(labels))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
            .sum());
  }

  /** How many outcomes the collector has joined with a prediction. */
  public long matched() {
    return counter(stack.collectorUrl(), "collector_outcomes_total", "status=\"matched\"");
  }

  /** Waits until it is so. */
  public void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new StackException("%s did not come within %s".formatted(what, PATIENCE));
      }
      pause();
    }
  }

  private static HttpResponse<String> get(URI address) {
    try {
      return HTTP.send(
          HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(10)).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new StackException("%s does not answer: %s".formatted(address, e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException("interrupted", e);
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(250);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException("interrupted", e);
    }
  }

  @Override
  public void close() {
    callers.close();
    truth.close();
  }
}
