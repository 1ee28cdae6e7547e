package dev.understudy.local.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.local.stack.StackException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The registry's REST API for one model, as a person with curl would use it. Thread-safe. */
public final class RegistryApi {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final URI model;

  /** Of one model. */
  public RegistryApi(URI registry, String project, String name) {
    this.model = registry.resolve("/v1/projects/%s/models/%s/".formatted(project, name));
  }

  /** The first deployment: this version answers everything. */
  public void deploy(String version) {
    send(request("route").PUT(json("{\"version\":\"%s\"}".formatted(version))));
  }

  /** The route as it is: committed and prepared. */
  public JsonNode route() {
    return send(request("route").GET());
  }

  /** Starts a rollout; answers its id. */
  public String startRollout(JsonNode plan) {
    return send(request("rollouts").POST(json(plan.toString()))).required("id").asText();
  }

  /** A rollout as it is. */
  public JsonNode rollout(String id) {
    return send(request("rollouts/" + id).GET());
  }

  /** Ends a rollout by a person's command. */
  public void stop(String id, String reason) {
    command(id, "stop", reason);
  }

  /** Lets the tests of a rollout begin that waits after its calibration. */
  public void confirm(String id, String reason) {
    command(id, "confirm", reason);
  }

  private void command(String id, String verb, String reason) {
    HttpResponse<String> now = exchange(request("rollouts/" + id).GET());
    String etag = now.headers().firstValue("ETag").orElse("");
    String body = JSON.createObjectNode().put("reason", reason).toString();
    send(request("rollouts/" + id + "/" + verb).header("If-Match", etag).POST(json(body)));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(model.resolve(path)).timeout(Duration.ofSeconds(20));
  }

  private static HttpRequest.BodyPublisher json(String body) {
    return HttpRequest.BodyPublishers.ofString(body);
  }

  private JsonNode send(HttpRequest.Builder builder) {
    String body = exchange(builder).body();
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      throw new StackException("The registry answered something that is not JSON: " + body, e);
    }
  }

  private HttpResponse<String> exchange(HttpRequest.Builder builder) {
    HttpRequest request = builder.header("Content-Type", "application/json").build();
    try {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() >= 300) {
        throw new StackException(
            "%s %s: %d %s"
                .formatted(
                    request.method(), request.uri(), response.statusCode(), response.body()));
      }
      return response;
    } catch (IOException e) {
      throw new StackException("The registry at %s does not answer".formatted(request.uri()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException("interrupted", e);
    }
  }
}
