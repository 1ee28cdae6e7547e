package dev.understudy.registry.mlflow;

import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.rollout.ServingRoles.Roles;
import java.util.Arrays;
import java.util.Locale;

/** MLflow's stages, as the route fills them: nobody sets them. */
enum Stage {
  NONE("None"),
  STAGING("Staging"),
  PRODUCTION("Production"),
  ARCHIVED("Archived");

  private final String word;

  Stage(String word) {
    this.word = word;
  }

  String word() {
    return word;
  }

  static Stage of(String field, String word) {
    return Arrays.stream(values())
        .filter(one -> one.word.toLowerCase(Locale.ROOT).equals(word.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () -> Refused.field(field, "a stage is one of None, Staging, Production and Archived"));
  }

  /** What a version is now: current is in production, a candidate under test in staging. */
  static Stage of(Roles roles, int version) {
    if (roles.current().contains(version)) {
      return PRODUCTION;
    }
    return roles.candidates().contains(version) ? STAGING : NONE;
  }
}
