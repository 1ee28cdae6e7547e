package dev.understudy.gateway.routing;

import dev.understudy.contracts.ValueSource;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Who takes part in the test of a route, and under which unit: segments come first, then the unit
 * must be known and not be held out. A request that takes no part is answered by the current
 * version, or by the one that its segment names, and counts for nothing. Immutable.
 *
 * @param unitKey where the sticky unit is read; empty: each request is one
 * @param segments in order, the first that fits decides
 * @param holdOut share of the units that no test of the rollout touches, 0 to below 1
 */
public record Eligibility(Optional<ValueSource> unitKey, List<Segment> segments, double holdOut) {
  /** Every request takes part, each as a unit of its own. */
  public static final Eligibility EVERYBODY = new Eligibility(Optional.empty(), List.of(), 0);

  public Eligibility {
    segments = List.copyOf(segments);
    if (!(holdOut >= 0 && holdOut < 1)) {
      throw new IllegalArgumentException(
          "hold-out %s: it is at least 0, and below 1 or nobody is left".formatted(holdOut));
    }
    Set<String> names = new HashSet<>();
    for (Segment segment : segments) {
      if (!names.add(segment.name())) {
        throw new IllegalArgumentException("segment %s is there twice".formatted(segment.name()));
      }
    }
  }

  /** The versions that the segments name. */
  Set<String> versions() {
    Set<String> versions = new LinkedHashSet<>();
    segments.forEach(segment -> segment.version().ifPresent(versions::add));
    return versions;
  }

  /** What becomes of a request whose client named no version. */
  Planned plan(Route route, PredictionId id, RequestValues request) {
    for (Segment segment : segments) {
      switch (segment.fit(SourceReader.in(request, segment.source()))) {
        case WHOLLY -> {
          return answeredBy(segment, route, unit(id, request));
        }
        case PARTLY -> {
          // The current version may answer everybody; another one only those it is meant for.
          if (segment.version().isPresent()) {
            return new Planned.Refused(
                "%s: some rows belong to the segment %s and some do not; send them apart"
                    .formatted(segment.source(), segment.name()));
          }
          return answeredBy(segment, route, unit(id, request));
        }
        case NOT -> {}
      }
    }
    Set<String> units = units(id, request);
    if (units.size() > 1 && route instanceof Route.Single) {
      // Nobody else can answer, so it need not be sent apart; it has no unit that could be tested.
      return RoutePlan.outside(route.current(), Standing.NO_UNIT, SourceReader.MISSING);
    }
    if (units.size() > 1) {
      return new Planned.Refused(
          "%s: the rows of a request must agree on it, because it decides who answers; send them"
                  .formatted(unitKey.map(ValueSource::toString).orElse("unit"))
              + " apart");
    }
    String unit = units.iterator().next();
    if (unit.equals(SourceReader.MISSING)) {
      return RoutePlan.outside(route.current(), Standing.NO_UNIT, unit);
    }
    boolean heldOut =
        route
            .liveTest()
            .filter(test -> TrafficSplit.holdsOut(test.salt(), unit, holdOut))
            .isPresent();
    if (heldOut) {
      return RoutePlan.outside(route.current(), Standing.HELD_OUT, unit);
    }
    return RoutePlan.of(route, unit);
  }

  /** The unit of a request that takes no part; empty where it has none, or more than one. */
  String unit(PredictionId id, RequestValues request) {
    Set<String> units = units(id, request);
    return units.size() == 1 ? units.iterator().next() : SourceReader.MISSING;
  }

  private Set<String> units(PredictionId id, RequestValues request) {
    return unitKey.isEmpty() ? Set.of(id.value()) : SourceReader.in(request, unitKey.get());
  }

  private static RoutePlan answeredBy(Segment segment, Route route, String unit) {
    return RoutePlan.inSegment(segment.version().orElse(route.current()), segment.name(), unit);
  }
}
