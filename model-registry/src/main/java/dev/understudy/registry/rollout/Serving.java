package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.CandidateShare;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.Segment;
import dev.understudy.contracts.v1.VersionRef;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one version does in a model's route.
 *
 * @param sha256 of its artefact, lower-case hex
 * @param share of a split, or the fraction of the requests that a shadow scores; null for the
 *     others
 */
record Serving(String version, String sha256, Role role, @Nullable Double share) {
  /** What a version may do in a route. */
  enum Role {
    /** Answers by default. */
    CURRENT,
    /** Answers its share of a split. */
    SPLIT,
    /** Scores what another answers. */
    SHADOW,
    /** Answers the requests of a segment. */
    SEGMENT,
    /** Is kept loaded, and answers nobody. */
    STANDBY
  }

  /** All that the versions do in a route; empty before the first deployment. */
  static Set<Serving> of(ModelRoute route) {
    Set<Serving> all = new LinkedHashSet<>();
    Route committed = route.committed();
    if (committed != null) {
      all.add(of(committed.getCurrent(), Role.CURRENT, null));
      Role role = committed.getMode() == RouteMode.SPLIT ? Role.SPLIT : Role.SHADOW;
      for (CandidateShare candidate : committed.getCandidatesList()) {
        if (!candidate.getRetired()) {
          all.add(of(candidate.getVersion(), role, candidate.getShare()));
        }
      }
      for (Segment segment : committed.getSegmentsList()) {
        if (segment.hasVersion()) {
          all.add(of(segment.getVersion(), Role.SEGMENT, null));
        }
      }
    }
    if (route.standby() != null) {
      all.add(of(route.standby(), Role.STANDBY, null));
    }
    return all;
  }

  private static Serving of(VersionRef version, Role role, @Nullable Double share) {
    return new Serving(version.getVersion(), version.getSha256(), role, share);
  }
}
