package dev.understudy.training.pipeline;

import dev.understudy.scoring.Tensor;
import dev.understudy.training.data.CreditContract;
import dev.understudy.training.data.CreditData;
import dev.understudy.training.data.CreditRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * How the recipes do on the half that only serving sees, where Arrears is empty: the figures that
 * the demo's policy rests on. Its main method prints a table over many seeds.
 *
 * @param serving on the serving half
 * @param heldOut as the run files say
 * @param gain mean over rows of the linear model's log loss less that of the trees
 * @param gainDeviation standard deviation of the same
 */
record SeedStudy(
    Map<Recipe, Metrics> serving, Map<Recipe, Metrics> heldOut, double gain, double gainDeviation) {
  private static final List<Recipe> RECIPES =
      List.of(Recipe.SCORECARD, Recipe.LOGISTIC, Recipe.TREES, Recipe.LEAKY);

  static SeedStudy of(long seed, Path out) throws TrainingFailed, IOException {
    List<CreditRow> rows = CreditData.load().split(seed).serving();
    List<Boolean> truth = rows.stream().map(CreditRow::bad).toList();
    Map<Recipe, Metrics> serving = new EnumMap<>(Recipe.class);
    Map<Recipe, Metrics> heldOut = new EnumMap<>(Recipe.class);
    Map<Recipe, List<Double>> answers = new EnumMap<>(Recipe.class);
    for (Recipe recipe : RECIPES) {
      TrainedModel trained = Training.run(recipe, seed, out);
      heldOut.put(recipe, trained.metrics());
      answers.put(recipe, answers(trained, rows));
      serving.put(recipe, Metrics.of(answers.get(recipe), truth));
    }
    double[] linear = losses(answers.get(Recipe.LOGISTIC), truth);
    double[] trees = losses(answers.get(Recipe.TREES), truth);
    double[] gains =
        IntStream.range(0, rows.size()).mapToDouble(i -> linear[i] - trees[i]).toArray();
    double mean = DoubleStream.of(gains).average().orElseThrow();
    double variance =
        DoubleStream.of(gains).map(gain -> (gain - mean) * (gain - mean)).average().orElseThrow();
    return new SeedStudy(serving, heldOut, mean, Math.sqrt(variance));
  }

  private static List<Double> answers(TrainedModel trained, List<CreditRow> rows)
      throws TrainingFailed, IOException {
    try (GraphRunner runner =
        GraphRunner.load(Files.readAllBytes(trained.model()), CreditContract.model())) {
      Tensor tensor = runner.run(rows);
      return IntStream.range(0, tensor.size()).mapToObj(tensor::number).toList();
    }
  }

  private static double[] losses(List<Double> answers, List<Boolean> truth) {
    return IntStream.range(0, answers.size())
        .mapToDouble(i -> Metrics.logLoss(answers.get(i), truth.get(i)))
        .toArray();
  }

  public static void main(String... args) throws TrainingFailed, IOException {
    int seeds = args.length == 0 ? 20 : Integer.parseInt(args[0]);
    Path out = Files.createTempDirectory("seed-study");
    System.out.println(
        "seed  scorecard      logistic       trees          leaky          trees' gain (sd)");
    for (long seed = 1; seed <= seeds; seed++) {
      SeedStudy study = of(seed, out);
      StringBuilder line = new StringBuilder("%4d".formatted(seed));
      study
          .serving()
          .forEach(
              (recipe, metrics) ->
                  line.append(
                      String.format(
                          Locale.ROOT, "  %.4f %.4f", metrics.accuracy(), metrics.logLoss())));
      System.out.println(
          line.append(
              String.format(Locale.ROOT, "  %.4f (%.3f)", study.gain(), study.gainDeviation())));
    }
  }
}
