package dev.understudy.training.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.training.graph.CreditGraph;
import dev.understudy.training.graph.Faults;
import dev.understudy.training.graph.Preparation;
import dev.understudy.training.graph.TreeEnsemble;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** XGBoost behind a narrow door: fits features, and is written down as a graph. Not thread-safe. */
final class FittedBooster implements AutoCloseable {
  /** Whose algorithm learns. */
  static final String TRAINER = "XGBoost 2.1.4";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Recipe.Family family;
  private final Booster booster;
  private final float base;

  private FittedBooster(Recipe.Family family, Booster booster, float base) {
    this.family = family;
    this.booster = booster;
    this.base = base;
  }

  /** Learns; the same parameters and features give the same booster. */
  static FittedBooster fit(Hyperparameters parameters, Features features) throws TrainingFailed {
    float share = parameters.family() == Recipe.Family.TREES ? (float) features.badShare() : 0.5f;
    Map<String, Object> settings = new HashMap<>(parameters.settings());
    settings.put("base_score", share);
    settings.put("objective", "binary:logistic");
    settings.put("nthread", 1);
    settings.put("verbosity", 0);
    NativeLibrary.prepare();
    try {
      DMatrix matrix = matrix(features);
      try {
        matrix.setLabel(features.labels());
        Booster booster =
            XGBoost.train(matrix, settings, parameters.rounds(), Map.of(), null, null);
        return new FittedBooster(
            parameters.family(), booster, (float) Math.log(share / (1.0 - share)));
      } finally {
        matrix.dispose();
      }
    } catch (XGBoostError e) {
      throw new TrainingFailed("XGBoost failed: " + e.getMessage(), e);
    } catch (LinkageError e) {
      throw NativeLibrary.missing(e);
    }
  }

  /** What XGBoost itself answers: the probability of bad per row. */
  float[] predict(Features features) throws TrainingFailed {
    try {
      DMatrix matrix = matrix(features);
      try {
        float[][] rows = booster.predict(matrix);
        float[] probabilities = new float[rows.length];
        for (int i = 0; i < rows.length; i++) {
          probabilities[i] = rows[i][0];
        }
        return probabilities;
      } finally {
        matrix.dispose();
      }
    } catch (XGBoostError e) {
      throw new TrainingFailed("XGBoost failed: " + e.getMessage(), e);
    }
  }

  /** The same function as an ONNX graph, from the raw columns on. */
  byte[] graph(Preparation preparation, Optional<Faults> faults) throws TrainingFailed {
    try {
      String[] dump = booster.getModelDump("", false, "json");
      return switch (family) {
        case LINEAR -> linear(preparation, JSON.readTree(dump[0]));
        case TREES -> {
          TreeEnsemble ensemble = ensemble(dump);
          yield faults.isPresent()
              ? CreditGraph.trees(preparation, ensemble, faults.get())
              : CreditGraph.trees(preparation, ensemble);
        }
      };
    } catch (XGBoostError | JsonProcessingException e) {
      throw new TrainingFailed("XGBoost's dump cannot be read: " + e.getMessage(), e);
    }
  }

  private static byte[] linear(Preparation preparation, JsonNode dump) {
    List<Float> weights = new ArrayList<>();
    dump.required("weight").forEach(weight -> weights.add(weight.floatValue()));
    return CreditGraph.linear(preparation, weights, dump.required("bias").get(0).floatValue());
  }

  private TreeEnsemble ensemble(String[] dump) throws JsonProcessingException {
    List<List<TreeEnsemble.Node>> trees = new ArrayList<>();
    for (String tree : dump) {
      List<TreeEnsemble.Node> nodes = new ArrayList<>();
      collect(JSON.readTree(tree), nodes);
      trees.add(nodes);
    }
    return new TreeEnsemble(base, trees);
  }

  private static void collect(JsonNode node, List<TreeEnsemble.Node> nodes) {
    long id = node.required("nodeid").longValue();
    JsonNode leaf = node.get("leaf");
    if (leaf != null) {
      nodes.add(new TreeEnsemble.Node.Leaf(id, leaf.floatValue()));
      return;
    }
    nodes.add(
        new TreeEnsemble.Node.Branch(
            id,
            Integer.parseInt(node.required("split").textValue().substring(1)),
            node.required("split_condition").floatValue(),
            node.required("yes").longValue(),
            node.required("no").longValue()));
    node.required("children").forEach(child -> collect(child, nodes));
  }

  private static DMatrix matrix(Features features) throws XGBoostError {
    return new DMatrix(features.values(), features.rows(), features.width(), Float.NaN);
  }

  @Override
  public void close() {
    booster.dispose();
  }
}
