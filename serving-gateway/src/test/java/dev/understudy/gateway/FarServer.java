package dev.understudy.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;

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
  private volatile boolean ready;

  public FarServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v2",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          boolean infer = exchange.getRequestURI().getPath().endsWith("/infer");
          byte[] body = (infer ? ANSWER : SIGNATURE).getBytes(UTF_8);
          exchange.sendResponseHeaders(ready ? 200 : 503, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
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
