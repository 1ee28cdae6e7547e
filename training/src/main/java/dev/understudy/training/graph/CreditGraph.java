package dev.understudy.training.graph;

import static dev.understudy.training.graph.GraphBuilder.attribute;
import static dev.understudy.training.graph.GraphBuilder.floats;
import static dev.understudy.training.graph.GraphBuilder.integers;
import static dev.understudy.training.graph.GraphBuilder.strings;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import dev.understudy.training.data.CreditColumn;
import dev.understudy.training.data.CreditContract;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The graphs of the sample model. Each takes raw columns of shape [N] (NaN or the empty text:
 * missing) and only those that it uses.
 */
public final class CreditGraph {
  /** Output of {@link #features}, FP32 of shape [N, number of features]. */
  public static final String FEATURES = "features";

  private final Preparation preparation;
  private final GraphBuilder graph;

  private CreditGraph(String name, Preparation preparation) {
    this.preparation = preparation;
    this.graph = new GraphBuilder(name);
    prepare();
  }

  /**
   * The preparation alone. The boosters learn from what it answers, so that training cannot prepare
   * a row in another way than serving.
   */
  public static byte[] features(Preparation preparation) {
    CreditGraph graph = new CreditGraph("preparation", preparation);
    graph.graph.outputMatrix(FEATURES, preparation.features().size());
    return graph.graph.model();
  }

  /**
   * Log odds linear in the features.
   *
   * @param weights one per feature
   */
  public static byte[] linear(Preparation preparation, List<Float> weights, float bias) {
    CreditGraph graph = new CreditGraph("linear", preparation);
    graph.answer(graph.weighted(weights, bias), CreditContract.OUTPUT);
    return graph.finished();
  }

  /** Log odds as the sum of trees. */
  public static byte[] trees(Preparation preparation, TreeEnsemble ensemble) {
    CreditGraph graph = new CreditGraph("trees", preparation);
    graph.answer(graph.grown(ensemble), CreditContract.OUTPUT);
    return graph.finished();
  }

  /** The same answers as {@link #trees}, for rows that the faults spare. */
  public static byte[] trees(Preparation preparation, TreeEnsemble ensemble, Faults faults) {
    CreditGraph graph = new CreditGraph("trees_with_faults", preparation);
    String flawless = graph.answer(graph.grown(ensemble), "flawless");
    graph.spin(graph.stumble(flawless, faults), faults);
    return graph.finished();
  }

  private byte[] finished() {
    graph.outputVector(CreditContract.OUTPUT);
    return graph.model();
  }

  private void prepare() {
    List<CreditColumn> numbers = preparation.numberColumns();
    int width = numbers.size();
    String second = graph.constant("second_axis", List.of(1), 1L);
    List<String> columns = new ArrayList<>();
    for (CreditColumn column : numbers) {
      String raw = graph.numbers(column.columnName());
      columns.add(graph.node("Unsqueeze", raw + "_column", List.of(raw, second)));
    }
    String raw = graph.node("Concat", "numbers", columns, attribute("axis", 1));
    String absent = graph.node("IsNaN", "absent", List.of(raw));
    List<Integer> perNumber = List.of(1, width);
    String medians = graph.constant("medians", perNumber, scales(Preparation.Scale::median));
    String means = graph.constant("means", perNumber, scales(Preparation.Scale::mean));
    String deviations =
        graph.constant("deviations", perNumber, scales(Preparation.Scale::deviation));
    String filled = graph.node("Where", "filled", List.of(absent, medians, raw));
    String centred = graph.node("Sub", "centred", List.of(filled, means));
    List<String> features = new ArrayList<>();
    features.add(graph.node("Div", "scaled", List.of(centred, deviations)));
    long[] marked = preparation.markedNumbers();
    if (marked.length > 0) {
      String places = graph.constant("marked_numbers", List.of(marked.length), marked);
      String some =
          graph.node("Gather", "absent_marked", List.of(absent, places), attribute("axis", 1));
      features.add(
          graph.node(
              "Cast", "missing", List.of(some), attribute("to", DataType.FLOAT.getNumber())));
    }
    for (CreditColumn column : preparation.categoryColumns()) {
      String text = graph.texts(column.columnName());
      features.add(
          graph.learned(
              "OneHotEncoder",
              text + "_categories",
              List.of(text),
              strings("cats_strings", column.categories()),
              attribute("zeros", 1)));
    }
    graph.node("Concat", FEATURES, features, attribute("axis", 1));
  }

