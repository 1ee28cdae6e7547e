package dev.understudy.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.contracts.v1.ServingPolicy;
import dev.understudy.gateway.OpenApi.Operation;
import dev.understudy.gateway.hotswap.Published;
import dev.understudy.testkit.Graphs;
import dev.understudy.testkit.KafkaResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The description of the gateway against the gateway: every example is sent, and what comes back is
 * as described. It boots Quarkus, since that serves the document and some of what it describes.
 */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
@QuarkusTestResource(RegistryResource.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenApiQuarkusTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TestHTTPResource("/")
  URI gateway;

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String kafka;

  @ConfigProperty(name = "understudy.registry-url")
  URI registry;

  @Inject Router router;

  private final OpenApi document = OpenApi.ofTheGateway();
  private RestClient rest;

  @BeforeAll
  void serve() throws Exception {
    rest = new RestClient(kafka, registry, gateway);
    RoutePublished.Builder buys =
        Published.model("described", "buys")
            .setServing(ServingPolicy.newBuilder().addAttributes("region"));
    rest.serve(buys, Graphs.sigmoid(1));
  }

  @AfterAll
  void close() {
    rest.close();
  }

  @Test
  void whatIsSentAsTheExamplesIsAnsweredAsDescribed() throws Exception {
    for (Operation operation : document.operations()) {
      for (String body : bodies(operation)) {
        HttpResponse<byte[]> answered = send(operation, operation.method(), body);

        String status = Integer.toString(answered.statusCode());
        String said = new String(answered.body(), UTF_8);
        // Of these the only answer is that they are refused.
        boolean isRefused = operation.path().endsWith("load");
        assertThat(status).as("%s: %s", operation, said).isEqualTo(isRefused ? "501" : "200");
        JsonNode described = operation.node().get("responses").get(status);
        String type = answered.headers().firstValue("Content-Type").orElseThrow();
        if (type.startsWith("application/json")) {
          document.requireFits(
              operation.toString(), document.schema(described), JSON.readTree(said));
        } else {
          assertThat(document.resolved(described).get("content").fieldNames())
              .toIterable()
              .anySatisfy(known -> assertThat(type).startsWith(known));
        }
      }
    }
  }

  @Test
  void anotherMethodIsRefusedAsDescribed() throws Exception {
    for (Operation operation : document.operations()) {
      if (!operation.path().startsWith("/v2")) {
        continue;
      }
      HttpResponse<byte[]> answered =
          send(operation, operation.method().equals("GET") ? "POST" : "GET", "");

      assertThat(answered.statusCode()).as(operation.toString()).isEqualTo(405);
      assertThat(answered.headers().firstValue("Allow")).contains(operation.method());
      document.requireFits(
          operation.toString(),
          document.schema(operation.node().get("responses").get("405")),
          JSON.readTree(answered.body()));
    }
  }

  @Test
  void theDescriptionIsServed() throws Exception {
    JsonNode served = JSON.readTree(rest.get("/q/openapi?format=json").body());

    assertThat(served.get("paths").properties())
        .extracting(Map.Entry::getKey)
        .containsExactlyInAnyOrderElementsOf(
            document.operations().stream().map(Operation::path).distinct().toList());
    assertThat(served.at("/info/title").asText()).isEqualTo("Understudy serving gateway");
    assertThat(served.at("/components/responses/Unavailable/content/application~1json/examples"))
        .hasSize(2);
  }

  @Test
  void whateverElseTheServerRoutesIsDescribed() {
    List<String> described =
        document.operations().stream().map(Operation::path).distinct().toList();
    List<String> others =
        router.getRoutes().stream()
            .map(Route::getPath)
            .filter(Objects::nonNull)
            .filter(path -> !path.startsWith("/v2"))
            // Answers 404 to what is not there, and nothing else.
            .filter(path -> !path.equals("/q/"))
            .distinct()
            .filter(path -> !described.contains(path))
            .toList();

    assertThat(others).isEmpty();
  }

  private List<String> bodies(Operation operation) {
    List<String> bodies = new ArrayList<>();
    if (operation.node().has("requestBody")) {
      document
          .examples(operation.node().get("requestBody"))
          .forEach(example -> bodies.add(example.getValue().toString()));
    }
    return bodies.isEmpty() ? List.of("") : bodies;
  }

  private HttpResponse<byte[]> send(Operation operation, String method, String body)
      throws Exception {
    return rest.exchange(
        HttpRequest.newBuilder(gateway.resolve(document.exampleOf(operation)))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build());
  }
}
