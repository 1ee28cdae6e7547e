package dev.understudy.gateway.routing;

import dev.understudy.scoring.Tensor;
import java.util.Map;
import java.util.Optional;

/** What of a request may decide who answers it, whatever the protocol. */
public interface RequestValues {

  /** A header of the transport, by its lower-case name. */
  Optional<String> header(String name);

  /** A parameter of the request, as text. */
  Optional<String> parameter(String name);

  /** Every column of the model's input contract, by name. */
  Map<String, Tensor> inputs();
}
