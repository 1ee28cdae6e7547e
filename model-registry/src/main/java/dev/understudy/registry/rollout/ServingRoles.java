package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.Route;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the versions of a model are to its callers now, read from its route. Thread-safe. */
@ApplicationScoped
public class ServingRoles {
  /**
   * The versions by what they are.
   *
   * @param current the one that answers by default; none before the first deployment
   * @param candidates those under test in this very moment
   * @param previous the one that stands by after a promotion
   */
  public record Roles(List<Integer> current, List<Integer> candidates, List<Integer> previous) {
    /** Of a model that is not served. */
    public static final Roles NONE = new Roles(List.of(), List.of(), List.of());
  }

  private final Routes routes;

  ServingRoles(Routes routes) {
    this.routes = routes;
  }

  /** The roles of each of these models that has a route. */
  @Transactional
  public Map<Long, Roles> of(Collection<Long> models) {
    Map<Long, Roles> roles = new HashMap<>();
    if (!models.isEmpty()) {
      routes
          .list("modelId in ?1", models)
          .forEach(row -> roles.put(row.modelId, roles(row.route())));
    }
    return roles;
  }

  private static Roles roles(ModelRoute route) {
    Route committed = route.committed();
    if (committed == null) {
      return Roles.NONE;
    }
    return new Roles(
        List.of(number(committed.getCurrent().getVersion())),
        committed.getCandidatesList().stream()
            .map(one -> number(one.getVersion().getVersion()))
            .toList(),
        route.standby() == null ? List.of() : List.of(number(route.standby().getVersion())));
  }

  private static int number(String version) {
    return Integer.parseInt(version);
  }
}
