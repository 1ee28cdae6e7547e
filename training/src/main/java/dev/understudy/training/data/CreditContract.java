package dev.understudy.training.data;

import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.InputContract;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.TensorSpec;
import java.util.Arrays;
import java.util.List;

/** What the sample model takes and answers, and what its answer means. */
public final class CreditContract {
  public static final String PROJECT = "demo";
  public static final String MODEL = "credit-risk";
  public static final String TASK = "BINARY_CLASSIFICATION";

  /** The probability that the loan turns bad, one per row. */
  public static final String OUTPUT = "probability";

  /** What becomes known of a loan in the end: {@link #POSITIVE} or {@link #NEGATIVE}. */
  public static final String OUTCOME = "status";

  public static final String POSITIVE = "bad";
  public static final String NEGATIVE = "good";

  /** From this probability on, a loan is taken for bad. */
  public static final double THRESHOLD = 0.5;

  private static final ModelContract CONTRACT =
      new ModelContract(
          new InputContract(
              Arrays.stream(CreditColumn.values()).map(CreditColumn::contract).toList()),
          List.of(new TensorSpec(OUTPUT, Datatype.FP32, List.of(-1L))));

  private CreditContract() {}

  /** Every column that a version may use, and the output that it must answer. */
  public static ModelContract model() {
    return CONTRACT;
  }
}
