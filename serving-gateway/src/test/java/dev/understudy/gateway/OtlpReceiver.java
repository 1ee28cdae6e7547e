package dev.understudy.gateway;

import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A receiver of OTLP over real HTTP that wants a token. What was posted can be asked for at the
 * same address: messages of Protobuf one behind the other are one message with all spans.
 */
public final class OtlpReceiver implements QuarkusTestResourceLifecycleManager {
  private static final String TOKEN = "Bearer of-the-test";

  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private @Nullable HttpServer server;

  @Override
  public Map<String, String> start() {
    try {
      HttpServer started =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      started.createContext(
          "/v1/traces",
          exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            byte[] answer = {};
            if (exchange.getRequestMethod().equals("POST")
                && !TOKEN.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
              exchange.sendResponseHeaders(401, -1);
              exchange.close();
              return;
            }
            if (exchange.getRequestMethod().equals("POST")) {
              exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
              received.writeBytes(body);
            } else {
              answer = received.toByteArray();
            }
            exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
          });
      started.start();
      server = started;
      return Map.of(
          "understudy.tracing.enabled",
          "true",
          "understudy.tracing.ratio",
          "1",
          "understudy.tracing.headers.authorization",
          TOKEN,
          "understudy.tracing.endpoint",
          "http://127.0.0.1:" + started.getAddress().getPort() + "/v1/traces");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void stop() {
    if (server != null) {
      server.stop(0);
    }
  }
}
