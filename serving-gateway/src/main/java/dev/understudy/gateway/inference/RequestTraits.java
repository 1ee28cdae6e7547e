package dev.understudy.gateway.inference;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a request says besides its tensors, the same for every protocol.
 *
 * @param header of the transport by its lower-case name, looked up only when somebody asks
 * @param parameters of the request by name, as text
 * @param budget that the caller gives, from arrival to answer; empty: the gateway's own limit
 * @param priority 1 is the highest, 0 the default level
 * @param attributes sensitive ones, which no model sees
 */
public record RequestTraits(
    Protocol protocol,
    Function<String, Optional<String>> header,
    Map<String, String> parameters,
    Optional<Duration> budget,
    int priority,
    Map<String, String> attributes) {

  /** How the request came. */
  public enum Protocol {
    REST,
    GRPC
  }

  public RequestTraits {
    parameters = Map.copyOf(parameters);
    attributes = Map.copyOf(attributes);
    if (priority < 0) {
      throw new IllegalArgumentException("priority %d is below 0".formatted(priority));
    }
  }

  /** A request that says nothing more. */
  public static RequestTraits plain(Protocol protocol) {
    return new RequestTraits(
        protocol, name -> Optional.empty(), Map.of(), Optional.empty(), 0, Map.of());
  }
}
