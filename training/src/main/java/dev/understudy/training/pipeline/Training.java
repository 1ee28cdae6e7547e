package dev.understudy.training.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.understudy.contracts.Digest;
import dev.understudy.scoring.Tensor;
import dev.understudy.training.data.CreditColumn;
import dev.understudy.training.data.CreditContract;
import dev.understudy.training.data.CreditData;
import dev.understudy.training.data.CreditRow;
import dev.understudy.training.graph.Preparation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * The pipeline up to the package: prepare, train, evaluate, write down. Learns from the training
 * half of the split with the same seed; the serving half is never looked at. The same recipe, seed
 * and kind of machine give the same bytes.
 */
public final class Training {
  /** One row in so many of the training half is held out to evaluate on. */
  private static final int HELD_OUT = 5;

  private static final ObjectWriter JSON =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .build()
          .writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

  private Training() {}

  /** Trains without a word. */
  public static TrainedModel run(Recipe recipe, long seed, Path out) throws TrainingFailed {
    return run(recipe, seed, out, progress -> {});
  }

  /**
   * Trains.
   *
   * @param out the folder {@code <recipe>-seed<seed>} is written here; an older one is overwritten
   * @param progress is told, in a line each, what was done
   */
  public static TrainedModel run(Recipe recipe, long seed, Path out, Consumer<String> progress)
      throws TrainingFailed {
    CreditData data = CreditData.load();
    List<CreditRow> half = data.split(seed).training();
    if (recipe.columns().contains(CreditColumn.ARREARS)) {
      half = Arrears.filledIn(half, seed);
    }
    int learnt = half.size() - half.size() / HELD_OUT;
    List<CreditRow> training = half.subList(0, learnt);
    List<CreditRow> heldOut = half.subList(learnt, half.size());
    progress.accept(
        "prepare   %d rows to learn from, %d held out, %d columns"
            .formatted(training.size(), heldOut.size(), recipe.columns().size()));

    Preparation preparation = recipe.preparation(training);
    Hyperparameters parameters = Hyperparameters.of(recipe, training.size(), seed);
    byte[] graph;
    try (FittedBooster fitted = FittedBooster.fit(parameters, Features.of(preparation, training))) {
      graph = fitted.graph(preparation, recipe.faults());
    }
    progress.accept("train     " + recipe.description());

    Metrics onTraining;
    Metrics onHeldOut;
    try (GraphRunner runner = GraphRunner.load(graph, CreditContract.model())) {
      onTraining = evaluate(runner, recipe, training);
      onHeldOut = evaluate(runner, recipe, heldOut);
    }
    progress.accept("evaluate  " + inWords(onHeldOut));

    String sha256 = Digest.of(graph);
    Run run =
        new Run(
            "%s-seed%d-%s".formatted(recipe.key(), seed, sha256.substring(0, 12)),
            recipe.key(),
            recipe.description(),
            seed,
            sha256,
            data.sha256(),
            FittedBooster.TRAINER,
            parameters.flat(),
            recipe.columns().stream().map(CreditColumn::columnName).toList(),
            preparation.features(),
            onTraining,
            onHeldOut);
    TrainedModel trained = write(run, graph, out);
    progress.accept("package   %s, sha256 %s".formatted(trained.model(), sha256));
    return trained;
  }

  /** The very graph that will serve, on the rows that its author tried. */
  private static Metrics evaluate(GraphRunner runner, Recipe recipe, List<CreditRow> rows)
      throws TrainingFailed {
    List<CreditRow> tried = rows.stream().filter(recipe::triedOn).toList();
    Tensor answers = runner.run(tried);
    List<Double> probabilities = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      probabilities.add(answers.number(i));
    }
    return Metrics.of(probabilities, tried.stream().map(CreditRow::bad).toList());
  }

  private static String inWords(Metrics metrics) {
    return String.format(
        Locale.ROOT,
        "accuracy %.3f, AUC %.3f, log loss %.3f on %d rows held out",
        metrics.accuracy(),
        metrics.auc(),
        metrics.logLoss(),
        metrics.n());
  }

  private static TrainedModel write(Run run, byte[] graph, Path out) throws TrainingFailed {
    Path folder = out.resolve("%s-seed%d".formatted(run.recipe(), run.seed()));
    TrainedModel trained =
        new TrainedModel(folder.resolve("model.onnx"), folder.resolve("run.json"), run);
    try {
      Files.createDirectories(folder);
      Files.write(trained.model(), graph);
      Files.writeString(trained.runFile(), json(run) + "\n", StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new TrainingFailed(
          "cannot write to %s (%s); give a folder that can be written to".formatted(folder, e), e);
    }
    return trained;
  }

  private static String json(Run run) throws JsonProcessingException {
    return JSON.writeValueAsString(run);
  }
}
