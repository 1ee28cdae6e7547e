package dev.understudy.scoring;

import com.fasterxml.jackson.databind.JsonNode;
import dev.failsafe.CircuitBreaker;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A model on a server that speaks the Open Inference Protocol over HTTP. A call waits on a virtual
 * thread of its own, not in the room's, and is given up at its deadline. A server that cannot be
 * reached is the version's failure; after several, a circuit breaker spares callers the wait and
 * lets one call through now and then. Thread-safe.
 */
final class RemoteModel implements Model {
  static final String PLATFORM = "remote_openinference";

  /** Error class of a server that cannot be reached, or says that it cannot answer now. */
  static final String UNAVAILABLE = "remote_unavailable";

  private static final String JSON_LENGTH = "Inference-Header-Content-Length";
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration ASK = Duration.ofSeconds(5);
  private static final int METADATA_BYTES = 1 << 20;

  private static final Duration FAIR_WAIT = Duration.ofMillis(100);
  private static final int FAILURES_OF = 10;
  private static final int FAILURES = 5;
  private static final Duration OPEN_FOR = Duration.ofSeconds(1);

  private final HttpClient http;
  private final RemoteDocument document;
  private final RemoteAccess access;
  private final List<TensorSpec> inputs;
  private final List<TensorSpec> outputs;
  private final boolean binary;
  private final Semaphore places;
  private final CircuitBreaker<Score> breaker =
      CircuitBreaker.<Score>builder()
          .withFailureThreshold(FAILURES, FAILURES_OF)
          .withSuccessThreshold(1)
          .withDelay(OPEN_FOR)
          .build();
  private volatile boolean closed;

  private RemoteModel(
      HttpClient http,
      RemoteDocument document,
      RemoteAccess access,
      List<TensorSpec> inputs,
      List<TensorSpec> outputs,
      boolean binary) {
    this.http = http;
    this.document = document;
    this.access = access;
    this.inputs = inputs;
    this.outputs = outputs;
    this.binary = binary;
    this.places = new Semaphore(access.concurrency());
  }

