package dev.understudy.registry.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.understudy.contracts.v1.OutputColumn;
import dev.understudy.contracts.v1.OutputMeaning;
import dev.understudy.contracts.v1.Task;
import dev.understudy.registry.catalog.ModelSpec.Datatype;
import dev.understudy.registry.measure.Predicted;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import java.util.HashSet;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * How an output is read as a prediction of the outcome, as it is written in a request and kept.
 * Unchecked until {@link #checked}.
 *
 * @param output BINARY: holds the positive value's probability. MULTICLASS: a score for each class,
 *     or one element that is the class. REGRESSION: the number
 * @param outcome what it predicts
 * @param positive BINARY: the value whose probability is given
 * @param negative BINARY: the other value
 * @param threshold BINARY: predicted positive from this probability on
 * @param classes MULTICLASS: the outcome's values in the order of the output's elements; the
 *     output's labels by default
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(
    description =
        "How an output is read as a prediction of the outcome. BINARY_CLASSIFICATION: the output"
            + " holds the probability of 'positive', and 'negative' and 'threshold' are needed."
            + " MULTICLASS_CLASSIFICATION: the output has a score for each of 'classes' (the"
            + " output's labels by default), or one element that is the class. REGRESSION: the"
            + " output is the number.")
record MeaningSpec(
    @Nullable String output,
    @Nullable String outcome,
    @Nullable String positive,
    @Nullable String negative,
    @Nullable Double threshold,
    @Nullable List<String> classes) {
  private static final int MOST_CLASSES = 1_000;

  /** What the model predicts, once everything is right for its task and its outputs. */
  Predicted checked(Task task, List<OutputColumn> outputs) {
    String name = Checks.name("meaning.output", output);
    OutputColumn column =
        outputs.stream()
            .filter(one -> one.getName().equals(name))
            .findFirst()
            .orElseThrow(
                () -> Refused.field("meaning.output", "'%s' is not an output".formatted(name)));
    OutputMeaning.Builder read = OutputMeaning.newBuilder().setOutput(name).setTask(task);
    boolean probabilities =
        switch (task) {
          case MULTICLASS -> several(column, read);
          case REGRESSION -> number(column);
          case BINARY, TASK_UNSPECIFIED, UNRECOGNIZED -> oneOfTwo(column, read);
        };
    return new Predicted(
        read.setOutcome(Checks.name("meaning.outcome", outcome)).build(), probabilities);
  }

  private boolean oneOfTwo(OutputColumn column, OutputMeaning.Builder read) {
    requireFloating(column, "a probability is a floating-point output");
    if (elements(column) != 1) {
      throw Refused.field(
          "meaning.output",
          "'%s' may have several values a row; name an output with one, the positive's probability"
              .formatted(column.getName()));
    }
    refuse("meaning.classes", classes, "MULTICLASS_CLASSIFICATION");
    String yes = Checks.text("meaning.positive", positive, ModelSpec.LONGEST_CATEGORY);
    if (yes.isEmpty()) {
      throw Refused.field("meaning.positive", "say which value of the outcome is the positive one");
    }
    String no = Checks.text("meaning.negative", negative, ModelSpec.LONGEST_CATEGORY);
    if (no.isEmpty() || no.equals(yes)) {
      throw Refused.field(
          "meaning.negative", "say which is the other value of the outcome; no other is a label");
    }
    double from = Checks.present("meaning.threshold", threshold);
    read.setPositive(yes)
        .setNegative(no)
        .setThreshold(Checks.between("meaning.threshold", from, 0, 1));
    return true;
  }

  private boolean several(OutputColumn column, OutputMeaning.Builder read) {
    refuseBinary();
    List<String> values = classes;
    if (values == null || values.isEmpty()) {
      values = column.getLabelsList();
    }
    if (values.isEmpty()) {
      throw Refused.field(
          "meaning.classes",
          "'meaning.classes' is missing: the outcome's values, in the order of the output's"
              + " elements");
    }
    Checks.between("meaning.classes", values.size(), 2, MOST_CLASSES);
    for (int i = 0; i < values.size(); i++) {
      String each = "meaning.classes[%d]".formatted(i);
      String value = Checks.present(each, values.get(i));
      if (Checks.text(each, value, ModelSpec.LONGEST_CATEGORY).isEmpty()) {
        throw Refused.field(each, "a class is not empty");
      }
    }
    if (new HashSet<>(values).size() < values.size()) {
      throw Refused.field("meaning.classes", "a class is named twice");
    }
    read.addAllClasses(values);
    Datatype type = Datatype.valueOf(column.getDatatype());
    double each = elements(column);
    if (each == 1 && type != Datatype.BOOL && !type.isFloating()) {
      return false;
    }
    requireFloating(column, "the scores of classes are a floating-point output");
    if (each != values.size()) {
      throw Refused.field(
          "meaning.output",
          "'%s' must have one value a row for each of the %d classes, or name the class as BYTES or"
                  .formatted(column.getName(), values.size())
              + " a whole number");
    }
    return true;
  }

  private boolean number(OutputColumn column) {
    refuseBinary();
    refuse("meaning.classes", classes, "MULTICLASS_CLASSIFICATION");
    requireFloating(column, "a number is predicted by a floating-point output");
    if (elements(column) != 1) {
      throw Refused.field(
          "meaning.output",
          "'%s' may have several values a row; name an output with one, the predicted number"
              .formatted(column.getName()));
    }
    return false;
  }

  private void refuseBinary() {
    refuse("meaning.positive", positive, "BINARY_CLASSIFICATION");
    refuse("meaning.negative", negative, "BINARY_CLASSIFICATION");
    refuse("meaning.threshold", threshold, "BINARY_CLASSIFICATION");
  }

  /** Of a row; NaN where a size is open. */
  private static double elements(OutputColumn column) {
    double elements = 1;
    for (long size : column.getShapeList().subList(1, column.getShapeCount())) {
      elements = size < 0 ? Double.NaN : elements * size;
    }
    return elements;
  }

  private static void requireFloating(OutputColumn column, String why) {
    if (!Datatype.valueOf(column.getDatatype()).isFloating()) {
      throw Refused.field("meaning.output", why);
    }
  }

  private static void refuse(String field, @Nullable Object value, String task) {
    if (value != null && !(value instanceof List<?> list && list.isEmpty())) {
      throw Refused.field(field, "'%s' belongs to %s, leave it out".formatted(field, task));
    }
  }
}
