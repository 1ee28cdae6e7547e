package dev.understudy.registry.rollout;

/** The two tests that a rollout may have, in this order. */
enum Stage {
  SHADOW,
  SPLIT;

  /** As it is written in requests and in test ids. */
  String word() {
    return switch (this) {
      case SHADOW -> "shadow";
      case SPLIT -> "split";
    };
  }
}
