package dev.understudy.registry.fleet;

import dev.understudy.contracts.v1.GatewayState;
import dev.understudy.contracts.v1.LoadFailure;
import dev.understudy.contracts.v1.ModelState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the gateways at one moment. Immutable and plain.
 *
 * @param readableSince since when the topic is read to its end without a break; null while it is
 *     not
 * @param liveWithin a gateway is live while its last record is younger than this
 */
record FleetView(@Nullable Instant readableSince, Duration liveWithin, List<Heard> heard) {
  private static final int LONGEST_REASON = 500;

  /** A gateway's last record, and when it was heard. */
  record Heard(GatewayState state, Instant at) {}

  FleetView {
    heard = List.copyOf(heard);
  }

  boolean isLive(Heard one, Instant now) {
    return !one.state().getLeaving() && one.at().plus(liveWithin).isAfter(now);
  }

  /**
   * How far the live gateways are.
   *
   * @param since when the route was prepared: a gateway has from then on, or from when the topic
   *     became readable, as long to be heard as it takes to be given up
   */
  Progress progress(String project, String model, long revision, Instant since, Instant now) {
    if (readableSince == null) {
      return new Progress.NotKnown();
    }
    List<Heard> live = heard.stream().filter(one -> isLive(one, now)).toList();
    Instant from = since.isAfter(readableSince) ? since : readableSince;
    if (live.isEmpty()) {
      return from.plus(liveWithin).isAfter(now)
          ? new Progress.NotKnown()
          : new Progress.NobodyLive();
    }
    List<String> ready = new ArrayList<>();
    List<String> waiting = new ArrayList<>();
    for (Heard one : live) {
      String gateway = one.state().getGatewayId();
      ModelState state = stateOf(one.state(), project, model);
      for (LoadFailure failure : state.getFailuresList()) {
        if (failure.getRevision() == revision) {
          return new Progress.Failed(gateway, failure.getVersion(), printable(failure.getReason()));
        }
      }
      boolean done = state.getPreparedRevision() == revision || state.getLiveRevision() == revision;
      (done ? ready : waiting).add(gateway);
    }
    return waiting.isEmpty() ? new Progress.Ready(ready) : new Progress.Waiting(waiting, from);
  }

  private static ModelState stateOf(GatewayState gateway, String project, String model) {
    return gateway.getModelsList().stream()
        .filter(one -> one.getProject().equals(project) && one.getModel().equals(model))
        .findFirst()
        .orElse(ModelState.getDefaultInstance());
  }

  private static String printable(String reason) {
    String flat = reason.replaceAll("\\p{Cntrl}", " ");
    return flat.length() <= LONGEST_REASON ? flat : flat.substring(0, LONGEST_REASON);
  }
}
