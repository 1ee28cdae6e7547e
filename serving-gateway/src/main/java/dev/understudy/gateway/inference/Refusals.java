package dev.understudy.gateway.inference;

import dev.understudy.contracts.ProblemType;
import dev.understudy.gateway.routing.RoutingTable;
import dev.understudy.gateway.tracing.Tracing;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Inferences that were refused before any version was assigned to them. Thread-safe. */
public final class Refusals {
  private static final int OURS = 500;

  private static final Logger LOG = Logger.getLogger(Refusals.class);

  private final Supplier<RoutingTable> liveTable;
  private final Tracing tracing;

  Refusals(Supplier<RoutingTable> liveTable, Tracing tracing) {
    this.liveTable = liveTable;
    this.tracing = tracing;
  }

  /** Whether anybody follows them. */
  public boolean isFollowed() {
    return tracing.isOn();
  }

  /**
   * One was refused; it goes into its caller's trace.
   *
   * @param model that it asked for, as far as that is known
   * @param header of the request, by its lower-case name
   */
  public void tell(
      RequestTraits.Protocol protocol,
      Optional<String> model,
      ProblemType problem,
      Instant arrivedAt,
      Function<String, Optional<String>> header) {
    if (!tracing.isOn()) {
      return;
    }
    try {
      tracing.refused(
          new Tracing.Refused(
              // What clients make up is no name.
              model.filter(name -> liveTable.get().find(name).isPresent()),
              InferenceMeters.word(protocol),
              problem.uri().toString(),
              problem.status() >= OURS),
          arrivedAt,
          header);
    } catch (RuntimeException e) {
      // Whoever was refused waits for the answer, and must have it.
      LOG.warn("a refusal has no span", e);
    }
  }
}
