package dev.understudy.registry.fleet;

import dev.understudy.registry.problem.Page;
import dev.understudy.registry.wire.MessageJson;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The gateways that were heard within the last hour. */
@Path("/v1/gateways")
@Produces(MediaType.APPLICATION_JSON)
class GatewayResource {
  record GatewayView(
      String gatewayId,
      boolean live,
      boolean leaving,
      Instant heardAt,
      List<Map<String, Object>> models) {}

  private final Fleet fleet;
  private final Clock clock;

  GatewayResource(Fleet fleet, Clock clock) {
    this.fleet = fleet;
    this.clock = clock;
  }

  @GET
  public Page<GatewayView> list() {
    FleetView view = fleet.view();
    Instant now = clock.instant();
    return new Page<>(
        view.heard().stream()
            .map(
                one ->
                    new GatewayView(
                        one.state().getGatewayId(),
                        view.isLive(one, now),
                        one.state().getLeaving(),
                        one.at(),
                        one.state().getModelsList().stream().map(MessageJson::of).toList()))
            .sorted(Comparator.comparing(GatewayView::gatewayId))
            .toList());
  }
}
