package dev.understudy.gateway.hotswap;

import java.util.Collection;
import java.util.Locale;

/** Why a model that must be served has no version loaded. */
enum Obstacle {
  /** Nothing was found out yet. */
  LOADING,
  /** The registry cannot be asked for the artefact; no version is to blame for that. */
  REGISTRY_UNAVAILABLE,
  /** The registry answers, and not with the artefact, or this machine could not keep it. */
  ARTEFACT_UNAVAILABLE,
  /** The version lives on a server that does not answer. */
  REMOTE_UNAVAILABLE,
  /** The version or its route is at fault, or there is no memory for it. */
  REFUSED,
  /** Our own fault. */
  ERROR;

  /** One of few words, for readiness and the meters. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Whether a gateway may take requests for the first time. Every model was tried by then. One that
   * fails by itself takes no other down; but where nothing is served that should be, or a gateway
   * without a memory merely waits for the registry, those that it would replace serve better.
   *
   * @param cameBack whether it knew routes from its own disk
   * @param anyLive whether any model is served
   * @param missing why each other model that must be served is not
   */
  static boolean allowStart(boolean cameBack, boolean anyLive, Collection<Obstacle> missing) {
    return (anyLive || missing.isEmpty())
        && !missing.contains(LOADING)
        && (cameBack || !missing.contains(REGISTRY_UNAVAILABLE));
  }
}
