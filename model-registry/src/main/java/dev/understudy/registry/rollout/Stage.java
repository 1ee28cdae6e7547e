package dev.understudy.registry.rollout;

/** The tests that a rollout may have, in this order: two, and the watch after a promotion. */
enum Stage {
  SHADOW,
  SPLIT,
  WATCH;

  /** As it is written in requests and in test ids. */
  String word() {
    return switch (this) {
      case SHADOW -> "shadow";
      case SPLIT -> "split";
      case WATCH -> "watch";
    };
  }
}
