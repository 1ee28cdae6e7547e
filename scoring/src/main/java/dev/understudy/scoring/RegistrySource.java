package dev.understudy.scoring;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** A registry, as whoever embeds a model asks it. */
final class RegistrySource implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration ANSWER = Duration.ofSeconds(60);
  private static final int MOST_JSON = 16 << 20;
  private static final int MOST_ARTEFACT = 1 << 30;

  private final String base;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();

  RegistrySource(URI registry) {
    if (!("http".equals(registry.getScheme()) || "https".equals(registry.getScheme()))
        || registry.getHost() == null) {
      throw new IllegalArgumentException(
          "'%s' is no address of a registry; give one like http://localhost:8081"
              .formatted(registry));
    }
    this.base = registry.toString().replaceAll("/+$", "");
  }

  ModelContract contract(String project, String model) throws IOException {
    JsonNode said =
        Json.tree(
            get("/v1/projects/%s/models/%s".formatted(path(project), path(model)), MOST_JSON));
    try {
      List<Column> columns = new ArrayList<>();
      for (JsonNode input : Json.array(said, "inputs")) {
        columns.add(column(input));
      }
      List<TensorSpec> outputs = new ArrayList<>();
      for (JsonNode output : Json.array(said, "outputs")) {
        outputs.add(new TensorSpec(Json.text(output, "name"), datatype(output), shape(output)));
      }
      return new ModelContract(new InputContract(columns), outputs);
    } catch (IllegalArgumentException e) {
      throw new IOException("the registry's contract cannot be read: " + e.getMessage(), e);
    }
  }

  String digest(String project, String model, String version) throws IOException {
    JsonNode said =
        Json.tree(
            get(
                "/v1/projects/%s/models/%s/versions/%s"
                    .formatted(path(project), path(model), path(version)),
                MOST_JSON));
    try {
      return Json.text(said, "sha256");
    } catch (IllegalArgumentException e) {
      throw new IOException("the registry names no digest", e);
    }
  }

  byte[] artefact(String sha256) throws IOException {
    return get("/v1/artefacts/" + path(sha256), MOST_ARTEFACT);
  }

  private byte[] get(String path, int most) throws IOException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(base + path)).timeout(ANSWER).build();
    try {
      HttpResponse<InputStream> response =
          http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        if (response.statusCode() != 200) {
          throw new IOException(
              "the registry answers %d for %s".formatted(response.statusCode(), path));
        }
        byte[] content = body.readNBytes(most);
        if (content.length == most) {
          throw new IOException("the registry's answer for %s has no end".formatted(path));
        }
        return content;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the registry was asked", e);
    }
  }

  private static Column column(JsonNode input) {
    List<String> categories = new ArrayList<>();
    input.path("categories").forEach(category -> categories.add(category.asText()));
    return new Column(
        Json.text(input, "name"),
        datatype(input),
        shape(input),
        input.path("may_be_missing").asBoolean(),
        input.path("may_be_nan").asBoolean(),
        categories,
        limit(input, "minimum"),
        limit(input, "maximum"));
  }

  private static OptionalDouble limit(JsonNode input, String name) {
    JsonNode limit = input.path(name);
    return limit.isNumber() ? OptionalDouble.of(limit.doubleValue()) : OptionalDouble.empty();
  }

  private static Datatype datatype(JsonNode tensor) {
    String name = Json.text(tensor, "datatype");
    return Datatype.of(name)
        .orElseThrow(() -> new IllegalArgumentException("unknown datatype " + name));
  }

  private static List<Long> shape(JsonNode tensor) {
    List<Long> shape = new ArrayList<>();
    for (JsonNode dimension : Json.array(tensor, "shape")) {
      if (!dimension.isIntegralNumber()) {
        throw new IllegalArgumentException("a shape is no list of sizes");
      }
      shape.add(dimension.longValue());
    }
    return shape;
  }

  private static String path(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
