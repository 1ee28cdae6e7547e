package dev.understudy.registry.measure;

import dev.understudy.contracts.v1.OutputMeaning;
import dev.understudy.contracts.v1.Task;
import java.util.List;

/**
 * What a model predicts, as far as measures ask: how its output is read, and whether it says how
 * sure it is.
 *
 * @param probabilities whether classes come with a score each; false of an output that only names
 *     one, and of a number
 */
public record Predicted(OutputMeaning meaning, boolean probabilities) {
  /** The task; a meaning that was kept before there were others is BINARY. */
  public Task task() {
    return meaning.getTask() == Task.TASK_UNSPECIFIED ? Task.BINARY : meaning.getTask();
  }

  /** The task as a request calls it. */
  public String taskName() {
    return switch (task()) {
      case BINARY -> "BINARY_CLASSIFICATION";
      case MULTICLASS -> "MULTICLASS_CLASSIFICATION";
      case REGRESSION, TASK_UNSPECIFIED, UNRECOGNIZED -> task().name();
    };
  }

  /** The values that the outcome can have; none of a number. */
  public List<String> outcomes() {
    return switch (task()) {
      case MULTICLASS -> meaning.getClassesList();
      case REGRESSION -> List.of();
      case BINARY, TASK_UNSPECIFIED, UNRECOGNIZED ->
          List.of(meaning.getNegative(), meaning.getPositive());
    };
  }
}
