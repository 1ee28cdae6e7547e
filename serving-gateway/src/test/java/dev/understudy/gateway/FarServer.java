package dev.understudy.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Another server of the protocol over real HTTP, which is not ready until it is told so. Its model
 * takes x and answers p = 0.5 to the one row of a warm-up.
 */
public final class FarServer implements AutoCloseable {
  private static final String SIGNATURE =
      """
      {"name": "m",
       "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1]}],
       "outputs": [{"name": "p", "datatype": "FP32", "shape": [-1]}]}""";
  private static final String ANSWER =
      """
      {"outputs": [{"name": "p", "datatype": "FP32", "shape": [1], "data": [0.5]}]}""";

  private final HttpServer server;
  private final List<Map<String, String>> headers = new CopyOnWriteArrayList<>();
  private volatile boolean ready;

  public FarServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v2",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          boolean infer = exchange.getRequestURI().getPath().endsWith("/infer");
          if (infer) {
            headers.add(traceOf(exchange.getRequestHeaders()));
          }
          byte[] body = (infer ? ANSWER : SIGNATURE).getBytes(UTF_8);
          exchange.sendResponseHeaders(ready ? 200 : 503, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  private static Map<String, String> traceOf(Headers headers) {
    Map<String, String> trace = new HashMap<>();
    for (String name : List.of("traceparent", "tracestate")) {
      if (headers.containsKey(name)) {
        trace.put(name, headers.getFirst(name));
      }
    }
    return trace;
  }

  /** Those of a trace, of each inference. */
  public List<Map<String, String>> headers() {
    return headers;
  }

  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** From now on. */
  public void answers() {
    ready = true;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
