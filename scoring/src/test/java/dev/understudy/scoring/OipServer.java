package dev.understudy.scoring;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
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
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * A server of the Open Inference Protocol over real HTTP, whose model {@code credit} takes x FP32
 * and answers p FP32; how it answers is up to the test.
 */
final class OipServer implements AutoCloseable {
  private final HttpServer server;
  private final String scheme;
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

  /** Which headers it answers at all, as a test of all of a request's. */
  volatile Predicate<Headers> knows = headers -> true;

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
    this(HttpServer.create(), "http");
  }

  /** Over TLS, to clients that the context believes. */
  static OipServer toKnownClients(SSLContext context) throws IOException {
    HttpsServer server = HttpsServer.create();
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters strict = getSSLContext().getDefaultSSLParameters();
            strict.setNeedClientAuth(true);
            parameters.setSSLParameters(strict);
          }
        });
    return new OipServer(server, "https");
  }

  private OipServer(HttpServer unbound, String scheme) throws IOException {
    this.scheme = scheme;
    server = unbound;
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/v2",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          if (!knows.test(exchange.getRequestHeaders())) {
            answer(exchange, Reply.json(401, "{}"));
          } else if (path.equals("/v2")) {
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
    return URI.create(scheme + "://127.0.0.1:" + server.getAddress().getPort());
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
