package dev.understudy.local.stack;

import dev.understudy.collector.config.CollectorConfig;
import dev.understudy.contracts.EnvironmentNames;
import dev.understudy.gateway.GatewaySettings;
import dev.understudy.registry.config.RegistryConfig;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * The settings of services in the environment of whoever starts a stack. All services are started
 * from that one environment and each refuses what it does not know, so each is handed its own. The
 * names are those of the services' own interfaces of settings.
 */
final class GivenSettings {
  private static final int NAMED = 3;
  private static final LevenshteinDistance DISTANCE = LevenshteinDistance.getDefaultInstance();

  private final Map<String, String> environment;

  /** A service, by the settings that it knows. */
  enum Service {
    GATEWAY(GatewaySettings.class),
    REGISTRY(RegistryConfig.class),
    COLLECTOR(CollectorConfig.class);

    private final SortedSet<String> variables;

    Service(Class<?> settings) {
      variables = EnvironmentNames.of(settings);
    }
  }

  /**
   * What is given.
   *
   * @throws StackException for a variable that is a setting of no service; it names the closest
   */
  GivenSettings(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
    List<String> unknown =
        environment.keySet().stream()
            .filter(EnvironmentNames::isOurs)
            .filter(variable -> Stream.of(Service.values()).noneMatch(it -> knows(it, variable)))
            .sorted()
            .toList();
    if (!unknown.isEmpty()) {
      throw new StackException(
          "No service has a setting for the environment variable %s. The closest there are: %s. All of them, with their defaults, are in GatewaySettings, RegistryConfig and CollectorConfig."
              .formatted(String.join(", ", unknown), String.join(", ", closest(unknown))));
    }
  }

  /** Whether a service may be handed a variable: what is no setting of ours, or one of its own. */
  static boolean mayHave(Service service, String variable) {
    return !EnvironmentNames.isOurs(variable) || knows(service, variable);
  }

  /** The value of a variable. */
  Optional<String> value(String variable) {
    return Optional.ofNullable(environment.get(variable));
  }

  /** Whether a property, e.g. {@code understudy.data-dir}, is given as a variable. */
  boolean gives(String property) {
    return environment.containsKey(variable(property));
  }

  /**
   * Refuses what the stack needs to set itself, which would otherwise win without a word.
   *
   * @param properties e.g. {@code understudy.data-dir}
   */
  void requireFree(Set<String> properties) {
    properties.stream()
        .filter(this::gives)
        .sorted()
        .findFirst()
        .ifPresent(
            property -> {
              throw new StackException(
                  "The stack sets %s itself: unset the environment variable %s. Where data and ports are say --dir and the options for ports."
                      .formatted(property, variable(property)));
            });
  }

  private static boolean knows(Service service, String variable) {
    return EnvironmentNames.isAmong(service.variables, variable);
  }

  private static String variable(String property) {
    return property.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
  }

  private static SortedSet<String> closest(List<String> unknown) {
    SortedSet<String> closest = new TreeSet<>();
    for (String variable : unknown) {
      Stream.of(Service.values())
          .flatMap(service -> service.variables.stream())
          .distinct()
          .sorted(Comparator.comparing(known -> DISTANCE.apply(known, variable)))
          .limit(NAMED)
          .forEach(closest::add);
    }
    return closest;
  }

  /** Values may be secrets. */
  @Override
  public String toString() {
    return "GivenSettings[hidden]";
  }
}
