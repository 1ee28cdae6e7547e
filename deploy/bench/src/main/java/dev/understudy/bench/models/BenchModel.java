package dev.understudy.bench.models;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.understudy.contracts.Digest;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.InputContract;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import dev.understudy.testkit.TemporaryFiles;
import dev.understudy.training.data.CreditColumn;
import dev.understudy.training.data.CreditContract;
import dev.understudy.training.data.CreditData;
import dev.understudy.training.data.CreditRow;
import dev.understudy.training.pipeline.Recipe;
import dev.understudy.training.pipeline.Training;
import dev.understudy.training.pipeline.TrainingFailed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.function.IntFunction;

/** A model to measure, with requests for it; the same seed gives the same bytes. Immutable. */
public final class BenchModel {
  /** Of the random weights and rows, and of the credit model's training. */
  public static final long SEED = 1;

  private static final int TREES = 100;
  private static final int DEPTH = 4;
  private static final int TREE_INPUTS = 20;
  private static final List<Integer> LAYERS = List.of(128, 256, 256, 1);

  /** About 20 ms on a machine of today; `bench scoring` shows what it is on this one. */
  private static final int IDLE_TURNS = 40_000;

  private static final String INPUT = "x";
  private static final String OUTPUT = "y";

  private final String name;
  private final byte[] artefact;
  private final ModelContract contract;
  private final IntFunction<List<Tensor>> rows;

  private BenchModel(
      String name, byte[] artefact, ModelContract contract, IntFunction<List<Tensor>> rows) {
    this.name = name;
    this.artefact = artefact;
    this.contract = contract;
    this.rows = rows;
  }

  /** 100 trees of depth 4 over 20 FP32 inputs in one tensor. */
  public static BenchModel trees() {
    return trees(SEED);
  }

  /** The same with other trees, to swap with. */
  public static BenchModel trees(long seed) {
    Graph graph = new Graph().input(INPUT, Graph.ROWS, TREE_INPUTS).output(OUTPUT, Graph.ROWS, 1);
    randomTrees(seed).addTo(graph, INPUT, OUTPUT);
    return numeric("trees", TREE_INPUTS, graph.bytes());
  }

  /** The trees after about 20 ms of idling: a candidate that nobody should have to wait for. */
  public static BenchModel slowTrees() {
    Graph graph =
        new Graph()
            .input(INPUT, Graph.ROWS, TREE_INPUTS)
            .output(OUTPUT, Graph.ROWS, 1)
            .idle(INPUT, "late", IDLE_TURNS);
    randomTrees(SEED).addTo(graph, "late", OUTPUT);
    return numeric("slow", TREE_INPUTS, graph.bytes());
  }

  /** One with the contract of the trees, that lives on another server. */
  static BenchModel elsewhere(URI server, String name) {
    String description =
        """
        {"understudy_remote": {"protocol": "rest", "url": "%s", "model": "%s"}}"""
            .formatted(server, name);
    return numeric(name, TREE_INPUTS, description.getBytes(UTF_8));
  }

  /** A dense network 128-256-256-1 with ReLU between. */
  public static BenchModel dense() {
    SplittableRandom random = new SplittableRandom(SEED);
    Graph graph =
        new Graph().input(INPUT, Graph.ROWS, LAYERS.getFirst()).output(OUTPUT, Graph.ROWS, 1);
    String value = INPUT;
    for (int layer = 1; layer < LAYERS.size(); layer++) {
      int in = LAYERS.get(layer - 1);
      int out = LAYERS.get(layer);
      boolean last = layer == LAYERS.size() - 1;
      String product = last ? OUTPUT : "product" + layer;
      graph.constant("weights" + layer, List.of(in, out), weights(random, in, out));
      graph.node("", "MatMul", product, List.of(value, "weights" + layer));
      if (!last) {
        value = "layer" + layer;
        graph.node("", "Relu", value, List.of(product));
      }
    }
    return numeric("dense", LAYERS.getFirst(), graph.bytes());
  }

  /** The gradient-boosted credit model of the demo: 11 columns, numbers and texts. */
  public static BenchModel credit() {
    Path directory = temporary();
    try {
      Recipe recipe = Recipe.of("trees").orElseThrow();
      byte[] artefact = Files.readAllBytes(Training.run(recipe, SEED, directory).model());
      List<CreditRow> complete =
          CreditData.load().split(SEED).serving().stream().filter(BenchModel::isComplete).toList();
      return new BenchModel(
          "credit", artefact, CreditContract.model(), count -> credit(complete.subList(0, count)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (TrainingFailed e) {
      throw new IllegalStateException("the credit model was not trained", e);
    } finally {
      TemporaryFiles.delete(directory);
    }
  }

  /** One word, e.g. {@code trees}. */
  public String name() {
    return name;
  }

  /** The ONNX graph. */
  public byte[] artefact() {
    return artefact.clone();
  }

  /** Of the artefact, lower-case hex. */
  public String sha256() {
    return Digest.of(artefact);
  }

  /** What it takes and answers. */
  public ModelContract contract() {
    return contract;
  }

  /** The inputs of a request of so many rows. */
  public List<Tensor> rows(int count) {
    return rows.apply(count);
  }

  private static RandomTrees randomTrees(long seed) {
    return new RandomTrees(TREES, DEPTH, TREE_INPUTS, new SplittableRandom(seed));
  }

  private static BenchModel numeric(String name, int width, byte[] artefact) {
    Column column =
        new Column(
            INPUT,
            Datatype.FP32,
            List.of(-1L, (long) width),
            false,
            false,
            List.of(),
            OptionalDouble.empty(),
            OptionalDouble.empty());
    ModelContract contract =
        new ModelContract(
            new InputContract(List.of(column)),
            List.of(new TensorSpec(OUTPUT, Datatype.FP32, List.of(-1L, 1L))));
    return new BenchModel(name, artefact, contract, count -> gaussian(count, width));
  }

  // Four decimals, as clients round what they measured; the length of the text is part of the cost.
  private static List<Tensor> gaussian(int count, int width) {
    SplittableRandom random = new SplittableRandom(SEED);
    float[] values = new float[count * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.round(random.nextGaussian() * 10_000) / 10_000f;
    }
    return List.of(Tensor.ofFloats(INPUT, new long[] {count, width}, values));
  }

  private static float[] weights(SplittableRandom random, int in, int out) {
    float[] weights = new float[in * out];
    double scale = Math.sqrt(2.0 / in);
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (random.nextGaussian() * scale);
    }
    return weights;
  }

  private static boolean isComplete(CreditRow row) {
    return sent().stream()
        .allMatch(
            column ->
                column.isCategory()
                    ? row.category(column).isPresent()
                    : row.number(column).isPresent());
  }

  /** What an application knows: all but the arrears, which come later. */
  private static List<CreditColumn> sent() {
    List<CreditColumn> columns = new ArrayList<>(List.of(CreditColumn.values()));
    columns.remove(CreditColumn.ARREARS);
    return columns;
  }

  private static List<Tensor> credit(List<CreditRow> applications) {
    long[] shape = {applications.size()};
    List<Tensor> tensors = new ArrayList<>();
    for (CreditColumn column : sent()) {
      if (column.isCategory()) {
        tensors.add(
            Tensor.ofTexts(
                column.columnName(),
                shape,
                applications.stream()
                    .map(row -> row.category(column).orElseThrow())
                    .toArray(String[]::new)));
      } else {
        float[] values = new float[applications.size()];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) applications.get(i).number(column).orElseThrow();
        }
        tensors.add(Tensor.ofFloats(column.columnName(), shape, values));
      }
    }
    return tensors;
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("understudy-bench-model");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
