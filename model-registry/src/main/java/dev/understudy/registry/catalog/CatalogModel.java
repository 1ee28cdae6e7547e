package dev.understudy.registry.catalog;

import dev.understudy.contracts.ProblemType;
import dev.understudy.registry.problem.Refused;

/**
 * A model that was found: its key in the database, where it belongs, and what it promises.
 *
 * @param servingChange rises with every change of how it is served
 * @param definedAfter up to this number versions came before the contract
 */
public record CatalogModel(
    long id, String project, String name, ModelSpec spec, long servingChange, int definedAfter) {
  /** Whether it has its contract; one that was only named is served to nobody. */
  public boolean isDefined() {
    return spec.task() != null;
  }

  /** Refuses a model that was only named. */
  void requireDefined() {
    if (!isDefined()) {
      throw Refused.of(
          ProblemType.CONFLICT,
          ("the model '%s' was named and not defined; POST its task, inputs, outputs and meaning to"
                  + " /v1/projects/%s/models under that name, then it can be served")
              .formatted(name, project));
    }
  }
}
