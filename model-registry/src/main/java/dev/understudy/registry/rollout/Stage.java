package dev.understudy.registry.rollout;

/**
 * What a rollout may have of tests, in this order: two, before them a calibration, which compares
 * nothing, and after them the watch of a promotion.
 */
enum Stage {
  CALIBRATION,
  SHADOW,
  SPLIT,
  WATCH;

  /** As it is written in requests and in test ids. */
  String word() {
    return switch (this) {
      case CALIBRATION -> "calibration";
      case SHADOW -> "shadow";
      case SPLIT -> "split";
      case WATCH -> "watch";
    };
  }
}
