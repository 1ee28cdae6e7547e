package dev.understudy.gateway.routing;

import dev.understudy.scoring.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A request that says what the test lets it say. */
record GivenValues(
    Map<String, String> headers, Map<String, String> parameters, Map<String, Tensor> inputs)
    implements RequestValues {

  static final GivenValues NOTHING = new GivenValues(Map.of(), Map.of(), Map.of());

  static GivenValues header(String name, String value) {
    return new GivenValues(Map.of(name, value), Map.of(), Map.of());
  }

  static GivenValues parameter(String name, String value) {
    return new GivenValues(Map.of(), Map.of(name, value), Map.of());
  }

  static GivenValues inputs(Tensor... tensors) {
    return new GivenValues(
        Map.of(),
        Map.of(),
        Arrays.stream(tensors).collect(Collectors.toMap(Tensor::name, Function.identity())));
  }

  @Override
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  @Override
  public Optional<String> parameter(String name) {
    return Optional.ofNullable(parameters.get(name));
  }
}
