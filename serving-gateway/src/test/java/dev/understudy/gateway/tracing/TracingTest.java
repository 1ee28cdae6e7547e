package dev.understudy.gateway.tracing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TracingTest {
  private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final Tracing.Assigned ASSIGNED =
      new Tracing.Assigned("m", "1", "a prediction", "rest");

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  @Test
  void whereTracingIsOffNoHeaderIsLookedAt() {
    try (Tracing off = Tracing.off()) {
      RequestTrace trace =
          off.begin(
              ASSIGNED,
              Instant.now(),
              name -> {
                throw new AssertionError(name);
              });

      assertThat(trace).isSameAs(RequestTrace.NONE);
      assertThat(trace.part("compute", "1")).isSameAs(RequestTrace.NONE);
      assertThat(trace.context()).isEqualTo(TraceContext.NONE);
      trace.end("answered", true);
    }
  }

  @Test
  void spansThatCannotWaitOrCannotBeSentAreCountedAndNobodyIsHeldUp() throws IOException {
    int spans = 200;
    try (Tracing tracing = Tracing.on(settings(nobodyListens(), 1, 10), meters)) {
      for (int i = 0; i < spans; i++) {
        tracing
            .begin(
                ASSIGNED,
                Instant.now(),
                name -> name.equals("traceparent") ? Optional.of(PARENT) : Optional.empty())
            .end("answered", true);
      }

      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(count("dropped") + count("failed")).isEqualTo(spans));
      assertThat(count("dropped")).isPositive();
      assertThat(count("failed")).isPositive();
      assertThat(count("exported")).isZero();
    }
  }

  @Test
  void aTraceThatIsNotSampledIsContinuedAndNeverSent() throws IOException {
    try (Tracing tracing = Tracing.on(settings(nobodyListens(), 0, 10), meters)) {
      RequestTrace begun = tracing.begin(ASSIGNED, Instant.now(), name -> Optional.empty());

      assertThat(begun.context().parent()).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00");
      begun.end("answered", true);
    }
    assertThat(count("dropped") + count("failed") + count("exported")).isZero();
  }

  @Test
  void settingsThatCannotBeKeptAreRefusedByName() {
    URI receiver = URI.create("http://localhost:4318/v1/traces");
    assertThatThrownBy(() -> settings(receiver, 1.5, 10)).hasMessageContaining("tracing.ratio");
    assertThatThrownBy(() -> settings(receiver, Double.NaN, 10))
        .hasMessageContaining("tracing.ratio");
    assertThatThrownBy(() -> settings(receiver, 1, 0)).hasMessageContaining("tracing.queue");
    assertThatThrownBy(() -> settings(URI.create("localhost:4318"), 1, 10))
        .hasMessageContaining("tracing.endpoint");
  }

  @Test
  void aContextComesBackFromItsBytes() {
    for (TraceContext context :
        new TraceContext[] {
          TraceContext.NONE, new TraceContext(PARENT, ""), new TraceContext(PARENT, "a=b,c=d")
        }) {
      assertThat(TraceContext.of(context.toBytes())).isEqualTo(context);
    }
    assertThat(new TraceContext(PARENT, "a=" + "x".repeat(600)).state()).isEmpty();
    assertThatThrownBy(() -> TraceContext.of(new byte[] {1})).hasMessageContaining("traceparent");
  }

  private double count(String code) {
    return meters.get("gateway.trace.spans").tag("code", code).counter().count();
  }

  @Test
  void aHeaderForTheReceiverIsCheckedAndNeverShown() {
    URI endpoint = URI.create("http://localhost:4318/v1/traces");
    assertThat(with(endpoint, Map.of("authorization", "Bearer secret")).toString())
        .contains("authorization")
        .doesNotContain("secret");
    assertThatThrownBy(() -> with(endpoint, Map.of("authorization", "secret\r\nX: y")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("understudy.tracing.headers.authorization")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> with(endpoint, Map.of("two words", "x")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Tracing.Settings with(URI endpoint, Map<String, String> headers) {
    return new Tracing.Settings(endpoint, 1, 1, Duration.ofSeconds(1), headers, "g", "0");
  }

  private static Tracing.Settings settings(URI endpoint, double ratio, int waiting) {
    return new Tracing.Settings(
        endpoint, ratio, waiting, Duration.ofSeconds(1), Map.of(), "g", "0");
  }

  private static URI nobodyListens() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return URI.create("http://127.0.0.1:" + free.getLocalPort() + "/v1/traces");
    }
  }
}
