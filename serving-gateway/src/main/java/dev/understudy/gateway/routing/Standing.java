package dev.understudy.gateway.routing;

/** Why a request got its version, and so whether it counts for the test of its route. */
public enum Standing {
  /** The route decided. Only these count for its test. */
  ROUTED,
  /** The client named the version. */
  PINNED,
  /** A segment in front of the test decided. */
  SEGMENT,
  /** Its unit is kept out of every test of the rollout. */
  HELD_OUT,
  /** Its candidate has left the test, and its unit may still feel it. */
  RETIRED,
  /** Units are sticky, and it does not say whose it is. */
  NO_UNIT
}
