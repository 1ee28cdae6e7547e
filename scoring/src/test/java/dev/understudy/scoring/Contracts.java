package dev.understudy.scoring;

import java.util.List;

/** The contracts that the tiny graphs keep. */
final class Contracts {
  private static final List<TensorSpec> P =
      List.of(new TensorSpec("p", Datatype.FP32, List.of(-1L)));

  private Contracts() {}

  /** One number in, one number out. */
  static ModelContract number() {
    return new ModelContract(new InputContract(List.of(Column.number("x", false))), P);
  }

  /** One text in, one number out. */
  static ModelContract text() {
    return new ModelContract(new InputContract(List.of(Column.category("x", true))), P);
  }
}
