package dev.understudy.bench.models;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A server of the Open Inference Protocol whose only model answers until it is told to hang: then
 * it takes requests and never answers them. Closing it ends it.
 */
public final class HangingServer implements AutoCloseable {
  private static final String NAME = "hanging";
  private static final String SERVER = "{\"name\":\"bench\",\"version\":\"1\",\"extensions\":[]}";
  private static final String METADATA =
      """
      {"name":"hanging","versions":["1"],"platform":"bench",
       "inputs":[{"name":"x","datatype":"FP32","shape":[-1,20]}],
       "outputs":[{"name":"y","datatype":"FP32","shape":[-1,1]}]}""";
  private static final String ANSWER =
      """
      {"model_name":"hanging","model_version":"1",
       "outputs":[{"name":"y","datatype":"FP32","shape":[1,1],"data":[0.5]}]}""";

  private final HttpServer server;
  private final AtomicLong unanswered = new AtomicLong();
  private volatile boolean hangs;

  /** A server on a port of its own, which still answers. */
  public HangingServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException("no port for the server that hangs", e);
    }
    server.createContext("/v2", exchange -> answer(exchange, SERVER));
    server.createContext("/v2/models/" + NAME, exchange -> answer(exchange, METADATA));
    server.createContext("/v2/models/" + NAME + "/infer", this::infer);
    server.start();
  }

  private void infer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    if (hangs) {
      unanswered.incrementAndGet();
    } else {
      answer(exchange, ANSWER);
    }
  }

  private static void answer(HttpExchange exchange, String json) throws IOException {
    byte[] body = json.getBytes(UTF_8);
    try (exchange) {
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Its model, for requests of the trees. */
  public BenchModel model() {
    return BenchModel.elsewhere(
        URI.create("http://127.0.0.1:" + server.getAddress().getPort()), NAME);
  }

  /** The host and port, as settings name it. */
  public String host() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  /** From now on nothing is answered. */
  public void hang() {
    hangs = true;
  }

  /** How many requests it has left hanging. */
  public long unanswered() {
    return unanswered.get();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
