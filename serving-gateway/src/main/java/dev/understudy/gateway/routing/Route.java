package dev.understudy.gateway.routing;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
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
      case Split split -> split.candidates().forEach(one -> versions.add(one.version()));
    }
    return versions;
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
      for (Candidate candidate : candidates) {
        if (candidate.share() * candidates.size() > 1) {
          throw new IllegalArgumentException(
              "candidate %s: with %d candidates each can have at most 1/%d of the requests"
                  .formatted(candidate.version(), candidates.size(), candidates.size()));
        }
      }
    }
  }

  /**
   * A version under test.
   *
   * @param share in a split, of all requests; in a shadow, the sampled fraction
   */
  record Candidate(String version, double share) {
    public Candidate {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException(
            "candidate %s: share %s outside 0..1".formatted(version, share));
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
