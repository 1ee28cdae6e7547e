package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.VersionRef;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a model's callers get, and what they are about to get. Immutable.
 *
 * @param revision the last one that was given out; never used twice
 * @param committed null before the first deployment
 * @param prepared the next route while the gateways load it
 * @param preparedAt since when; null exactly when nothing is prepared
 * @param standby kept loaded after a promotion
 * @param failure why the last preparation was given up
 */
record ModelRoute(
    long revision,
    @Nullable Route committed,
    @Nullable Route prepared,
    @Nullable Instant preparedAt,
    @Nullable VersionRef standby,
    @Nullable String failure) {
  /** Of a model that was never deployed. */
  static final ModelRoute NONE = new ModelRoute(0, null, null, null, null, null);

  ModelRoute {
    if ((prepared == null) != (preparedAt == null)) {
      throw new IllegalArgumentException("a prepared route has its time, and only that");
    }
  }

  /** The route, with another one prepared under the next revision. */
  ModelRoute preparing(Route next, Instant now) {
    Route numbered = next.toBuilder().setRevision(revision + 1).build();
    return new ModelRoute(revision + 1, committed, numbered, now, standby, null);
  }

  /** What was prepared is what callers get now. */
  ModelRoute committing(@Nullable VersionRef nextStandby) {
    return new ModelRoute(revision, prepared, null, null, nextStandby, null);
  }

  /** That version answers alone from now on; it is loaded everywhere, so nobody is asked. */
  ModelRoute backTo(VersionRef version, @Nullable VersionRef nextStandby, @Nullable String why) {
    Route single = single(version).setRevision(revision + 1).build();
    return new ModelRoute(revision + 1, single, null, null, nextStandby, why);
  }

  /** That route holds from now on; all it needs is loaded everywhere, so nobody is asked. */
  ModelRoute changingTo(Route next, @Nullable VersionRef nextStandby) {
    Route numbered = next.toBuilder().setRevision(revision + 1).build();
    return new ModelRoute(revision + 1, numbered, null, null, nextStandby, null);
  }

  /** What was prepared is let go, for that reason, and callers get what they got. */
  ModelRoute keeping(String why) {
    return new ModelRoute(revision, committed, null, null, standby, why);
  }

  ModelRoute withoutStandby() {
    return new ModelRoute(revision, committed, prepared, preparedAt, null, failure);
  }

  static Route.Builder single(VersionRef version) {
    return Route.newBuilder().setMode(RouteMode.SINGLE).setCurrent(version);
  }
}
