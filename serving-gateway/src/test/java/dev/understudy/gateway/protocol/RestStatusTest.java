package dev.understudy.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.gateway.Contracts;
import dev.understudy.testkit.Graphs;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The statuses of REST that depend on how the server is doing. What depends on the request alone is
 * tested over the wire in RestConformanceQuarkusTest.
 */
class RestStatusTest {
  private static final byte[] SLOW =
      "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1000000]}]}"
          .getBytes(UTF_8);

  private final Serving serving;
  private RestServer rest;

  RestStatusTest(@TempDir Path spool) throws Exception {
    serving = new Serving(spool);
  }

  @BeforeEach
  void open() throws Exception {
    rest = new RestServer(serving.route(new RequestLimits(1 << 20, 16, 100), Plenty.inFlight()));
  }

  @AfterEach
  void close() throws Exception {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(serving.pipeline.inFlight()).isZero());
    rest.close();
    serving.close();
  }

  @Test
  void whatIsNotReadyIsToldWithTheReason() throws Exception {
    serving.ready.set(false);

    assertThat(rest.get("/v2/health/live").statusCode()).isEqualTo(200);
    HttpResponse<String> server = rest.get("/v2/health/ready");
    assertThat(server.statusCode()).isEqualTo(503);
    assertThat(server.body()).contains("\"ready\":false", "\"error\":");
    HttpResponse<String> model = rest.get("/v2/models/m/ready");
    assertThat(model.statusCode()).isEqualTo(503);
    assertThat(model.body()).contains("\"name\":\"m\",\"ready\":false", "\"error\":");
    HttpResponse<String> infer = rest.post("/v2/models/m/infer", SLOW);
    assertThat(infer.statusCode()).isEqualTo(503);
    assertThat(infer.headers().firstValue("Retry-After")).contains("1");
    assertThat(infer.body()).isEqualTo("{\"error\":\"model 'm' is not loaded (yet)\"}");
  }

  @Test
  void aModelThatFailsIsToldWithThePredictionsId() throws Exception {
    serving.serve("m", Contracts.number(), Graphs.failsOutsideZeroAndOne());

    HttpResponse<String> failed = rest.post("/v2/models/m/infer", SLOW);

    assertThat(failed.statusCode()).isEqualTo(500);
    assertThat(failed.body()).startsWith("{\"error\":\"");
    assertThat(failed.headers().firstValue(InferenceRoute.PREDICTION_ID).orElseThrow()).hasSize(36);
  }

  @Test
  void whatFindsNoPlaceIsRefusedAndTheRestIsTooLate() throws Exception {
    serving.serve("m", Contracts.number(), Graphs.loopsForMillions());
    Callable<HttpResponse<String>> slow = () -> rest.post("/v2/models/m/infer", SLOW);
    List<HttpResponse<String>> answers = new ArrayList<>();
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<HttpResponse<String>>> calls = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        calls.add(clients.submit(slow));
      }
      for (Future<HttpResponse<String>> call : calls) {
        answers.add(call.get());
      }
    }

    assertThat(answers)
        .filteredOn(answer -> answer.statusCode() == 503)
        .hasSizeGreaterThanOrEqualTo(8)
        .allSatisfy(
            full -> {
              assertThat(full.headers().firstValue("Retry-After")).contains("1");
              assertThat(full.body()).startsWith("{\"error\":\"");
            });
    assertThat(answers).extracting(HttpResponse::statusCode).contains(504);
  }
}
