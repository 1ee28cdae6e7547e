package dev.understudy.gateway.protocol;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The protocol's paths. One trailing slash is ignored; names are percent-decoded. */
sealed interface Endpoint {
  record ServerMetadata() implements Endpoint {}

  record ServerLive() implements Endpoint {}

  record ServerReady() implements Endpoint {}

  record ModelMetadata(String model, Optional<String> version) implements Endpoint {}

  record ModelReady(String model, Optional<String> version) implements Endpoint {}

  record Infer(String model, Optional<String> version) implements Endpoint {}

  /** The only method that the path takes. */
  default String method() {
    return this instanceof Infer ? "POST" : "GET";
  }

  /** What the path, without its query, means; empty: nothing here. */
  static Optional<Endpoint> of(String path) {
    List<String> parts = new ArrayList<>();
    for (String part : path.split("/", -1)) {
      try {
        // '+' is itself in a path, and only in a form a space.
        parts.add(URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8));
      } catch (IllegalArgumentException notEncoded) {
        return Optional.empty();
      }
    }
    if (parts.size() > 2 && parts.getLast().isEmpty()) {
      parts.removeLast();
    }
    if (parts.size() < 2 || !parts.getFirst().isEmpty() || !parts.get(1).equals("v2")) {
      return Optional.empty();
    }
    List<String> rest = parts.subList(2, parts.size());
    if (rest.isEmpty()) {
      return Optional.of(new ServerMetadata());
    }
    return switch (rest.getFirst()) {
      case "health" -> health(rest);
      case "models" -> model(rest);
      default -> Optional.empty();
    };
  }

  private static Optional<Endpoint> health(List<String> rest) {
    if (rest.size() != 2) {
      return Optional.empty();
    }
    return switch (rest.get(1)) {
      case "live" -> Optional.of(new ServerLive());
      case "ready" -> Optional.of(new ServerReady());
      default -> Optional.empty();
    };
  }

  private static Optional<Endpoint> model(List<String> rest) {
    if (rest.size() < 2) {
      return Optional.empty();
    }
    String model = rest.get(1);
    boolean versioned = rest.size() >= 4 && rest.get(2).equals("versions");
    Optional<String> version = versioned ? Optional.of(rest.get(3)) : Optional.empty();
    List<String> verb = rest.subList(versioned ? 4 : 2, rest.size());
    if (verb.isEmpty()) {
      return Optional.of(new ModelMetadata(model, version));
    }
    if (verb.size() > 1) {
      return Optional.empty();
    }
    return switch (verb.getFirst()) {
      case "ready" -> Optional.of(new ModelReady(model, version));
      case "infer" -> Optional.of(new Infer(model, version));
      default -> Optional.empty();
    };
  }
}
