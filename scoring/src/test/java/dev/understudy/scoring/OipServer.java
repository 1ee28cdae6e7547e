package dev.understudy.scoring;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server of the Open Inference Protocol over real HTTP, whose model {@code credit} takes x FP32
 * and answers p FP32; how it answers is up to the test.
 */
final class OipServer implements AutoCloseable {
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger calls = new AtomicInteger();
  volatile String extensions = "[]";
  volatile String metadata =
      """
      {"name": "credit", "platform": "python",
       "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1]}],
       "outputs": [{"name": "p", "datatype": "FP32", "shape": [-1]},
                   {"name": "other", "datatype": "FP32", "shape": [-1]}]}""";
  volatile Infer infer = request -> Reply.json(200, "{}");

  /** What the model makes of a request. */
  interface Infer {
    Reply answer(Request request) throws IOException;
  }

  record Request(
      String path, Optional<String> jsonLength, byte[] body, Map<String, List<String>> headers) {}

  record Reply(int status, Optional<String> jsonLength, byte[] body) {
    static Reply json(int status, String json) {
      return new Reply(
          status, Optional.empty(), json.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
  }

  OipServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/v2",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          if (path.equals("/v2")) {
            answer(
                exchange,
                Reply.json(200, "{\"name\": \"s\", \"extensions\": %s}".formatted(extensions)));
          } else if (path.endsWith("/infer")) {
            calls.incrementAndGet();
            answer(
                exchange,
                infer.answer(
                    new Request(
                        path,
                        Optional.ofNullable(
                            exchange
                                .getRequestHeaders()
                                .getFirst("Inference-Header-Content-Length")),
                        exchange.getRequestBody().readAllBytes(),
                        Map.copyOf(exchange.getRequestHeaders()))));
          } else {
            answer(
                exchange, Reply.json(path.startsWith("/v2/models/credit") ? 200 : 404, metadata));
          }
        });
    server.start();
  }

  private static void answer(HttpExchange exchange, Reply reply) throws IOException {
    reply
        .jsonLength()
        .ifPresent(
            length -> exchange.getResponseHeaders().add("Inference-Header-Content-Length", length));
    exchange.sendResponseHeaders(
        reply.status(), reply.body().length == 0 ? -1 : reply.body().length);
    exchange.getResponseBody().write(reply.body());
    exchange.close();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** How many requests reached the model. */
  int calls() {
    return calls.get();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
