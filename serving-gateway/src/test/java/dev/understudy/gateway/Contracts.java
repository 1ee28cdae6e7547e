package dev.understudy.gateway;

import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.InputContract;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.TensorSpec;
import java.util.List;

/** The contract that the tiny graphs of the tests keep. */
public final class Contracts {
  private Contracts() {}

  /** One number in, one number out. */
  public static ModelContract number() {
    return new ModelContract(
        new InputContract(List.of(Column.number("x", false))),
        List.of(new TensorSpec("p", Datatype.FP32, List.of(-1L))));
  }
}
