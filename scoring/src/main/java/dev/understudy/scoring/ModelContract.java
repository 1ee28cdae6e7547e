package dev.understudy.scoring;

import java.util.List;

/**
 * What every version of a model must take and answer.
 *
 * @param inputs a version may use some of them, and no other
 * @param outputs a version answers all of them; others that it may have are not computed
 */
public record ModelContract(InputContract inputs, List<TensorSpec> outputs) {
  public ModelContract {
    outputs = List.copyOf(outputs);
    if (outputs.isEmpty()) {
      throw new IllegalArgumentException("a model without outputs answers nothing");
    }
  }
}
