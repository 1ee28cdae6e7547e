package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.contracts.inference.GRPCInferenceServiceGrpc;
import dev.understudy.contracts.inference.ServerLiveRequest;
import dev.understudy.testkit.KafkaResource;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Both ports with TLS, and clients that must say who they are. It boots Quarkus because the TLS of
 * REST is Quarkus's own, and the settings of both are what is tested.
 */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
@QuarkusTestResource(RegistryResource.class)
@QuarkusTestResource(value = TlsResource.class, restrictToAnnotatedClass = true)
class TlsQuarkusTest {
  SelfSigned server;
  SelfSigned client;

  @TestHTTPResource(value = "/", tls = true)
  URI gateway;

  @Inject Gateway running;

  @ParameterizedTest
  @EnumSource(HttpClient.Version.class)
  void restIsServedToAClientThatIsKnown(HttpClient.Version version) throws Exception {
    HttpResponse<String> answered = live(server.trustedBy(client), version);

    assertThat(gateway.getScheme()).isEqualTo("https");
    assertThat(answered.statusCode()).isEqualTo(200);
    assertThat(answered.body()).isEqualTo("{\"live\":true}");
    assertThat(answered.version()).isEqualTo(version);
  }

  @Test
  void restRefusesAClientThatIsNotKnown() throws Exception {
    SSLContext nobody = server.trustedBy(null);

    assertThatThrownBy(() -> live(nobody, HttpClient.Version.HTTP_1_1))
        .isInstanceOf(IOException.class);
  }

  @Test
  void grpcIsServedToAClientThatIsKnown() throws Exception {
    ManagedChannel channel =
        Grpc.newChannelBuilderForAddress(
                "127.0.0.1",
                running.grpcPort(),
                TlsChannelCredentials.newBuilder()
                    .trustManager(server.certificate().toFile())
                    .keyManager(client.certificate().toFile(), client.key().toFile())
                    .build())
            .build();
    try {
      assertThat(
              GRPCInferenceServiceGrpc.newBlockingStub(channel)
                  .withDeadlineAfter(30, TimeUnit.SECONDS)
                  .serverLive(ServerLiveRequest.getDefaultInstance())
                  .getLive())
          .isTrue();
    } finally {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  private HttpResponse<String> live(SSLContext trust, HttpClient.Version version) throws Exception {
    try (HttpClient http = HttpClient.newBuilder().sslContext(trust).version(version).build()) {
      return http.send(
          HttpRequest.newBuilder(
                  URI.create("https://127.0.0.1:" + gateway.getPort() + "/v2/health/live"))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }
}
