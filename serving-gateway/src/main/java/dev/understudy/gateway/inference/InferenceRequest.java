package dev.understudy.gateway.inference;

import dev.understudy.gateway.routing.RequestValues;
import dev.understudy.scoring.Tensor;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A request that keeps the model's input contract.
 *
 * @param version named by the client; empty: the route decides
 * @param clientId the protocol's own id; empty if the client gave none
 * @param inputs every column of the contract by name, those left out as missing
 * @param rows at least one
 * @param traits what it says besides its tensors
 */
public record InferenceRequest(
    String model,
    Optional<String> version,
    String clientId,
    Map<String, Tensor> inputs,
    int rows,
    Instant arrivedAt,
    RequestTraits traits)
    implements RequestValues {

  @Override
  public Optional<String> header(String name) {
    return traits.header().apply(name);
  }

  @Override
  public Optional<String> parameter(String name) {
    return Optional.ofNullable(traits.parameters().get(name));
  }
}
