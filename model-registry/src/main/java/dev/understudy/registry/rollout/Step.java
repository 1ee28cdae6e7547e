package dev.understudy.registry.rollout;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a move makes of a model's traffic: the route and the rollout after it, and what has to be
 * told, in this order. No announcement means that nothing changed.
 *
 * @param action for the audit trail, e.g. {@code rollout.promoted}
 * @param reason for people
 */
record Step(
    ModelRoute route,
    @Nullable Rollout rollout,
    List<Announcement> announcements,
    String action,
    @Nullable String reason) {
  /** What the other services are told. */
  sealed interface Announcement {
    /** A test begins with the time of its record. */
    record TestBegins(PlannedTest test) implements Announcement {}

    /** The route is another one now, or another one is prepared. */
    record RouteChanges() implements Announcement {}
  }

  Step {
    announcements = List.copyOf(announcements);
  }

  static Step nothing(ModelRoute route, @Nullable Rollout rollout) {
    return new Step(route, rollout, List.of(), "", null);
  }

  boolean changesNothing() {
    return announcements.isEmpty();
  }
}
