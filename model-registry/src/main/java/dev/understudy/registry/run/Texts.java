package dev.understudy.registry.run;

import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import java.util.Map;

/** How long names, keys and values of experiments and runs may be. */
final class Texts {
  static final int LONGEST_TAG = 5_000;
  static final int LONGEST_RUN_TAG = 8_000;
  static final int LONGEST_PARAMETER = 6_000;
  private static final int LONGEST_NAME = 250;
  private static final int MOST = 1_000;

  private Texts() {}

  static String name(String field, String value) {
    String name = Checks.text(field, value, LONGEST_NAME);
    if (name.isBlank() || name.chars().anyMatch(Character::isISOControl)) {
      throw Refused.field(field, "'%s' must have text, and no control characters".formatted(field));
    }
    return name;
  }

  static void checkTags(Map<String, String> tags, int longest) {
    check("tags", tags, longest);
  }

  static void check(String field, Map<String, String> entries, int longest) {
    Checks.between(field, entries.size(), 0, MOST);
    entries.forEach(
        (key, value) -> {
          name(field + ".key", key);
          Checks.text(field + ".value", value, longest);
        });
  }
}
