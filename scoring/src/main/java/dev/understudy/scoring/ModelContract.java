package dev.understudy.scoring;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What every version of a model must take and answer.
 *
 * @param inputs a version may use some of them, and no other
 * @param outputs a version answers all of them; others that it may have are not computed
 * @param labels what the classes of an output are called, by the output's name: one for each
 *     element of a row, in their order. Outputs without are not in it
 */
public record ModelContract(
    InputContract inputs, List<TensorSpec> outputs, Map<String, List<String>> labels) {
  public ModelContract {
    outputs = List.copyOf(outputs);
    if (outputs.isEmpty()) {
      throw new IllegalArgumentException("a model without outputs answers nothing");
    }
    Map<String, List<String>> copied = new HashMap<>();
    for (Map.Entry<String, List<String>> some : labels.entrySet()) {
      requireOneForEachClass(some.getKey(), some.getValue().size(), outputs);
      copied.put(some.getKey(), List.copyOf(some.getValue()));
    }
    labels = Map.copyOf(copied);
  }

  /** A contract whose classes, if it has any, are numbered only. */
  public ModelContract(InputContract inputs, List<TensorSpec> outputs) {
    this(inputs, outputs, Map.of());
  }

  private static void requireOneForEachClass(String output, int labels, List<TensorSpec> outputs) {
    TensorSpec spec =
        outputs.stream()
            .filter(one -> one.name().equals(output))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "there are labels for '%s', which is no output".formatted(output)));
    long classes = 1;
    for (long dimension :
        spec.shape().subList(Math.min(1, spec.shape().size()), spec.shape().size())) {
      if (dimension < 0) {
        throw new IllegalArgumentException(
            "output %s has labels, and no fixed number of classes".formatted(spec));
      }
      classes = Math.multiplyExact(classes, dimension);
    }
    if (!spec.isPerRow() || classes != labels) {
      throw new IllegalArgumentException(
          "output %s has %d classes a row, and %d labels".formatted(spec, classes, labels));
    }
  }
}
