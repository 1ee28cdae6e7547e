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

  record ModelList() implements Endpoint {}

  record ModelMetadata(String model, Optional<String> version) implements Endpoint {}

  record ModelReady(String model, Optional<String> version) implements Endpoint {}

  record ModelConfiguration(String model, Optional<String> version) implements Endpoint {}

  /** Of all models, of one, or of one version. */
  record Statistics(Optional<String> model, Optional<String> version) implements Endpoint {}

  record Infer(String model, Optional<String> version) implements Endpoint {}

  /** Not of the protocol: why a row gets its score. */
  record Explain(String model, Optional<String> version) implements Endpoint {}

  record RepositoryIndex() implements Endpoint {}

  /** To load or to unload. */
  record RepositoryChange(String model) implements Endpoint {}

  /** The only method that the path takes. */
  default String method() {
    return this instanceof Infer
            || this instanceof Explain
            || this instanceof RepositoryIndex
            || this instanceof RepositoryChange
        ? "POST"
        : "GET";
  }

  /** What the path, without its query, means; empty: nothing here. */
  static Optional<Endpoint> of(String path) {
    Optional<Endpoint> infer = plainInfer(path);
    return infer.isPresent() ? infer : ofParts(path);
  }

  // Nearly every request is this one, and needs no list of parts.
  private static Optional<Endpoint> plainInfer(String path) {
    String before = "/v2/models/";
    String after = "/infer";
    int end = path.length() - after.length();
    if (end <= before.length() || !path.startsWith(before) || !path.endsWith(after)) {
      return Optional.empty();
    }
    for (int i = before.length(); i < end; i++) {
      char one = path.charAt(i);
      if (one == '/' || one == '%') {
        return Optional.empty();
      }
    }
    return Optional.of(new Infer(path.substring(before.length(), end), Optional.empty()));
  }

  private static Optional<Endpoint> ofParts(String path) {
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
      case "models" -> models(rest);
      case "repository" -> repository(rest.subList(1, rest.size()));
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

  private static Optional<Endpoint> models(List<String> rest) {
    if (rest.size() < 2) {
      return Optional.of(new ModelList());
    }
    String model = rest.get(1);
    if (rest.size() == 2 && model.equals("stats")) {
      return Optional.of(new Statistics(Optional.empty(), Optional.empty()));
    }
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
      case "config" -> Optional.of(new ModelConfiguration(model, version));
      case "stats" -> Optional.of(new Statistics(Optional.of(model), version));
      case "infer" -> Optional.of(new Infer(model, version));
      case "explain" -> Optional.of(new Explain(model, version));
      default -> Optional.empty();
    };
  }

  /** With the name of a repository or without; here they are all the same one. */
  private static Optional<Endpoint> repository(List<String> rest) {
    boolean isIndex = !rest.isEmpty() && rest.getLast().equals("index") && rest.size() <= 2;
    if (isIndex) {
      return Optional.of(new RepositoryIndex());
    }
    List<String> model = rest.size() == 4 ? rest.subList(1, 4) : rest;
    boolean isChange =
        model.size() == 3
            && model.getFirst().equals("models")
            && (model.getLast().equals("load") || model.getLast().equals("unload"));
    return isChange ? Optional.of(new RepositoryChange(model.get(1))) : Optional.empty();
  }
}
