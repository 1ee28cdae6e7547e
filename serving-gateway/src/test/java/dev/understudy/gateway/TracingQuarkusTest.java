package dev.understudy.gateway;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.inference.GRPCInferenceServiceGrpc;
import dev.understudy.contracts.inference.ModelInferRequest;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.gateway.hotswap.Published;
import dev.understudy.testkit.Graphs;
import dev.understudy.testkit.KafkaResource;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.awaitility.Awaitility;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Traces from a caller through the gateway to a remote server, into the log and to a receiver of
 * OTLP. It boots Quarkus with tracing switched on, since it is off by default.
 */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
@QuarkusTestResource(RegistryResource.class)
@QuarkusTestResource(value = OtlpReceiver.class, restrictToAnnotatedClass = true)
class TracingQuarkusTest {
  private static final String PROJECT = "traced";
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String CALLERS = "b7ad6b7169203331";

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String kafka;

  @ConfigProperty(name = "understudy.registry-url")
  URI registry;

  @ConfigProperty(name = "understudy.tracing.endpoint")
  URI receiver;

  @Inject Gateway gateway;

  @BeforeEach
  void patience() {
    Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
  }

  @Test
  void aCallersTraceGoesOnToTheRemoteServerIntoTheLogAndToTheReceiver() throws Exception {
    try (FarServer far = new FarServer()) {
      far.answers();
      serve(
          "far",
          Published.single(
              1, topics().upload("1", Documents.remote(far.address(), "m", "1").getBytes(UTF_8))));
      String trace = "1" + TRACE.substring(1);

      String id =
          infer("far", "00-" + trace + "-" + CALLERS + "-01", "vendor=some")
              .statusCode(200)
              .extract()
              .path("parameters.prediction_id");

      List<Span> spans = awaitSpans(trace, 2);
      Span server = named(spans, "infer far");
      Span compute = named(spans, "compute");
      assertThat(server.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
      assertThat(hex(server.getParentSpanId())).isEqualTo(CALLERS);
      assertThat(compute.getParentSpanId()).isEqualTo(server.getSpanId());
      assertThat(attribute(server, "understudy.prediction_id")).isEqualTo(id);
      assertThat(attribute(server, "understudy.model")).isEqualTo("far");
      assertThat(attribute(server, "understudy.version")).isEqualTo("1");
      assertThat(attribute(server, "understudy.protocol")).isEqualTo("rest");
      assertThat(attribute(compute, "understudy.code")).isEqualTo("answered");
      assertThat(server.getStartTimeUnixNano()).isLessThanOrEqualTo(compute.getStartTimeUnixNano());
      assertThat(far.headers())
          .last()
          .isEqualTo(
              Map.of(
                  "traceparent",
                  "00-" + trace + "-" + hex(compute.getSpanId()) + "-01",
                  "tracestate",
                  "vendor=some"));
      Headers logged = logged(id, 1).getFirst();
      assertThat(text(logged, "traceparent"))
          .isEqualTo("00-" + trace + "-" + hex(server.getSpanId()) + "-01");
      assertThat(text(logged, "tracestate")).isEqualTo("vendor=some");
    }
  }

  @Test
  void aCallOverGrpcBelongsToItsCallersTraceAsWell() throws Exception {
    serve("called", Published.single(1, topics().upload("1", Graphs.sigmoid(1))));
    String trace = "2" + TRACE.substring(1);
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
        "00-" + trace + "-" + CALLERS + "-01");
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", gateway.grpcPort()).usePlaintext().build();
    try {
      GRPCInferenceServiceGrpc.newBlockingStub(channel)
          .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
          .modelInfer(
              ModelInferRequest.newBuilder()
                  .setModelName("called")
                  .addInputs(
                      ModelInferRequest.InferInputTensor.newBuilder()
                          .setName("x")
                          .setDatatype("FP32")
                          .addShape(1))
                  .addRawInputContents(ByteString.copyFrom(new byte[4]))
                  .build());
    } finally {
      channel.shutdownNow();
    }

    Span server = named(awaitSpans(trace, 2), "infer called");
    assertThat(hex(server.getParentSpanId())).isEqualTo(CALLERS);
    assertThat(attribute(server, "understudy.protocol")).isEqualTo("grpc");
  }

  @Test
  void aShadowIsAPartOfTheTraceAndItsRecordSaysWhich() throws Exception {
    VersionRef one = topics().upload("1", Graphs.sigmoid(1));
    VersionRef two = topics().upload("2", Graphs.sigmoid(2));
    serve("rehearsed", Published.shadow(1, one, two));
    String trace = "3" + TRACE.substring(1);

    String id =
        infer("rehearsed", "00-" + trace + "-" + CALLERS + "-01", "")
            .statusCode(200)
            .extract()
            .path("parameters.prediction_id");

    List<Span> spans = awaitSpans(trace, 3);
    Span shadow = named(spans, "shadow");
    assertThat(shadow.getParentSpanId()).isEqualTo(named(spans, "infer rehearsed").getSpanId());
    assertThat(attribute(shadow, "understudy.version")).isEqualTo("2");
    assertThat(logged(id, 2))
        .extracting(headers -> text(headers, "traceparent"))
        .last()
        .isEqualTo("00-" + trace + "-" + hex(shadow.getSpanId()) + "-01");
  }

