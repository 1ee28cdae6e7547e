package dev.understudy.local.demo;

import dev.understudy.local.stack.StackException;
import dev.understudy.training.data.CreditContract;
import dev.understudy.training.pipeline.Recipe;
import dev.understudy.training.pipeline.TrainedModel;
import dev.understudy.training.pipeline.Training;
import dev.understudy.training.pipeline.TrainingFailed;
import dev.understudy.training.register.RegistryClient;
import dev.understudy.training.register.RegistryRefused;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** The trained models of one seed. Immutable. */
public final class CreditModels {
  /** The recipes in the order in which they are registered. */
  static final List<String> RECIPES = List.of("scorecard", "logistic", "trees", "leaky", "broken");

  private final long seed;
  private final Map<String, TrainedModel> trained;

  private CreditModels(long seed, Map<String, TrainedModel> trained) {
    this.seed = seed;
    this.trained = Map.copyOf(trained);
  }

  /** Trains them all; the artefacts go to the directory. */
  public static CreditModels train(long seed, Path directory, Consumer<String> progress) {
    Map<String, TrainedModel> trained = new LinkedHashMap<>();
    for (String recipe : RECIPES) {
      try {
        TrainedModel model = Training.run(Recipe.of(recipe).orElseThrow(), seed, directory);
        progress.accept(
            String.format(
                Locale.ROOT,
                "trained '%s': accuracy %.3f, log loss %.3f on %d rows held out",
                recipe,
                model.metrics().accuracy(),
                model.metrics().logLoss(),
                model.metrics().n()));
        trained.put(recipe, model);
      } catch (TrainingFailed e) {
        throw new StackException("'%s' was not trained: %s".formatted(recipe, e.getMessage()), e);
      }
    }
    return new CreditModels(seed, trained);
  }

  /** The seed of the split and of the training. */
  public long seed() {
    return seed;
  }

  double accuracy(String recipe) {
    return of(recipe).metrics().accuracy();
  }

  String sha256(String recipe) {
    return of(recipe).sha256();
  }

  private TrainedModel of(String recipe) {
    TrainedModel model = trained.get(recipe);
    if (model == null) {
      throw new IllegalArgumentException("no recipe is called " + recipe);
    }
    return model;
  }

  /** Registers a recipe's artefact; answers the version that it became. */
  String register(URI registry, String recipe) {
    try (RegistryClient client = new RegistryClient(registry)) {
      client.ensureProject(CreditContract.PROJECT);
      client.ensureModel(CreditContract.PROJECT, CreditContract.MODEL);
      return client.register(CreditContract.PROJECT, CreditContract.MODEL, of(recipe));
    } catch (RegistryRefused e) {
      throw new StackException("'%s' was not registered: %s".formatted(recipe, e.getMessage()), e);
    }
  }
}
