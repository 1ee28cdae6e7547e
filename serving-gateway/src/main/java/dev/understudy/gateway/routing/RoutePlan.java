package dev.understudy.gateway.routing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What happens to one request. Immutable.
 *
 * @param arm the version that it is assigned to
 * @param standIn answers when the arm fails; empty where nobody can
 * @param shadows the versions that score it unseen
 * @param notSampled the candidates of a shadow that this request is not for
 * @param probabilities of every arm at this moment, for a request of this standing
 * @param standing whether it counts for the route's test, and why not
 * @param segment that decided; empty: none
 * @param unit what was assigned: the value of the unit key or, without one, the prediction id;
 *     empty: the request lacks the key
 */
public record RoutePlan(
    String arm,
    Optional<String> standIn,
    List<String> shadows,
    List<String> notSampled,
    Map<String, Double> probabilities,
    Standing standing,
    String segment,
    String unit)
    implements Planned {

  public RoutePlan {
    if ((standing == Standing.SEGMENT) == segment.isEmpty()) {
      throw new IllegalArgumentException("a segment has a name, and nothing else has one");
    }
  }

  /** The plan for one unit that takes part; the same unit always gets the same one. */
  static RoutePlan of(Route route, String unit) {
    return switch (route) {
      case Route.Single single -> outside(single.current(), Standing.ROUTED, unit);
      case Route.Shadow shadow -> shadowed(shadow, unit);
      case Route.Split split -> split(split, unit);
    };
  }

  /** The plan for a request that one version answers whatever the test. */
  static RoutePlan outside(String version, Standing standing, String unit) {
    return alone(version, standing, "", unit);
  }

  /** The plan for a request of that segment. */
  static RoutePlan inSegment(String version, String segment, String unit) {
    return alone(version, Standing.SEGMENT, segment, unit);
  }

  /** Whether it counts for the route's test, if there is one. */
  public boolean counts() {
    return standing == Standing.ROUTED;
  }

  private static RoutePlan alone(String version, Standing standing, String segment, String unit) {
    return new RoutePlan(
        version,
        Optional.empty(),
        List.of(),
        List.of(),
        Map.of(version, 1.0),
        standing,
        segment,
        unit);
  }

  private static RoutePlan shadowed(Route.Shadow route, String unit) {
    List<String> shadows = new ArrayList<>();
    List<String> notSampled = new ArrayList<>();
    Map<String, Double> probabilities = new LinkedHashMap<>();
    probabilities.put(route.current(), 1.0);
    for (Route.Candidate candidate : route.candidates()) {
      boolean sampled = TrafficSplit.samples(route.test().salt(), unit, candidate);
      (sampled ? shadows : notSampled).add(candidate.version());
      probabilities.put(candidate.version(), candidate.share());
    }
    return new RoutePlan(
        route.current(),
        Optional.empty(),
        shadows,
        notSampled,
        probabilities,
        Standing.ROUTED,
        "",
        unit);
  }

  private static RoutePlan split(Route.Split route, String unit) {
    Optional<String> assigned = TrafficSplit.assign(route.test().salt(), unit, route.candidates());
    if (assigned.filter(route::hasRetired).isPresent()) {
      return outside(route.current(), Standing.RETIRED, unit);
    }
    Map<String, Double> probabilities = new LinkedHashMap<>();
    double rest = 1;
    probabilities.put(route.current(), rest);
    for (Route.Candidate candidate : route.candidates()) {
      if (!candidate.retired()) {
        probabilities.put(candidate.version(), candidate.share());
      }
      rest -= candidate.share();
    }
    // Shares such as 0.1 are not exact, and their sum may pass 1 by a rounding error.
    probabilities.put(route.current(), Math.max(0, rest));
    return new RoutePlan(
        assigned.orElse(route.current()),
        assigned.map(any -> route.current()),
        List.of(),
        List.of(),
        probabilities,
        Standing.ROUTED,
        "",
        unit);
  }
}