  @Test
  void aFailureIsMarkedAsOne() throws Exception {
    serve("failing", Published.single(1, topics().upload("1", Graphs.failsOutsideZeroAndOne())));
    String trace = "4" + TRACE.substring(1);

    given()
        .header("traceparent", "00-" + trace + "-" + CALLERS + "-01")
        .body(body("[7]"))
        .post("/v2/models/failing/infer")
        .then()
        .statusCode(500);

    assertThat(awaitSpans(trace, 2))
        .extracting(span -> span.getStatus().getCode())
        .containsOnly(Status.StatusCode.STATUS_CODE_ERROR);
  }

  @Test
  void aRequestThatIsRefusedBeforeItIsAssignedIsPartOfItsCallersTraceToo() throws Exception {
    serve("strict", Published.single(1, topics().upload("1", Graphs.sigmoid(1))));
    String trace = "9" + TRACE.substring(1);
    String parent = "00-" + trace + "-" + CALLERS + "-01";

    refused(parent, "strict", body("[\"no number\"]"), 400);
    refused(parent, "nobody", body("[1]"), 404);
    refused(parent, "strict/versions/9", body("[1]"), 404);
    refused(parent, "strict", " ".repeat(2 << 20), 413);

    List<Span> spans = awaitSpans(trace, 4);
    assertThat(spans)
        .allSatisfy(
            span -> {
              assertThat(span.getName()).isEqualTo("infer");
              assertThat(span.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
              assertThat(hex(span.getParentSpanId())).isEqualTo(CALLERS);
              assertThat(attribute(span, "understudy.code")).isEqualTo("refused");
              assertThat(attribute(span, "understudy.protocol")).isEqualTo("rest");
              assertThat(span.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_UNSET);
            });
    assertThat(spans)
        .extracting(
            span -> attribute(span, "error.type"), span -> attribute(span, "understudy.model"))
        .containsExactlyInAnyOrder(
            tuple("urn:understudy:problem:invalid-request", "strict"),
            tuple("urn:understudy:problem:not-found", ""),
            tuple("urn:understudy:problem:not-found", "strict"),
            tuple("urn:understudy:problem:too-large", "strict"));
  }

  @Test
  void aCallThatIsRefusedIsPartOfItsCallersTraceToo() throws Exception {
    serve("narrow", Published.single(1, topics().upload("1", Graphs.sigmoid(1))));
    String trace = "b" + TRACE.substring(1);
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
        "00-" + trace + "-" + CALLERS + "-01");
    ModelInferRequest narrow = ModelInferRequest.newBuilder().setModelName("narrow").build();
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", gateway.grpcPort()).usePlaintext().build();
    try {
      var client =
          GRPCInferenceServiceGrpc.newBlockingStub(channel)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
      for (ModelInferRequest refused :
          List.of(
              narrow,
              narrow.toBuilder()
                  .addRawInputContents(ByteString.copyFrom(new byte[2 << 20]))
                  .build())) {
        assertThatThrownBy(() -> client.modelInfer(refused))
            .isInstanceOf(StatusRuntimeException.class);
      }
    } finally {
      channel.shutdownNow();
    }

    assertThat(awaitSpans(trace, 2))
        .extracting(
            span -> attribute(span, "error.type"),
            span -> attribute(span, "understudy.model"),
            span -> attribute(span, "understudy.protocol"))
        .containsExactlyInAnyOrder(
            tuple("urn:understudy:problem:invalid-request", "narrow", "grpc"),
            tuple("urn:understudy:problem:too-large", "", "grpc"));
  }

