package dev.understudy.gateway.hotswap;

import dev.understudy.contracts.Digest;
import dev.understudy.contracts.Names;
import dev.understudy.contracts.ValueSource;
import dev.understudy.contracts.v1.CandidateShare;
import dev.understudy.contracts.v1.InputColumn;
import dev.understudy.contracts.v1.OutputColumn;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.contracts.v1.Segment;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.gateway.routing.Eligibility;
import dev.understudy.gateway.routing.Route;
import dev.understudy.gateway.routing.ServingPolicy;
import dev.understudy.gateway.routing.SourceReader;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.InputContract;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.RunPolicy;
import dev.understudy.scoring.TensorSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * A route as it was published, checked and in our own words.
 *
 * @param policy how its models are run
 * @param artefacts of every version that must be loaded for it, standby included, by version
 */
record PublishedRoute(
    Route route,
    Eligibility eligibility,
    ModelContract contract,
    ServingPolicy policy,
    RunPolicy run,
    Map<String, VersionRef> artefacts) {

  PublishedRoute {
    artefacts = Map.copyOf(artefacts);
  }

  /** The current version alone, for as long as another that the route names cannot be loaded. */
  PublishedRoute currentAlone() {
    String current = route.current();
    return new PublishedRoute(
        new Route.Single(route.revision(), current),
        Eligibility.EVERYBODY,
        contract,
        policy.withoutFallback(),
        run,
        Map.of(current, Objects.requireNonNull(artefacts.get(current), "every route names it")));
  }

  /** The versions that must be loaded, the current one first. */
  List<String> versions() {
    List<String> versions = new ArrayList<>(artefacts.keySet());
    versions.remove(route.current());
    versions.addFirst(route.current());
    return versions;
  }

  /** The digest of a version that must be loaded. */
  Optional<String> digest(String version) {
    return Optional.ofNullable(artefacts.get(version)).map(VersionRef::getSha256);
  }

  /** Whether requests are assigned alike, however the model is served. */
  boolean isSameRoute(PublishedRoute other) {
    return route.equals(other.route) && eligibility.equals(other.eligibility);
  }

  /**
   * Reads one of the two routes of a record.
   *
   * @param standard how models are run where the record does not say
   * @throws IllegalArgumentException if it cannot be served; the message says why
   */
  static PublishedRoute of(
      RoutePublished published,
      dev.understudy.contracts.v1.Route wanted,
      boolean withStandby,
      RunPolicy standard) {
    Map<String, VersionRef> artefacts = new LinkedHashMap<>();
    add(artefacts, wanted.getCurrent());
    wanted.getCandidatesList().stream()
        .filter(candidate -> !candidate.getRetired())
        .forEach(candidate -> add(artefacts, candidate.getVersion()));
    Route route = route(wanted);
    ModelContract contract = contract(published);
    ServingPolicy policy = PublishedPolicy.of(published.getServing(), contract);
    if (policy.fallback().orElse(null) instanceof ServingPolicy.Fallback.Version fallback) {
      // As current it merely helps nobody, as after a rollback to it; as a candidate it would be
      // both under test and what callers fall back to.
      if (wanted.getCandidatesList().stream()
          .filter(one -> !one.getRetired())
          .anyMatch(one -> one.getVersion().getVersion().equals(fallback.version()))) {
        throw new IllegalArgumentException(
            "version %s is the fallback of the model and cannot be a candidate as well"
                .formatted(fallback.version()));
      }
      add(artefacts, published.getServing().getFallback().getVersion());
    }
    wanted.getSegmentsList().stream()
        .filter(Segment::hasVersion)
        .forEach(segment -> add(artefacts, segment.getVersion()));
    if (withStandby) {
      published.getStandbyList().forEach(standby -> add(artefacts, standby));
    }
    return new PublishedRoute(
        route,
        eligibility(wanted, route, contract),
        contract,
        policy,
        run(policy, standard),
        artefacts);
  }

  /** The digests of everything that a record names. */
  static Set<String> digests(RoutePublished published) {
    Set<String> digests = new HashSet<>();
    for (dev.understudy.contracts.v1.Route route :
        List.of(published.getCommitted(), published.getPrepared())) {
      digests.add(route.getCurrent().getSha256());
      route.getCandidatesList().forEach(one -> digests.add(one.getVersion().getSha256()));
      route.getSegmentsList().forEach(one -> digests.add(one.getVersion().getSha256()));
    }
    digests.add(published.getServing().getFallback().getVersion().getSha256());
    published.getStandbyList().forEach(standby -> digests.add(standby.getSha256()));
    return digests;
  }

  private static void add(Map<String, VersionRef> artefacts, VersionRef ref) {
    if (!Names.allowed(ref.getVersion())) {
      throw new IllegalArgumentException(
          "version '%s' is no allowed name: %s".formatted(ref.getVersion(), Names.RULE));
    }
    if (!Digest.isOne(ref.getSha256())) {
      throw new IllegalArgumentException(
          "version %s: '%s' is no SHA-256".formatted(ref.getVersion(), ref.getSha256()));
    }
    VersionRef other = artefacts.put(ref.getVersion(), ref);
    if (other != null && !other.getSha256().equals(ref.getSha256())) {
      throw new IllegalArgumentException(
          "version %s is named with two digests".formatted(ref.getVersion()));
    }
  }

  private static Route route(dev.understudy.contracts.v1.Route wanted) {
    if (wanted.getRevision() < 1) {
      throw new IllegalArgumentException("a route's revision is at least 1");
    }
    String current = wanted.getCurrent().getVersion();
    List<Route.Candidate> candidates = new ArrayList<>();
    for (CandidateShare candidate : wanted.getCandidatesList()) {
      candidates.add(
          new Route.Candidate(
              candidate.getVersion().getVersion(),
              candidate.getShare(),
              testId("candidates.test_id", candidate.getTestId()),
              candidate.getRetired(),
              candidate.hasBegins()
                  ? OptionalDouble.of(candidate.getBegins())
                  : OptionalDouble.empty()));
    }
    Route.Test test = new Route.Test(wanted.getTestId(), wanted.getEpoch(), wanted.getSalt());
    return switch (wanted.getMode()) {
      case SINGLE ->
          new Route.Single(
              wanted.getRevision(),
              current,
              wanted.getTestId().isEmpty() ? Optional.empty() : Optional.of(test));
      case SHADOW ->
          new Route.Shadow(
              wanted.getRevision(),
              current,
              candidates,
              test,
              Duration.ofMillis(wanted.getShadowDeadlineMs()));
      case SPLIT -> new Route.Split(wanted.getRevision(), current, candidates, test);
      case ROUTE_MODE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("the route's mode is unknown");
    };
  }

  private static String testId(String field, String said) {
    if (!said.isEmpty() && !Names.allowed(said)) {
      throw new IllegalArgumentException(
          "%s: '%s' is no allowed name: %s".formatted(field, said, Names.RULE));
    }
    return said;
  }

  private static Eligibility eligibility(
      dev.understudy.contracts.v1.Route wanted, Route route, ModelContract contract) {
    if (wanted.getHoldOut() != 0 && route.liveTest().isEmpty()) {
      throw new IllegalArgumentException("there is no test that a unit could be held out of");
    }
    return new Eligibility(
        wanted.getUnitKey().isEmpty()
            ? Optional.empty()
            : Optional.of(unitKey(wanted.getUnitKey(), contract)),
        wanted.getSegmentsList().stream()
            .map(
                segment ->
                    dev.understudy.gateway.routing.Segment.of(
                        segment.getName(),
                        segment.getSource(),
                        segment.getValuesList(),
                        segment.hasVersion()
                            ? Optional.of(segment.getVersion().getVersion())
                            : Optional.empty(),
                        contract.inputs()))
            .toList(),
        wanted.getHoldOut());
  }

  private static ValueSource unitKey(String published, ModelContract contract) {
    try {
      return SourceReader.parse(published, contract.inputs());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("unit key: " + e.getMessage(), e);
    }
  }

  private static RunPolicy run(ServingPolicy policy, RunPolicy standard) {
    ServingPolicy.Batching batching = policy.batching();
    ServingPolicy.Capacity capacity = policy.capacity();
    RunPolicy.Batching mode =
        switch (batching.mode()) {
          case AUTO -> standard.batching();
          case ON -> RunPolicy.Batching.ON;
          case OFF -> RunPolicy.Batching.OFF;
        };
    return standard
        .withBatching(
            mode,
            batching.mostRows().orElse(standard.mostRows()),
            batching.longestDelay().orElse(standard.longestDelay()))
        .withCapacity(
            capacity.concurrency().orElse(standard.concurrency()),
            capacity.queue().orElse(standard.queue()));
  }

  private static ModelContract contract(RoutePublished published) {
    List<Column> inputs = new ArrayList<>();
    for (InputColumn input : published.getInputsList()) {
      inputs.add(
          new Column(
              input.getName(),
              datatype(input.getName(), input.getDatatype()),
              input.getShapeList(),
              input.getMayBeMissing(),
              input.getMayBeNan(),
              input.getCategoriesList(),
              input.hasMinimum() ? OptionalDouble.of(input.getMinimum()) : OptionalDouble.empty(),
              input.hasMaximum() ? OptionalDouble.of(input.getMaximum()) : OptionalDouble.empty()));
    }
    List<TensorSpec> outputs =
        published.getOutputsList().stream()
            .map(
                output ->
                    new TensorSpec(
                        output.getName(),
                        datatype(output.getName(), output.getDatatype()),
                        output.getShapeList()))
            .toList();
    Map<String, List<String>> labels = new HashMap<>();
    for (OutputColumn output : published.getOutputsList()) {
      if (output.getLabelsCount() > 0) {
        labels.put(output.getName(), output.getLabelsList());
      }
    }
    return new ModelContract(new InputContract(inputs), outputs, labels);
  }

  private static Datatype datatype(String tensor, String name) {
    return Datatype.of(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "tensor %s: datatype '%s' is not supported".formatted(tensor, name)));
  }
}
