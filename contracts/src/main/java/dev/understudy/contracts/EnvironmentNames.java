package dev.understudy.contracts;

import java.lang.reflect.Method;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The environment variables that set a service's settings. An unknown property stops a start by
 * itself; a misspelt variable would pass unseen, so the services look for them with this.
 */
public final class EnvironmentNames {
  private static final String PREFIX = "UNDERSTUDY_";
  private static final String ANY = "_*";

  private EnvironmentNames() {}

  /**
   * Whether the name looks like one of our settings, of whichever service.
   *
   * @param variable e.g. {@code UNDERSTUDY_DATA_DIR}
   */
  public static boolean isOurs(String variable) {
    return variable.startsWith(PREFIX);
  }

  /**
   * The variables that there are. One that ends in {@code _*} stands for all that begin like it:
   * the entries of a map, which have names of the user's own.
   *
   * @param settings the service's interface of settings; nested interfaces are groups
   */
  public static SortedSet<String> of(Class<?> settings) {
    SortedSet<String> known = new TreeSet<>();
    collect(PREFIX, settings, known);
    return known;
  }

  /** Whether the variable is one of those that {@link #of} gave. */
  public static boolean isAmong(Collection<String> known, String variable) {
    return known.stream()
        .anyMatch(
            name ->
                name.endsWith(ANY)
                    ? variable.length() > name.length() - 1
                        && variable.startsWith(name.substring(0, name.length() - 1))
                    : name.equals(variable));
  }

  /**
   * Refuses variables that look like a setting of ours and are none.
   *
   * @param settings the service's interface of settings; nested interfaces are groups
   * @throws IllegalStateException naming them, and all that there are
   */
  public static void check(Collection<String> variables, Class<?> settings) {
    SortedSet<String> known = of(settings);
    List<String> unknown =
        variables.stream().filter(name -> isOurs(name) && !isAmong(known, name)).sorted().toList();
    if (!unknown.isEmpty()) {
      throw new IllegalStateException(
          "there is no setting for the environment variable %s; the settings are %s"
              .formatted(String.join(", ", unknown), String.join(", ", known)));
    }
  }

  private static void collect(String prefix, Class<?> settings, SortedSet<String> known) {
    for (Method method : settings.getDeclaredMethods()) {
      String name = prefix + method.getName().replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
      Class<?> type = method.getReturnType();
      if (type.isInterface() && type.getDeclaringClass() == settings) {
        collect(name + "_", type, known);
      } else {
        known.add(type == Map.class ? name + ANY : name);
      }
    }
  }
}
