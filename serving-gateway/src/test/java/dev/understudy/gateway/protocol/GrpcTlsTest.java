package dev.understudy.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.contracts.inference.GRPCInferenceServiceGrpc;
import dev.understudy.contracts.inference.ServerLiveRequest;
import dev.understudy.contracts.inference.ServerLiveResponse;
import dev.understudy.gateway.SelfSigned;
import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real handshakes of a real client; the certificates are made for each test. */
class GrpcTlsTest {
  @TempDir Path directory;

  @Test
  void aClientThatTrustsTheServerIsServed() throws Exception {
    SelfSigned server = SelfSigned.create(directory, "server");
    SelfSigned other = SelfSigned.create(directory, "other");

    try (Port port = new Port(tls(server, Optional.empty()))) {
      assertThat(port.call(trusting(server))).isEqualTo(Status.Code.OK);
      assertThat(port.call(trusting(other))).isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  @Test
  void withAClientCaEveryClientMustSayWhoItIs() throws Exception {
    SelfSigned server = SelfSigned.create(directory, "server");
    SelfSigned known = SelfSigned.create(directory, "known");
    SelfSigned stranger = SelfSigned.create(directory, "stranger");

    try (Port port = new Port(tls(server, Optional.of(known.certificate())))) {
      assertThat(port.call(as(known, server))).isEqualTo(Status.Code.OK);
      assertThat(port.call(as(stranger, server))).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(port.call(trusting(server))).isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  @Test
  void newConnectionsGetWhatTheFilesHoldNow() throws Exception {
    SelfSigned before = SelfSigned.create(directory, "before");
    SelfSigned after = SelfSigned.create(directory, "after");
    SelfSigned client = SelfSigned.create(directory, "client");
    Path certificate = Files.copy(before.certificate(), directory.resolve("live.crt"));
    Path key = Files.copy(before.key(), directory.resolve("live.key"));
    Path ca = Files.copy(before.certificate(), directory.resolve("live-ca.crt"));
    GrpcTls tls = new GrpcTls(certificate, key, Optional.of(ca));

    try (Port port = new Port(tls)) {
      replace(certificate, after.certificate());
      tls.refresh();
      // The certificate has come, its key has not: nothing may change.
      assertThat(port.call(as(before, before))).isEqualTo(Status.Code.OK);
      replace(key, after.key());
      replace(ca, client.certificate());
      tls.refresh();

      assertThat(port.call(as(client, after))).isEqualTo(Status.Code.OK);
      assertThat(port.call(as(before, after))).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(port.call(as(client, before))).isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  @Test
  void noFailureOfALookEndsTheLooking() throws Exception {
    SelfSigned server = SelfSigned.create(directory, "server");
    FileSystem elsewhere =
        FileSystems.newFileSystem(directory.resolve("tls.zip"), Map.of("create", "true"));
    Path certificate = Files.copy(server.certificate(), elsewhere.getPath("/live.crt"));
    Path key = Files.copy(server.key(), elsewhere.getPath("/live.key"));
    GrpcTls tls = new GrpcTls(certificate, key, Optional.empty());
    elsewhere.close();

    assertThatCode(tls::refresh).doesNotThrowAnyException();

    try (Port port = new Port(tls)) {
      assertThat(port.call(trusting(server))).isEqualTo(Status.Code.OK);
    }
  }

  @Test
  void filesThatDoNotServeStopTheStartAndAreNamed() throws Exception {
    SelfSigned one = SelfSigned.create(directory, "one");
    SelfSigned other = SelfSigned.create(directory, "other");
    Path nothing = directory.resolve("nothing.pem");
    Path empty = Files.createFile(directory.resolve("empty.pem"));

    assertThatThrownBy(() -> new GrpcTls(nothing, one.key(), Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("nothing.pem cannot be read");
    assertThatThrownBy(() -> new GrpcTls(empty, one.key(), Optional.empty()))
        .hasMessageContaining("empty.pem holds no certificate");
    assertThatThrownBy(() -> new GrpcTls(one.certificate(), empty, Optional.empty()))
        .hasMessageContaining("empty.pem cannot be read");
    assertThatThrownBy(() -> new GrpcTls(one.certificate(), other.key(), Optional.empty()))
        .hasMessageContaining("other.key is not the private key of the first certificate in");
    assertThatThrownBy(() -> new GrpcTls(one.certificate(), one.key(), Optional.of(one.key())))
        .hasMessageContaining("one.key");
  }

  private static GrpcTls tls(SelfSigned server, Optional<Path> clientCa) {
    return new GrpcTls(server.certificate(), server.key(), clientCa);
  }

  private static TlsChannelCredentials.Builder trusting(SelfSigned server) throws IOException {
    return TlsChannelCredentials.newBuilder().trustManager(server.certificate().toFile());
  }

  private static TlsChannelCredentials.Builder as(SelfSigned client, SelfSigned server)
      throws IOException {
    return trusting(server).keyManager(client.certificate().toFile(), client.key().toFile());
  }

  // Some file systems know no more than seconds.
  private static void replace(Path file, Path by) throws IOException {
    Files.write(file, Files.readAllBytes(by));
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plus(Duration.ofMinutes(1))));
  }

  /** A server that is only ever asked whether it lives. */
  private static final class Port implements AutoCloseable {
    private final Server server;

    Port(GrpcTls tls) throws IOException {
      server =
          NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0), tls.credentials())
              .addService(
                  new GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase() {
                    @Override
                    public void serverLive(
                        ServerLiveRequest request, StreamObserver<ServerLiveResponse> observer) {
                      observer.onNext(ServerLiveResponse.newBuilder().setLive(true).build());
                      observer.onCompleted();
                    }
                  })
              .build()
              .start();
    }

    Status.Code call(TlsChannelCredentials.Builder credentials) throws InterruptedException {
      ManagedChannel channel =
          Grpc.newChannelBuilderForAddress("127.0.0.1", server.getPort(), credentials.build())
              .build();
      try {
        GRPCInferenceServiceGrpc.newBlockingStub(channel)
            .withDeadlineAfter(30, TimeUnit.SECONDS)
            .serverLive(ServerLiveRequest.getDefaultInstance());
        return Status.Code.OK;
      } catch (StatusRuntimeException e) {
        return e.getStatus().getCode();
      } finally {
        channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
      }
    }

    @Override
    public void close() throws InterruptedException {
      server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }
}