  @Test
  void aRefusalForWhichTheClientIsNotToBlameIsAnErrorInItsCallersTrace() throws Exception {
    VersionRef nowhere = Published.version("1", "nobody has it".getBytes(UTF_8));
    topics()
        .publish(
            Published.model(PROJECT, "absent").setCommitted(Published.single(1, nowhere)).build());
    await()
        .untilAsserted(
            () -> given().body(body("[1]")).post("/v2/models/absent/infer").then().statusCode(503));
    String trace = "c" + TRACE.substring(1);
    String parent = "00-" + trace + "-" + CALLERS + "-01";

    refused(parent, "absent", body("[1]"), 503);
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), parent);
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", gateway.grpcPort()).usePlaintext().build();
    try {
      var client =
          GRPCInferenceServiceGrpc.newBlockingStub(channel)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
      ModelInferRequest absent = ModelInferRequest.newBuilder().setModelName("absent").build();
      assertThatThrownBy(() -> client.modelInfer(absent))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              refused ->
                  assertThat(refused.getStatus().getCode())
                      .isEqualTo(io.grpc.Status.Code.UNAVAILABLE));
    } finally {
      channel.shutdownNow();
    }

    assertThat(awaitSpans(trace, 2))
        .allSatisfy(
            span -> {
              assertThat(span.getName()).isEqualTo("infer");
              assertThat(hex(span.getParentSpanId())).isEqualTo(CALLERS);
              assertThat(attribute(span, "understudy.code")).isEqualTo("refused");
              assertThat(attribute(span, "error.type"))
                  .isEqualTo("urn:understudy:problem:unavailable");
              assertThat(span.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
            })
        .extracting(span -> attribute(span, "understudy.protocol"))
        .containsExactlyInAnyOrder("rest", "grpc");
  }

  private static void refused(String parent, String path, String body, int status) {
    given()
        .header("traceparent", parent)
        .body(body)
        .post("/v2/models/" + path + "/infer")
        .then()
        .statusCode(status);
  }

  @Test
  void aTraceThatItsCallerDoesNotSampleIsPassedOnAndNotSent() throws Exception {
    serve("quiet", Published.single(1, topics().upload("1", Graphs.sigmoid(1))));
    String unsampled = "5" + TRACE.substring(1);
    String sampled = "6" + TRACE.substring(1);

    String id =
        infer("quiet", "00-" + unsampled + "-" + CALLERS + "-00", "")
            .statusCode(200)
            .extract()
            .path("parameters.prediction_id");
    infer("quiet", "00-" + sampled + "-" + CALLERS + "-01", "").statusCode(200);

    awaitSpans(sampled, 2);
    assertThat(spans(unsampled)).isEmpty();
    assertThat(text(logged(id, 1).getFirst(), "traceparent"))
        .startsWith("00-" + unsampled + "-")
        .endsWith("-00");
  }

  @Test
  void aDamagedContextIsIgnoredAndANewTraceBegins() throws Exception {
    serve("robust", Published.single(1, topics().upload("1", Graphs.sigmoid(1))));
    String trace = "7" + TRACE.substring(1);

    for (String damaged :
        List.of(
            "nonsense",
            "00-" + trace + "-" + CALLERS,
            "ff-" + trace + "-" + CALLERS + "-01",
            "00-" + "0".repeat(32) + "-" + CALLERS + "-01",
            "00-" + trace + "-" + "0".repeat(16) + "-01",
            "00-" + trace.replace('a', 'x') + "-" + CALLERS + "-01",
            "a".repeat(4_000))) {
      String id =
          infer("robust", damaged, "=,=,\t")
              .statusCode(200)
              .extract()
              .path("parameters.prediction_id");

      assertThat(text(logged(id, 1).getFirst(), "traceparent"))
          .as(damaged)
          .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01")
          .doesNotContain(trace);
    }
    assertThat(spans(trace)).isEmpty();
  }

  @Test
  void spansAreCounted() throws Exception {
    serve("counted", Published.single(1, topics().upload("1", Graphs.sigmoid(1))));

    infer("counted", "00-8" + TRACE.substring(1) + "-" + CALLERS + "-01", "").statusCode(200);

    await()
        .untilAsserted(
            () ->
                assertThat(given().get("/q/metrics").asString())
                    .containsPattern("gateway_trace_spans_total\\{code=\"exported\"\\} [1-9]")
                    .contains("gateway_trace_spans_total{code=\"failed\"} 0.0")
                    .contains("gateway_trace_spans_total{code=\"dropped\"} 0.0"));
  }

  private void serve(String model, Route route) throws Exception {
    topics().publish(Published.model(PROJECT, model).setCommitted(route).build());
    topics().awaitLive(model, route.getRevision());
  }

  private static ValidatableResponse infer(String model, String parent, String state) {
    return given()
        .header("traceparent", parent)
        .header("tracestate", state)
        .body(body("[1]"))
        .post("/v2/models/" + model + "/infer")
        .then();
  }

  private static String body(String data) {
    return "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":%s}]}"
        .formatted(data);
  }

  private List<Span> awaitSpans(String trace, int count) {
    await().untilAsserted(() -> assertThat(spans(trace)).hasSize(count));
    return spans(trace);
  }

  private List<Span> spans(String trace) {
    HttpRequest ask = HttpRequest.newBuilder(receiver).build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      byte[] received = client.send(ask, HttpResponse.BodyHandlers.ofByteArray()).body();
      return ExportTraceServiceRequest.parseFrom(received).getResourceSpansList().stream()
          .flatMap(resource -> resource.getScopeSpansList().stream())
          .flatMap(scope -> scope.getSpansList().stream())
          .filter(span -> hex(span.getTraceId()).equals(trace))
          .toList();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Span named(List<Span> spans, String name) {
    return spans.stream().filter(span -> span.getName().equals(name)).findFirst().orElseThrow();
  }

  private static String attribute(Span span, String key) {
    return span.getAttributesList().stream()
        .filter(one -> one.getKey().equals(key))
        .map(KeyValue::getValue)
        .map(value -> value.getStringValue())
        .findFirst()
        .orElse("");
  }

  private List<Headers> logged(String id, int records) {
    await()
        .untilAsserted(() -> assertThat(topics().headers(Topic.PREDICTIONS, id)).hasSize(records));
    return topics().headers(Topic.PREDICTIONS, id);
  }

  private static String text(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null ? "" : new String(header.value(), US_ASCII);
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  private GatewayTopics topics() {
    return new GatewayTopics(kafka, registry);
  }
}
