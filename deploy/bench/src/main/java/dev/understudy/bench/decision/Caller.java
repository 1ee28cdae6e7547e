package dev.understudy.bench.decision;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.local.stack.StackException;
import dev.understudy.local.traffic.Callers;
import dev.understudy.local.traffic.CreditApplications;
import dev.understudy.training.data.CreditContract;
import dev.understudy.training.data.CreditData;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks for one prediction and tells its outcome, which always proves the candidate right. */
final class Caller implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double THRESHOLD = 0.5;

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final URI infer;
  private final URI outcomes;
  private final String body;

  /**
   * A prediction whose outcome was taken.
   *
   * @param byCandidate who answered
   * @param atNanos when it was answered, {@link System#nanoTime}
   */
  record Answered(boolean byCandidate, long atNanos) {}

  Caller(URI gateway, URI collector, long seed) {
    this.infer = gateway.resolve("/v2/models/" + CreditContract.MODEL + "/infer");
    this.outcomes = collector.resolve("/v1/outcomes");
    this.body = CreditApplications.of(CreditData.load().split(seed).serving()).getFirst().body();
  }

  /** One prediction and, at once, its outcome. */
  Answered call(String candidate) {
    HttpResponse<String> response = post(infer, body, 200);
    long atNanos = System.nanoTime();
    JsonNode answer = read(response.body());
    boolean byCandidate = answer.required("model_version").asText().equals(candidate);
    boolean saysBad = answer.at("/outputs/0/data/0").asDouble() > THRESHOLD;
    ObjectNode outcome = JSON.createObjectNode();
    outcome
        .putArray("outcomes")
        .addObject()
        .put("prediction_id", response.headers().firstValue(Callers.PREDICTION_ID).orElseThrow())
        .put("name", CreditContract.OUTCOME)
        .put("value", saysBad == byCandidate ? "bad" : "good");
    post(outcomes, outcome.toString(), 202);
    return new Answered(byCandidate, atNanos);
  }

  private static JsonNode read(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new StackException("an answer that is not JSON: " + text, e);
    }
  }

  private HttpResponse<String> post(URI address, String text, int expected) {
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(Duration.ofSeconds(20))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(text))
            .build();
    try {
      HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != expected) {
        throw new StackException(
            "%s: %d %s".formatted(address, response.statusCode(), response.body()));
      }
      return response;
    } catch (IOException e) {
      throw new StackException("%s does not answer: %s".formatted(address, e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException("interrupted", e);
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