  /** Asks the server what the model takes and answers, and checks it against the contract. */
  static RemoteModel open(byte[] content, ModelContract contract, RemoteAccess access)
      throws ModelRefused {
    RemoteDocument document = RemoteDocument.of(content);
    access.require(document.url());
    HttpClient http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            // Whoever answers must not send us to a host that nobody allowed.
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT)
            .build();
    try {
      boolean binary = listsBinary(ask(http, document.server()));
      JsonNode metadata = ask(http, document.metadata());
      List<TensorSpec> inputs = RemoteSignature.check(metadata, contract, binary);
      return new RemoteModel(http, document, access, inputs, contract.outputs(), binary);
    } catch (ModelRefused | RuntimeException e) {
      http.shutdownNow();
      throw e;
    }
  }

  private static JsonNode ask(HttpClient http, URI address) throws ModelRefused {
    HttpRequest request = HttpRequest.newBuilder(address).timeout(ASK).build();
    try {
      HttpResponse<InputStream> response =
          http.send(request, HttpResponse.BodyHandlers.ofInputStream());
      byte[] body = read(response, METADATA_BYTES);
      if (response.statusCode() != 200) {
        throw new IOException("it answers %d".formatted(response.statusCode()));
      }
      return Json.tree(body);
    } catch (IOException | IllegalStateException e) {
      throw new ModelRefused(
          ModelRefused.Reason.REMOTE_UNAVAILABLE,
          "%s does not say what it serves: %s".formatted(address, e),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ModelRefused(
          ModelRefused.Reason.REMOTE_UNAVAILABLE, "interrupted while asking " + address, e);
    }
  }

  private static boolean listsBinary(JsonNode server) {
    for (JsonNode extension : server.path("extensions")) {
      if (extension.asText().equals("binary_tensor_data")) {
        return true;
      }
    }
    return false;
  }

  private static byte[] read(HttpResponse<InputStream> response, int most) throws IOException {
    try (InputStream body = response.body()) {
      byte[] bytes = body.readNBytes(most);
      if (bytes.length == most && body.read() >= 0) {
        throw new IllegalStateException(
            "its answer is longer than the %d bytes that are read".formatted(most));
      }
      return bytes;
    }
  }

  @Override
  public String platform() {
    return PLATFORM;
  }

  @Override
  public List<TensorSpec> inputs() {
    return inputs;
  }

  @Override
  public List<TensorSpec> outputs() {
    return outputs;
  }

  @Override
  public CompletionStage<Score> score(
      Map<String, Tensor> request, Duration deadline, ScoringRoom room) {
    if (closed) {
      return CompletableFuture.completedStage(new Score.Shed("closed"));
    }
    if (!places.tryAcquire()) {
      return CompletableFuture.completedStage(new Score.Shed("queue_full"));
    }
    if (!breaker.tryAcquirePermit()) {
      places.release();
      return CompletableFuture.completedStage(
          new Score.Failed(UNAVAILABLE, "it failed too often just now", 0));
    }
    long budget = Math.min(deadline.toNanos(), document.timeout().toNanos());
    Map<String, String> carried = CarriedHeaders.current();
    CompletableFuture<Score> answer = new CompletableFuture<>();
    Thread call =
        Thread.ofVirtual()
            .name("remote-" + document.model())
            .start(
                () -> {
                  Score score;
                  try {
                    score = call(request, carried);
                  } finally {
                    places.release();
                  }
                  answer.complete(score);
                });
    return answer
        .completeOnTimeout(new Score.TimedOut(budget), budget, TimeUnit.NANOSECONDS)
        .whenComplete(
            (score, impossible) -> {
              if (score instanceof Score.TimedOut) {
                call.interrupt();
              }
            });
  }

  /** Blocks until the server has answered or the thread is interrupted; never throws. */
  private Score call(Map<String, Tensor> request, Map<String, String> carried) {
    Score score = attempt(request, carried);
    // One caller's bad input or short patience must not shut the others out.
    boolean serverIsWell =
        switch (score) {
          case Score.Failed failed -> !failed.errorClass().equals(UNAVAILABLE);
          case Score.TimedOut late -> late.afterNanos() < FAIR_WAIT.toNanos();
          case Score.Answered answered -> true;
          case Score.Shed shed -> true;
        };
    if (serverIsWell) {
      breaker.recordSuccess();
    } else {
      breaker.recordFailure();
    }
    return score;
  }

  private Score attempt(Map<String, Tensor> request, Map<String, String> carried) {
    long start = System.nanoTime();
    try {
      List<Tensor> columns = Answers.columns(inputs, request);
      int rows = Answers.rows(columns);
      HttpResponse<InputStream> response =
          http.send(
              request(RemoteBody.of(columns, outputs, binary), carried),
              HttpResponse.BodyHandlers.ofInputStream());
      byte[] body = read(response, access.responseBytes());
      int status = response.statusCode();
      if (status != 200) {
        return new Score.Failed(
            errorClass(status), "the server answers " + status, System.nanoTime() - start);
      }
      List<Tensor> answer =
          RemoteAnswer.read(body, response.headers().firstValue(JSON_LENGTH), outputs, rows);
      return new Score.Answered(answer, System.nanoTime() - start);
    } catch (IOException e) {
      return failed(UNAVAILABLE, e, start);
    } catch (InterruptedException late) {
      return new Score.TimedOut(System.nanoTime() - start);
    } catch (IllegalStateException e) {
      return failed("outputs", e, start);
    } catch (IllegalArgumentException e) {
      return failed("inputs", e, start);
    } catch (OutOfMemoryError | StackOverflowError e) {
      return failed("memory", e, start);
    } catch (RuntimeException e) {
      return failed("runtime", e, start);
    }
  }

  private static String errorClass(int status) {
    return switch (status) {
      case 429, 502, 503, 504 -> UNAVAILABLE;
      default -> status >= 500 ? "remote_failed" : "remote_refused";
    };
  }

  private HttpRequest request(RemoteBody body, Map<String, String> carried) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(document.infer())
            .POST(HttpRequest.BodyPublishers.ofByteArray(body.bytes()));
    carried.forEach(request::header);
    if (binary) {
      request
          .header("Content-Type", "application/octet-stream")
          .header(JSON_LENGTH, String.valueOf(body.jsonBytes()));
    } else {
      request.header("Content-Type", "application/json");
    }
    return request.build();
  }

  private static Score failed(String errorClass, Throwable e, long start) {
    return new Score.Failed(errorClass, String.valueOf(e.getMessage()), System.nanoTime() - start);
  }

  @Override
  public void close() {
    closed = true;
    // Calls that are under way end by themselves, or at their deadline.
    http.shutdown();
  }
}
