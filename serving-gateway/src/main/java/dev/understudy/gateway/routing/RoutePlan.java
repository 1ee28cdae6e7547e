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
 * @param probabilities of every arm, at this moment
 * @param pinned the client named the version, so the request counts for no test
 */
public record RoutePlan(
    String arm,
    Optional<String> standIn,
    List<String> shadows,
    List<String> notSampled,
    Map<String, Double> probabilities,
    boolean pinned) {

  /** The plan for one request; the same unit always gets the same one. */
  static RoutePlan of(Route route, PredictionId unit) {
    return switch (route) {
      case Route.Single single -> alone(single.current(), false);
      case Route.Shadow shadow -> shadowed(shadow, unit.value());
      case Route.Split split -> split(split, unit.value());
    };
  }

  /** The plan for a request whose client named the version. */
  static RoutePlan pinned(String version) {
    return alone(version, true);
  }

  private static RoutePlan alone(String version, boolean pinned) {
    return new RoutePlan(
        version, Optional.empty(), List.of(), List.of(), Map.of(version, 1.0), pinned);
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
        route.current(), Optional.empty(), shadows, notSampled, probabilities, false);
  }

  private static RoutePlan split(Route.Split route, String unit) {
    Map<String, Double> probabilities = new LinkedHashMap<>();
    double rest = 1;
    probabilities.put(route.current(), rest);
    for (Route.Candidate candidate : route.candidates()) {
      probabilities.put(candidate.version(), candidate.share());
      rest -= candidate.share();
    }
    probabilities.put(route.current(), rest);
    Optional<String> candidate = TrafficSplit.assign(route.test().salt(), unit, route.candidates());
    return new RoutePlan(
        candidate.orElse(route.current()),
        candidate.map(any -> route.current()),
        List.of(),
        List.of(),
        probabilities,
        false);
  }
}
