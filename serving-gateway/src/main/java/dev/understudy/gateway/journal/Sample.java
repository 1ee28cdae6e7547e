package dev.understudy.gateway.journal;

import dev.understudy.gateway.routing.PredictionId;

/** Which predictions are in a sample: a pure function of the id, the same in every gateway. */
final class Sample {
  private static final double UNIT_OF_53_BITS = 0x1.0p-53;

  private Sample() {}

  /**
   * Whether the prediction is in the sample; one that is stays in every larger sample.
   *
   * @param share 0..1
   */
  static boolean has(PredictionId id, double share) {
    return share >= 1 || point(id.value()) < share;
  }

  /** FNV-1a of the id, mixed as SplitMix64 does, in [0, 1). */
  private static double point(String id) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < id.length(); i++) {
      hash = (hash ^ id.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ hash >>> 30) * 0xbf58476d1ce4e5b9L;
    hash = (hash ^ hash >>> 27) * 0x94d049bb133111ebL;
    hash ^= hash >>> 31;
    return (hash >>> 11) * UNIT_OF_53_BITS;
  }
}