  private float[] scales(ToDoubleFunction<Preparation.Scale> figure) {
    float[] values = new float[preparation.numbers().size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) figure.applyAsDouble(preparation.numbers().get(i));
    }
    return values;
  }

  private String weighted(List<Float> weights, float bias) {
    if (weights.size() != preparation.features().size()) {
      throw new IllegalArgumentException(
          "%d weights for %d features".formatted(weights.size(), preparation.features().size()));
    }
    float[] column = new float[weights.size()];
    for (int i = 0; i < column.length; i++) {
      column[i] = weights.get(i);
    }
    String matrix = graph.constant("weights", List.of(column.length, 1), column);
    String start = graph.constant("bias", List.of(1), bias);
    String product = graph.node("MatMul", "weighted", List.of(FEATURES, matrix));
    return graph.node("Add", "log_odds", List.of(product, start));
  }

  private String grown(TreeEnsemble ensemble) {
    TreeTables tables = new TreeTables(ensemble);
    return graph.learned(
        "TreeEnsembleRegressor",
        "log_odds",
        List.of(FEATURES),
        attribute("n_targets", 1),
        attribute("aggregate_function", "SUM"),
        attribute("post_transform", "NONE"),
        floats("base_values", List.of(ensemble.base())),
        integers("nodes_treeids", tables.trees),
        integers("nodes_nodeids", tables.ids),
        integers("nodes_featureids", tables.features),
        floats("nodes_values", tables.thresholds),
        strings("nodes_modes", tables.modes),
        integers("nodes_truenodeids", tables.below),
        integers("nodes_falsenodeids", tables.other),
        integers("target_treeids", tables.leafTrees),
        integers("target_nodeids", tables.leafIds),
        integers("target_ids", tables.leafTargets),
        floats("target_weights", tables.leafWeights));
  }

  private String answer(String logOdds, String name) {
    String column = graph.node("Sigmoid", "probability_column", List.of(logOdds));
    return graph.node("Squeeze", name, List.of(column, "second_axis"));
  }

  /** Multiplies by an element of a table of one 1: the place of some category is outside it. */
  private String stumble(String probability, Faults faults) {
    String table = graph.constant("table_of_one", List.of(1), 1f);
    String place = marked(faults.failing(), faults.failingCategory(), "place", 1);
    String one = graph.node("Gather", "looked_up", List.of(table, place));
    return graph.node("Mul", "stumbled", List.of(probability, one));
  }

  /** Clips, again and again, what needs no clipping; as often as the slowest row wants it. */
  private void spin(String probability, Faults faults) {
    String wanted = marked(faults.slow(), faults.slowCategory(), "turns_wanted", faults.turns());
    String turns = graph.node("ReduceMax", "turns", List.of(wanted), attribute("keepdims", 0));
    GraphBuilder body = new GraphBuilder("turn");
    body.inner(false, "turn", DataType.INT64, List.of());
    body.inner(false, "go", DataType.BOOL, List.of());
    body.inner(false, "before", DataType.FLOAT, List.of("N"));
    String least = body.constant("least", List.of(), 0f);
    String most = body.constant("most", List.of(), 1f);
    body.node("Identity", "go_on", List.of("go"));
    body.node("Clip", "after", List.of("before", least, most));
    body.inner(true, "go_on", DataType.BOOL, List.of());
    body.inner(true, "after", DataType.FLOAT, List.of("N"));
    graph.node(
        "Loop",
        CreditContract.OUTPUT,
        List.of(turns, "", probability),
        attribute("body", body.graph()));
  }

  private String marked(CreditColumn column, String category, String name, long mark) {
    return graph.learned(
        "LabelEncoder",
        name,
        List.of(column.columnName()),
        strings("keys_strings", List.of(category)),
        integers("values_int64s", List.of(mark)),
        attribute("default_int64", 0));
  }
}
