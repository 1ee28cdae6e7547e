package dev.understudy.gateway.hotswap;

import dev.understudy.contracts.Digest;
import dev.understudy.contracts.Names;
import dev.understudy.contracts.v1.Batching;
import dev.understudy.contracts.v1.CandidateShare;
import dev.understudy.contracts.v1.Capacity;
import dev.understudy.contracts.v1.InputColumn;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.contracts.v1.ServingPolicy;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.gateway.routing.Route;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.InputContract;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.RunPolicy;
import dev.understudy.scoring.TensorSpec;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    Route route, ModelContract contract, RunPolicy policy, Map<String, VersionRef> artefacts) {

  PublishedRoute {
    artefacts = Map.copyOf(artefacts);
  }

  /** The digest of a version that must be loaded. */
  Optional<String> digest(String version) {
    return Optional.ofNullable(artefacts.get(version)).map(VersionRef::getSha256);
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
    wanted.getCandidatesList().forEach(candidate -> add(artefacts, candidate.getVersion()));
    if (withStandby) {
      published.getStandbyList().forEach(standby -> add(artefacts, standby));
    }
    return new PublishedRoute(
        route(wanted), contract(published), policy(published.getServing(), standard), artefacts);
  }

  /** The digests of everything that a record names. */
  static Set<String> digests(RoutePublished published) {
    Set<String> digests = new HashSet<>();
    for (dev.understudy.contracts.v1.Route route :
        List.of(published.getCommitted(), published.getPrepared())) {
      digests.add(route.getCurrent().getSha256());
      route.getCandidatesList().forEach(one -> digests.add(one.getVersion().getSha256()));
    }
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
          new Route.Candidate(candidate.getVersion().getVersion(), candidate.getShare()));
    }
    Route.Test test = new Route.Test(wanted.getTestId(), wanted.getEpoch(), wanted.getSalt());
    return switch (wanted.getMode()) {
      case SINGLE -> new Route.Single(wanted.getRevision(), current);
      case SHADOW ->
          new Route.Shadow(
              wanted.getRevision(),
              current,
              candidates,
              test,
              Duration.ofMillis(wanted.getShadowDeadlineMs()));
      case SPLIT -> {
        if (!wanted.getUnitKey().isEmpty()) {
          throw new IllegalArgumentException(
              "a split by unit key is not supported; leave the unit key out to split by request");
        }
        yield new Route.Split(wanted.getRevision(), current, candidates, test);
      }
      case ROUTE_MODE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException("the route's mode is unknown");
    };
  }

  private static RunPolicy policy(ServingPolicy serving, RunPolicy standard) {
    Batching batching = serving.getBatching();
    Capacity capacity = serving.getCapacity();
    RunPolicy.Batching mode =
        switch (batching.getMode()) {
          case BATCHING_MODE_UNSPECIFIED -> standard.batching();
          case AUTO -> RunPolicy.Batching.AUTO;
          case ON -> RunPolicy.Batching.ON;
          case OFF -> RunPolicy.Batching.OFF;
          case UNRECOGNIZED ->
              throw new IllegalArgumentException("the serving policy's batching mode is unknown");
        };
    return standard
        .withBatching(
            mode,
            or(batching.getMostRows(), standard.mostRows()),
            batching.getLongestDelayUs() == 0
                ? standard.longestDelay()
                : Duration.of(batching.getLongestDelayUs(), ChronoUnit.MICROS))
        .withCapacity(
            or(capacity.getConcurrency(), standard.concurrency()),
            or(capacity.getQueue(), standard.queue()));
  }

  private static int or(int value, int standard) {
    return value == 0 ? standard : value;
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
    return new ModelContract(new InputContract(inputs), outputs);
  }

  private static Datatype datatype(String tensor, String name) {
    return Datatype.of(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "tensor %s: datatype '%s' is not supported".formatted(tensor, name)));
  }
}
