package dev.understudy.gateway.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.gateway.Contracts;
import dev.understudy.testkit.Graphs;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bodies that say how long they are, and are too long, over real sockets. */
class OversizedBodyTest {
  private static final int LIMIT = 64 * 1024;
  private static final byte[] SMALL =
      "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[0]}]}"
          .getBytes(US_ASCII);

  // Nobody who waits for the rest of a body ends within the test.
  private final RequestLimits limits = new RequestLimits(LIMIT, 16, 1_000);
  private final InFlightBytes inFlight = new InFlightBytes(4 * LIMIT, limits);
  private final Serving serving;
  private RestServer rest;

  OversizedBodyTest(@TempDir Path spool) throws IOException {
    serving = new Serving(spool);
  }

  @BeforeEach
  void open() throws Exception {
    serving.serve("m", Contracts.number(), Graphs.sigmoid(1));
    rest = new RestServer(serving.route(limits, inFlight));
  }

  @AfterEach
  void close() throws Exception {
    rest.close();
    serving.close();
  }

  @Test
  void aClientThatOnlyAnnouncesTooMuchIsToldAndItsConnectionClosed() throws Exception {
    try (Socket socket = connect()) {
      head(socket, LIMIT + 1, "");

      String told = new String(socket.getInputStream().readAllBytes(), US_ASCII);

      assertThat(told).startsWith("HTTP/1.1 413").containsIgnoringCase("\r\nconnection: close");
      assertThat(told).contains("larger than 65536 bytes", "understudy.limits.body-bytes");
    }
    assertThat(serving.rejected("too_large")).isOne();
    assertThat(inFlight.held()).isZero();
  }

  @Test
  void aClientThatWritesItsBodyBeforeItReadsHearsWhy() throws Exception {
    HttpResponse<String> told = rest.post("/v2/models/m/infer", new byte[20 * LIMIT]);

    assertThat(told.statusCode()).isEqualTo(413);
    assertThat(told.body()).contains("larger than 65536 bytes");

    try (Socket socket = connect()) {
      head(socket, 20 * LIMIT, "");
      socket.getOutputStream().write(new byte[20 * LIMIT]);

      String all = new String(socket.getInputStream().readAllBytes(), US_ASCII);

      assertThat(all).startsWith("HTTP/1.1 413").contains("larger than 65536 bytes");
    }
    assertThat(serving.rejected("too_large")).isEqualTo(2);
  }

  @Test
  void aClientThatGoesOnForTooLongWithoutSayingSoIsClosed() throws Exception {
    try (Socket socket = connect()) {
      OutputStream out = socket.getOutputStream();
      out.write(
          "POST /v2/models/m/infer HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
              .getBytes(US_ASCII));
      out.write("%x\r\n".formatted(100 * LIMIT).getBytes(US_ASCII));
      out.write(new byte[(BoundedBody.PATIENCE + 1) * LIMIT]);

      String all = new String(socket.getInputStream().readAllBytes(), US_ASCII);

      assertThat(all).startsWith("HTTP/1.1 413").contains("larger than 65536 bytes");
    }
  }

  @Test
  void whoeverAsksFirstNeedNotSendWhatIsRefused() throws Exception {
    try (Socket socket = connect()) {
      head(socket, LIMIT + 1, "Expect: 100-continue\r\n");

      String told = new String(socket.getInputStream().readAllBytes(), US_ASCII);

      assertThat(told).startsWith("HTTP/1.1 413");
    }
  }

  @Test
  void whoeverAsksFirstIsToldToGoOn() throws Exception {
    try (Socket socket = connect()) {
      head(socket, SMALL.length, "Expect: 100-continue\r\n");
      InputStream in = socket.getInputStream();

      String told = new String(in.readNBytes("HTTP/1.1 100".length()), US_ASCII);

      assertThat(told).isEqualTo("HTTP/1.1 100");
      socket.getOutputStream().write(SMALL);
      String rest = new String(in.readNBytes(60), US_ASCII);
      assertThat(rest).contains("HTTP/1.1 200");
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket("127.0.0.1", rest.port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static void head(Socket socket, int length, String more) throws IOException {
    String head = "POST /v2/models/m/infer HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n%s\r\n";
    socket.getOutputStream().write(head.formatted(length, more).getBytes(US_ASCII));
  }
}
