package dev.understudy.registry.rollout;

/** What a rollout may have of tests, in this order; a calibration compares nothing. */
enum Stage {
  CALIBRATION,
  SHADOW,
  SPLIT;

  /** As it is written in requests and in test ids. */
  String word() {
    return switch (this) {
      case CALIBRATION -> "calibration";
      case SHADOW -> "shadow";
      case SPLIT -> "split";
    };
  }
}
