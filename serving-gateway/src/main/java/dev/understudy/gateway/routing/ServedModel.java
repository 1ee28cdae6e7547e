package dev.understudy.gateway.routing;

import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.ModelPool;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One model under one route, with every version it needs loaded. Requests enter and leave; after it
 * was retired and the last request has left, its models are given back. Thread-safe.
 */
public final class ServedModel {
  private final String project;
  private final String name;
  private final Route route;
  private final ModelContract contract;
  private final Eligibility eligibility;
  private final ServingPolicy policy;
  private final Map<String, ModelPool.Lease> versions;

  /** The table itself counts as one user until this is retired. */
  private final AtomicInteger users = new AtomicInteger(1);

  /** A model that everybody may use, and whose policy asks for nothing. */
  public ServedModel(
      String project,
      String name,
      Route route,
      ModelContract contract,
      Map<String, ModelPool.Lease> versions) {
    this(project, name, route, Eligibility.EVERYBODY, contract, ServingPolicy.DEFAULT, versions);
  }

  /**
   * Takes the leases into possession.
   *
   * @param versions at least those that the route, its segments and the policy name; more are kept
   *     as standby
   */
  public ServedModel(
      String project,
      String name,
      Route route,
      Eligibility eligibility,
      ModelContract contract,
      ServingPolicy policy,
      Map<String, ModelPool.Lease> versions) {
    Set<String> needed = new LinkedHashSet<>(route.versions());
    needed.addAll(eligibility.versions());
    needed.addAll(policy.versions());
    if (!versions.keySet().containsAll(needed)) {
      throw new IllegalArgumentException(
          "the route of %s needs the versions %s, loaded are %s"
              .formatted(name, needed, versions.keySet()));
    }
    this.project = project;
    this.name = name;
    this.route = route;
    this.contract = contract;
    this.eligibility = eligibility;
    this.policy = policy;
    this.versions = new LinkedHashMap<>(versions);
    giveWay();
  }

  /** Whoever is under test stands back; last those who answer, which may be the same artefact. */
  private void giveWay() {
    Set<String> candidates = new HashSet<>(route.underTest());
    // Those have nobody who could stand in; what they do as shadows is modest all the same.
    candidates.removeAll(eligibility.versions());
    for (boolean isCandidate : new boolean[] {true, false}) {
      versions.forEach(
          (version, lease) -> {
            if (candidates.contains(version) == isCandidate) {
              lease.giveWay(isCandidate);
            }
          });
    }
  }

  public String project() {
    return project;
  }

  /** What clients call. */
  public String name() {
    return name;
  }

  public Route route() {
    return route;
  }

  public ModelContract contract() {
    return contract;
  }

  /** How it is served, whatever its route. */
  public ServingPolicy policy() {
    return policy;
  }

  /** The loaded versions. */
  public Set<String> versions() {
    return versions.keySet();
  }

  /** The loaded versions, for whoever has named another one. */
  public String versionNames() {
    return String.join(", ", new TreeSet<>(versions.keySet()));
  }

  /** The loaded version of that name; a request must have entered. */
  public Optional<ModelPool.Lease> version(String version) {
    return Optional.ofNullable(versions.get(version));
  }

  /** The plan for a request; the version, if the client named one, must be loaded. */
  public Planned plan(PredictionId id, Optional<String> named, RequestValues request) {
    return named.isPresent()
        ? RoutePlan.outside(named.get(), Standing.PINNED, eligibility.unit(id, request))
        : eligibility.plan(route, id, request);
  }

  /**
   * Who answers when the versions of the plan did not. Nobody where the client named the version:
   * it wants that one or an error.
   */
  public Optional<ServingPolicy.Fallback> fallback(RoutePlan plan) {
    return plan.standing() == Standing.PINNED ? Optional.empty() : policy.fallback();
  }

  /** A request begins; false when this has been retired, then read the live table again. */
  public boolean enter() {
    return users.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
  }

  /** A request, and every shadow of it, is over. */
  public void leave() {
    if (users.decrementAndGet() == 0) {
      versions.values().forEach(ModelPool.Lease::close);
    }
  }

  /** Another one took over: what is under way ends, then the models are given back. */
  public void retire() {
    leave();
  }
}
