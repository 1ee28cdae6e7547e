package dev.understudy.registry.mlflow;

import dev.understudy.contracts.ProblemType;
import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.run.Experiment;
import dev.understudy.registry.run.ExperimentBook;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.regex.Pattern;

/** Finds experiments; clients call the one of runs without one "0", and expect it to be there. */
@ApplicationScoped
class MlflowExperiments {
  private static final String DEFAULT_ID = "0";
  private static final Pattern ID = Pattern.compile("[1-9][0-9]{0,17}");

  private final MlflowProject project;
  private final ExperimentBook book;

  MlflowExperiments(MlflowProject project, ExperimentBook book) {
    this.project = project;
    this.book = book;
  }

  Experiment get(String id) {
    if (id.equals(DEFAULT_ID)) {
      return usual();
    }
    if (!ID.matcher(id).matches()) {
      throw Refused.field("experiment_id", "'experiment_id' is a whole number as text");
    }
    return book.get(project.key(), Long.parseLong(id));
  }

  Experiment named(String name) {
    return name.equals(ExperimentBook.DEFAULT)
        ? usual()
        : book.named(project.key(), name).orElseThrow(() -> Refused.missing("experiment", name));
  }

  private Experiment usual() {
    return book.named(project.key(), ExperimentBook.DEFAULT).orElseGet(this::made);
  }

  private Experiment made() {
    try {
      return book.add(project.key(), project.name(), ExperimentBook.DEFAULT, Map.of());
    } catch (Refused e) {
      if (e.type() == ProblemType.ALREADY_EXISTS) {
        return book.named(project.key(), ExperimentBook.DEFAULT).orElseThrow();
      }
      throw e;
    }
  }
}
