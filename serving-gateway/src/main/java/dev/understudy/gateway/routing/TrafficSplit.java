package dev.understudy.gateway.routing;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.understudy.contracts.Digest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/**
 * Who gets which arm: a pure function of salt and unit. A salted hash puts every unit at a point of
 * the circle [0, 1). Each candidate owns an arc that begins at an anchor of its own (or, alone,
 * where the route says) and is as long as its share, so widening a share only adds units, and none
 * ever moves from one candidate to another. One that has left its test keeps its place for that
 * reason. Another salt gives an independent assignment.
 */
final class TrafficSplit {
  private static final double UNIT_OF_53_BITS = 0x1.0p-53;

  private TrafficSplit() {}

  /** The candidate in whose arc the unit lies; empty: the current version. */
  static Optional<String> assign(String salt, String unit, List<Route.Candidate> candidates) {
    double point = point(salt, unit);
    for (int i = 0; i < candidates.size(); i++) {
      Route.Candidate candidate = candidates.get(i);
      double fromAnchor = point - candidate.begins().orElse((double) i / candidates.size());
      if (fromAnchor < 0 && candidate.begins().isPresent()) {
        fromAnchor += 1;
      }
      if (fromAnchor >= 0 && fromAnchor < candidate.share()) {
        return Optional.of(candidate.version());
      }
    }
    return Optional.empty();
  }

  /**
   * Whether the unit is in the candidate's sample; the samples of two candidates are independent.
   */
  static boolean samples(String salt, String unit, Route.Candidate candidate) {
    return point(salt + '\n' + candidate.version(), unit) < candidate.share();
  }

  /**
   * Whether the unit is kept out of every test under that salt, independently of any arm and any
   * sample.
   */
  static boolean holdsOut(String salt, String unit, double share) {
    // No version is called like this: their names hold no line break.
    return share > 0 && point(salt + "\n\nhold-out", unit) < share;
  }

  /** Where the unit lies in [0, 1). */
  static double point(String salt, String unit) {
    MessageDigest digest = Digest.sha256();
    digest.update(salt.getBytes(UTF_8));
    digest.update((byte) 0);
    byte[] hash = digest.digest(unit.getBytes(UTF_8));
    return (ByteBuffer.wrap(hash).getLong() >>> 11) * UNIT_OF_53_BITS;
  }
}
