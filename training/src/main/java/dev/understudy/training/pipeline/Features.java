package dev.understudy.training.pipeline;

import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import dev.understudy.training.data.CreditContract;
import dev.understudy.training.data.CreditRow;
import dev.understudy.training.graph.CreditGraph;
import dev.understudy.training.graph.Preparation;
import java.util.List;

/**
 * Prepared rows with their outcomes: what a booster learns from.
 *
 * @param values row by row
 * @param labels 1: bad, 0: good
 */
record Features(int rows, int width, float[] values, float[] labels) {

  /** Prepares the rows by running the preparation's own graph. */
  static Features of(Preparation preparation, List<CreditRow> rows) throws TrainingFailed {
    int width = preparation.features().size();
    ModelContract contract =
        new ModelContract(
            CreditContract.model().inputs(),
            List.of(
                new TensorSpec(CreditGraph.FEATURES, Datatype.FP32, List.of(-1L, (long) width))));
    Tensor prepared;
    try (GraphRunner runner = GraphRunner.load(CreditGraph.features(preparation), contract)) {
      prepared = runner.run(rows);
    }
    float[] values = new float[prepared.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) prepared.number(i);
    }
    float[] labels = new float[rows.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = rows.get(i).bad() ? 1 : 0;
    }
    return new Features(rows.size(), width, values, labels);
  }

  /** Share of bad rows. */
  double badShare() {
    double bad = 0;
    for (float label : labels) {
      bad += label;
    }
    return bad / rows;
  }
}
