package dev.understudy.registry.config;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Stops the start when an environment variable looks like a setting of this service and is none.
 * Unknown properties are found by the configuration itself, which lets variables pass.
 */
@ApplicationScoped
class UnknownSettings {
  private static final String PREFIX = "UNDERSTUDY_";
  private static final int BEFORE_ANYTHING_RUNS = 1;

  void check(@Observes @Priority(BEFORE_ANYTHING_RUNS) StartupEvent event) {
    List<String> unknown = among(System.getenv().keySet());
    if (!unknown.isEmpty()) {
      throw new IllegalStateException(
          "there is no setting for the environment variable %s; the settings are %s"
              .formatted(String.join(", ", unknown), String.join(", ", known())));
    }
  }

  static List<String> among(Set<String> variables) {
    Set<String> known = known();
    return variables.stream()
        .filter(name -> name.startsWith(PREFIX) && !known.contains(name))
        .sorted()
        .toList();
  }

  private static Set<String> known() {
    return Arrays.stream(RegistryConfig.class.getDeclaredMethods())
        .map(Method::getName)
        .map(name -> PREFIX + name.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
