package dev.understudy.training.register;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.understudy.contracts.Names;
import dev.understudy.contracts.ProblemType;
import dev.understudy.training.pipeline.TrainedModel;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;

/**
 * The registry as the pipeline sees it. Every call may be repeated: what is there already is left
 * alone, except that each {@link #register} makes a new version. Thread-safe.
 */
public final class RegistryClient implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration ANSWER = Duration.ofSeconds(30);
  private static final long LONGEST_ANSWER = 4 << 20;

  private final URI registry;
  private final HttpClient http;

  /**
   * Connects when first used.
   *
   * @param registry without a path, e.g. {@code http://localhost:8081}
   */
  public RegistryClient(URI registry) {
    if (!("http".equals(registry.getScheme()) || "https".equals(registry.getScheme()))
        || registry.getHost() == null) {
      throw new IllegalArgumentException(
          "'%s' is no address of a registry; give one like http://localhost:8081"
              .formatted(registry));
    }
    this.registry = registry;
    this.http = HttpClient.newBuilder().connectTimeout(CONNECT).build();
  }

  /** Creates the project unless it is there. */
  public void ensureProject(String project) throws RegistryRefused {
    checkName("project", project);
    ensure("/v1/projects", project, RegistryBodies.project(project));
  }

  /** Creates the sample model, with its contract, unless a model of that name is there. */
  public void ensureModel(String project, String model) throws RegistryRefused {
    checkName("project", project);
    checkName("model", model);
    ensure("/v1/projects/%s/models".formatted(project), model, RegistryBodies.model(model));
  }

  /**
   * Uploads the artefact and makes it a version of a model that exists.
   *
   * @return the name of the version, e.g. {@code 2}
   */
  public String register(String project, String model, TrainedModel trained)
      throws RegistryRefused {
    checkName("project", project);
    checkName("model", model);
    require(
        send(
            request("/v1/artefacts/" + trained.sha256())
                .header("Content-Type", "application/octet-stream")
                .PUT(artefact(trained))));
    HttpResponse<String> answer =
        require(
            post(
                "/v1/projects/%s/models/%s/versions".formatted(project, model),
                RegistryBodies.version(trained.run())));
    String version = parsed(answer.body()).path("version").asText();
    if (!Names.allowed(version)) {
      throw new RegistryRefused(
          "%s named no version in its answer; is this address a registry?".formatted(registry));
    }
    return version;
  }

  private void ensure(String collection, String name, JsonNode body) throws RegistryRefused {
    HttpResponse<String> present = send(request(collection + "/" + name).GET());
    if (present.statusCode() != ProblemType.NOT_FOUND.status()) {
      require(present);
      return;
    }
    HttpResponse<String> made = post(collection, body);
    // Someone else may have been quicker; it is there, and that is all that was wanted.
    if (made.statusCode() != ProblemType.ALREADY_EXISTS.status()) {
      require(made);
    }
  }

  private static HttpRequest.BodyPublisher artefact(TrainedModel trained) throws RegistryRefused {
    try {
      return BodyPublishers.ofFile(trained.model());
    } catch (FileNotFoundException e) {
      throw new RegistryRefused("%s is gone; train the model again".formatted(trained.model()), e);
    }
  }

  private HttpResponse<String> post(String path, JsonNode body) throws RegistryRefused {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body.toString())));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(registry.resolve(path)).timeout(ANSWER);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws RegistryRefused {
    try {
      return http.send(
          request.header("Accept", "application/json, application/problem+json").build(),
          BodyHandlers.limiting(BodyHandlers.ofString(), LONGEST_ANSWER));
    } catch (IOException e) {
      throw new RegistryRefused(
          "no registry answers at %s (%s); start one with './understudy up', or give its address"
              .formatted(registry, e),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RegistryRefused("interrupted while waiting for the registry", e);
    }
  }

  private static HttpResponse<String> require(HttpResponse<String> answer) throws RegistryRefused {
    if (answer.statusCode() / 100 == 2) {
      return answer;
    }
    JsonNode problem = parsed(answer.body());
    StringBuilder message = new StringBuilder();
    message
        .append("the registry answers ")
        .append(answer.statusCode())
        .append(" to ")
        .append(answer.request().method())
        .append(' ')
        .append(answer.request().uri().getPath())
        .append(": ")
        .append(problem.path("title").asText("no reason given"));
    for (String part : new String[] {"detail", "field"}) {
      if (problem.hasNonNull(part)) {
        message.append("; ").append(part.equals("field") ? "field " : "");
        message.append(problem.get(part).asText());
      }
    }
    throw new RegistryRefused(message.append(". ").append(wayOut(problem)).toString());
  }

  private static String wayOut(JsonNode problem) {
    String type = problem.path("type").asText();
    return Arrays.stream(ProblemType.values())
        .filter(each -> each.uri().toString().equals(type))
        .findFirst()
        .map(
            known ->
                switch (known) {
                  case INVALID_ARTEFACT ->
                      "The model of that name has another contract; register under another name.";
                  case DIGEST_MISMATCH -> "The file was changed or cut off; train it again.";
                  case NOT_FOUND -> "Create the project and the model first.";
                  case TOO_LARGE -> "Raise the registry's limit for artefacts.";
                  case UNAVAILABLE, TIMED_OUT -> "Try again when it has recovered.";
                  case INTERNAL -> "Its log says why.";
                  default -> "Correct the request and try again.";
                })
        .orElse("Is this address a registry?");
  }

  private static JsonNode parsed(String body) {
    try {
      JsonNode node = JSON.readTree(body);
      return node == null ? MissingNode.getInstance() : node;
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }

  private static void checkName(String what, String name) throws RegistryRefused {
    if (!Names.allowed(name)) {
      throw new RegistryRefused("the name of a %s has %s".formatted(what, Names.RULE));
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
