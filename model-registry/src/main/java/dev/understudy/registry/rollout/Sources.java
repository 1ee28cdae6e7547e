package dev.understudy.registry.rollout;

import dev.understudy.contracts.ValueSource;
import dev.understudy.contracts.v1.InputColumn;
import dev.understudy.registry.catalog.ModelSpec;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import org.jspecify.annotations.Nullable;

/** Where gateways and the judge read a value of a request. Refuses by the path of the field. */
final class Sources {
  private Sources() {}

  /** A source as it is published: a value that tells requests, or whose they are, apart. */
  static ValueSource checked(String field, @Nullable String source, ModelSpec model) {
    ValueSource from;
    try {
      from = ValueSource.parse(Checks.present(field, source));
    } catch (IllegalArgumentException e) {
      throw Refused.field(field, String.valueOf(e.getMessage()));
    }
    if (from.kind() == ValueSource.Kind.INPUT) {
      InputColumn column = column(field, from.name(), model);
      if (!onePerRow(column) || isHalf(column)) {
        throw Refused.field(
            field, "one value per row is needed to tell requests apart, and neither FP16 nor BF16");
      }
    }
    return from;
  }

  /** The name of a numeric input that the log says as it came. */
  static void requireCovariate(String field, String name, ModelSpec model) {
    InputColumn column = column(field, name, model);
    if (!onePerRow(column)
        || column.getDatatype().equals("BYTES")
        || column.getDatatype().equals("BOOL")) {
      throw Refused.field(
          field,
          "input '%s' is no covariate: one number per row is needed, and it is %s of shape %s"
              .formatted(name, column.getDatatype(), column.getShapeList()));
    }
    if (model.servingOrNone().isAltered(name)) {
      throw Refused.field(
          field,
          "the model's log does not say input '%s' as it came, so the judge cannot read it; take"
                  .formatted(name)
              + " another one, or change 'log.fields' of how the model is served");
    }
  }

  private static InputColumn column(String field, String name, ModelSpec model) {
    return model
        .input(name)
        .orElseThrow(() -> Refused.field(field, "the model has no input '%s'".formatted(name)));
  }

  private static boolean onePerRow(InputColumn column) {
    return column.getShapeList().stream().skip(1).allMatch(size -> size == 1);
  }

  private static boolean isHalf(InputColumn column) {
    return column.getDatatype().equals("FP16") || column.getDatatype().equals("BF16");
  }
}
