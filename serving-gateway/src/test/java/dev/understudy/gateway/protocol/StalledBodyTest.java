package dev.understudy.gateway.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.contracts.inference.GRPCInferenceServiceGrpc;
import dev.understudy.contracts.inference.ModelInferRequest;
import dev.understudy.contracts.inference.ModelInferResponse;
import dev.understudy.gateway.Contracts;
import dev.understudy.testkit.Graphs;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that begin a request and do not end it, over real sockets. */
class StalledBodyTest {
  private static final int SENT = 5_000;

  private final RequestLimits limits =
      new RequestLimits(64 * 1024, 16, 1_000, Duration.ofMillis(300));
  private final InFlightBytes inFlight = new InFlightBytes(256 * 1024, limits);
  private final Serving serving;
  private final GrpcPort port;
  private RestServer rest;

  StalledBodyTest(@TempDir Path spool) throws IOException {
    serving = new Serving(spool);
    port = serving.port(limits, inFlight);
  }

  @BeforeEach
  void open() throws Exception {
    serving.serve("m", Contracts.number(), Graphs.sigmoid(1));
    port.open();
    rest = new RestServer(serving.route(limits, inFlight));
  }

  @AfterEach
  void close() throws Exception {
    rest.close();
    port.close();
    serving.close();
  }

  @Test
  void aBodyThatStallsIsToldAndItsConnectionClosed() throws Exception {
    for (String length : new String[] {"Content-Length: 6000", "Transfer-Encoding: chunked"}) {
      try (Socket socket = new Socket("127.0.0.1", rest.port())) {
        socket.setSoTimeout(30_000);
        OutputStream out = socket.getOutputStream();
        String head = "POST /v2/models/m/infer HTTP/1.1\r\nHost: h\r\n%s\r\n\r\n";
        out.write(head.formatted(length).getBytes(US_ASCII));
        // Of the chunk, too, something is missing.
        out.write((length.endsWith("chunked") ? "1770\r\n" : "").getBytes(US_ASCII));
        out.write(new byte[SENT]);

        String told = new String(socket.getInputStream().readAllBytes(), US_ASCII);

        assertThat(told).startsWith("HTTP/1.1 408").containsIgnoringCase("\r\nconnection: close");
        assertThat(told).contains("{\"error\":\"the body did not come whole within PT0.3S");
        assertThat(inFlight.held()).isZero();
      }
    }
    assertThat(serving.rejected("body_overdue")).isEqualTo(2);
  }

  @Test
  void aBodyThatComesInPartsIsServedAndItsConnectionStays() throws Exception {
    byte[] body =
        "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[0]}]}"
            .getBytes(US_ASCII);
    RequestLimits patient = new RequestLimits(64 * 1024, 16, 1_000);
    try (RestServer server = new RestServer(serving.route(patient, inFlight));
        Socket socket = new Socket("127.0.0.1", server.port())) {
      socket.setSoTimeout(30_000);
      OutputStream out = socket.getOutputStream();
      String head = "POST /v2/models/m/infer HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n";
      for (int i = 0; i < 2; i++) {
        out.write(head.formatted(body.length).getBytes(US_ASCII));
        out.write(body, 0, 10);
        await().untilAsserted(() -> assertThat(inFlight.held()).isEqualTo(10));
        out.write(body, 10, body.length - 10);
        assertThat(answer(socket.getInputStream())).startsWith("HTTP/1.1 200").endsWith("}");
        await().untilAsserted(() -> assertThat(inFlight.held()).isZero());
      }
    }
  }

  private static String answer(InputStream in) throws IOException {
    StringBuilder answer = new StringBuilder();
    int depth = 0;
    for (int one = in.read(); one >= 0; one = in.read()) {
      answer.append((char) one);
      depth += one == '{' ? 1 : one == '}' ? -1 : 0;
      if (one == '}' && depth == 0) {
        break;
      }
    }
    return answer.toString();
  }

  @Test
  void aCallThatSendsItsMessageAndNoEndIsTold() throws Exception {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port.number()).usePlaintext().build();
    try {
      ClientCall<ModelInferRequest, ModelInferResponse> call =
          channel.newCall(GRPCInferenceServiceGrpc.getModelInferMethod(), CallOptions.DEFAULT);
      CompletableFuture<Status> over = new CompletableFuture<>();
      call.start(
          new ClientCall.Listener<>() {
            @Override
            public void onClose(Status status, Metadata trailers) {
              over.complete(status);
            }
          },
          new Metadata());
      call.request(1);
      call.sendMessage(ModelInferRequest.newBuilder().setId("x".repeat(SENT)).build());

      Status status = over.get(30, TimeUnit.SECONDS);

      assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
      assertThat(status.getDescription()).contains("the body did not come whole within PT0.3S");
      assertThat(inFlight.held()).isZero();
      await().untilAsserted(() -> assertThat(serving.rejected("body_overdue")).isEqualTo(1));
    } finally {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  @Test
  void aMessageThatStallsInTheMiddleIsTold() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", port.number())) {
      socket.setSoTimeout(30_000);
      OutputStream out = socket.getOutputStream();
      out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
      frame(out, 4, 0, 0, new byte[0]);
      frame(out, 1, 4, 1, headers());
      byte[] message = new byte[SENT];
      message[3] = 0x40;
      frame(out, 0, 0, 1, message);

      await().untilAsserted(() -> assertThat(serving.rejected("body_overdue")).isEqualTo(1));
      assertThat(inFlight.held()).isZero();
      byte[] told = new byte[4_096];
      String all = "";
      while (!all.contains("grpc-message")
          && !all.contains("the%20body")
          && !all.contains("the body")) {
        int read = socket.getInputStream().read(told);
        assertThat(read).isPositive();
        all += new String(told, 0, read, US_ASCII);
      }
    }
  }

  /** Of a call, in HPACK's literals without Huffman's code. */
  private static byte[] headers() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String[] all = {
      ":method", "POST",
      ":scheme", "http",
      ":path", "/inference.GRPCInferenceService/ModelInfer",
      ":authority", "h",
      "content-type", "application/grpc",
      "te", "trailers"
    };
    for (int i = 0; i < all.length; i++) {
      if (i % 2 == 0) {
        out.write(0);
      }
      out.write(all[i].length());
      out.write(all[i].getBytes(US_ASCII));
    }
    return out.toByteArray();
  }

  private static void frame(OutputStream out, int type, int flags, int stream, byte[] payload)
      throws IOException {
    int length = payload.length;
    out.write(
        new byte[] {
          (byte) (length >> 16),
          (byte) (length >> 8),
          (byte) length,
          (byte) type,
          (byte) flags,
          0,
          0,
          0,
          (byte) stream
        });
    out.write(payload);
    out.flush();
  }
}
