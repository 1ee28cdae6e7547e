package dev.understudy.gateway.routing;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** What the gateway does for a model now. Immutable. */
public sealed interface Route {

  /** Rises with every change of the model's route. */
  long revision();

  /** The version that answers by default. */
  String current();

  /** The test that is live; a single version may be measured before one. */
  default Optional<Test> liveTest() {
    return switch (this) {
      case Single single -> single.calibration();
      case Shadow shadow -> Optional.of(shadow.test());
      case Split split -> Optional.of(split.test());
    };
  }

  /** The versions that this route needs. */
  default Set<String> versions() {
    Set<String> versions = new LinkedHashSet<>();
    versions.add(current());
    versions.addAll(underTest());
    return versions;
  }

  /** The versions that are compared with the current one. */
  default Set<String> underTest() {
    Set<String> versions = new LinkedHashSet<>();
    switch (this) {
      case Single single -> {}
      case Shadow shadow -> shadow.candidates().forEach(one -> versions.add(one.version()));
      case Split split ->
          split.candidates().stream()
              .filter(one -> !one.retired())
              .forEach(one -> versions.add(one.version()));
    }
    return versions;
  }

  /**
   * The tests that count a request of that arm: of a candidate its own, of the current version all
   * of them. Empty where nothing is tested.
   */
  default List<String> testsOf(String arm) {
    return switch (this) {
      case Single single -> single.calibration().map(Test::id).stream().toList();
      case Shadow shadow -> tests(shadow.candidates(), shadow.test(), shadow.current(), arm);
      case Split split -> tests(split.candidates(), split.test(), split.current(), arm);
    };
  }

  private static List<String> tests(
      List<Candidate> candidates, Test common, String current, String arm) {
    if (candidates.size() == 1 && candidates.getFirst().test().isEmpty()) {
      return List.of(common.id());
    }
    return candidates.stream()
        .filter(one -> !one.retired() && (arm.equals(current) || arm.equals(one.version())))
        .map(one -> one.test().isEmpty() ? common.id() : one.test())
        .distinct()
        .toList();
  }

  /**
   * The current version answers everything.
   *
   * @param calibration the test by which its requests are measured, if they are
   */
  record Single(long revision, String current, Optional<Test> calibration) implements Route {
    /** Under no test. */
    public Single(long revision, String current) {
      this(revision, current, Optional.empty());
    }
  }

  /**
   * The current version answers; candidates score a sample of the same requests unseen.
   *
   * @param deadline of each shadow, from when it is handed over
   */
  record Shadow(
      long revision, String current, List<Candidate> candidates, Test test, Duration deadline)
      implements Route {
    public Shadow {
      candidates = List.copyOf(candidates);
      requireDistinct(current, candidates);
      if (candidates.stream().anyMatch(Candidate::retired)) {
        throw new IllegalArgumentException("whoever leaves a shadow is not in its route");
      }
      if (deadline.isNegative() || deadline.isZero()) {
        throw new IllegalArgumentException("a shadow needs a deadline over zero");
      }
    }
  }

  /** Each request is answered by one arm; a failing candidate is replaced by the current one. */
  record Split(long revision, String current, List<Candidate> candidates, Test test)
      implements Route {
    public Split {
      candidates = List.copyOf(candidates);
      requireDistinct(current, candidates);
      if (candidates.stream().allMatch(Candidate::retired)) {
        throw new IllegalArgumentException("every candidate of the split has left it");
      }
      if (candidates.size() > 1 && candidates.stream().anyMatch(one -> one.begins().isPresent())) {
        throw new IllegalArgumentException("only a candidate that is alone begins where it likes");
      }
      for (Candidate candidate : candidates) {
        if (candidate.share() * candidates.size() > 1) {
          throw new IllegalArgumentException(
              "candidate %s: with %d candidates each can have at most 1/%d of the requests"
                  .formatted(candidate.version(), candidates.size(), candidates.size()));
        }
      }
    }

    /** Whether that version was a candidate and has left the test. */
    boolean hasRetired(String version) {
      for (Candidate candidate : candidates) {
        if (candidate.retired() && candidate.version().equals(version)) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * A version under test.
   *
   * @param share in a split, of all requests; in a shadow, the sampled fraction
   * @param test its own, where several are tested at once; empty: the route's
   * @param retired in a split, it has left its test while others go on: the current version answers
   *     its share, which counts for no test
   * @param begins in a split, where its arc of units begins, in [0, 1); empty: at its place among
   *     the candidates
   */
  record Candidate(
      String version, double share, String test, boolean retired, OptionalDouble begins) {
    /** Under the route's test. */
    public Candidate(String version, double share) {
      this(version, share, "", false);
    }

    /** At its place among the candidates. */
    public Candidate(String version, double share, String test, boolean retired) {
      this(version, share, test, retired, OptionalDouble.empty());
    }

    public Candidate {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException(
            "candidate %s: share %s outside 0..1".formatted(version, share));
      }
      if (begins.isPresent() && !(begins.getAsDouble() >= 0 && begins.getAsDouble() < 1)) {
        throw new IllegalArgumentException(
            "candidate %s: begins at %s, outside 0 to below 1"
                .formatted(version, begins.getAsDouble()));
      }
    }
  }

  /**
   * Which test the requests count for.
   *
   * @param salt of the assignment, fixed for the whole rollout
   */
  record Test(String id, int epoch, String salt) {}

  private static void requireDistinct(String current, List<Candidate> candidates) {
    Set<String> seen = new HashSet<>(Set.of(current));
    if (candidates.isEmpty()) {
      throw new IllegalArgumentException("a shadow or a split needs a candidate");
    }
    for (Candidate candidate : candidates) {
      if (!seen.add(candidate.version())) {
        throw new IllegalArgumentException(
            "version %s is there twice in the route".formatted(candidate.version()));
      }
    }
  }
}
