package dev.understudy.training.register;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.understudy.contracts.Digest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** As much of a registry as the client needs, over real HTTP; remembers what it was sent. */
public final class FakeRegistry implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What was created, by the path that it can be read from. */
  public final Map<String, JsonNode> things = new HashMap<>();

  /** Method and path, in order. */
  public final List<String> requests = new ArrayList<>();

  private final HttpServer server;
  private int versions;

  public FakeRegistry() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::serve);
    server.start();
  }

  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private synchronized void serve(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    byte[] body = exchange.getRequestBody().readAllBytes();
    requests.add(exchange.getRequestMethod() + " " + path);
    switch (exchange.getRequestMethod()) {
      case "GET" -> {
        JsonNode thing = things.get(path);
        if (thing == null) {
          problem(exchange, 404, "not-found", "There is no such thing", "model", "no such name");
        } else {
          answer(exchange, 200, thing.toString());
        }
      }
      case "PUT" -> artefact(exchange, path, body);
      default -> create(exchange, path, JSON.readTree(body));
    }
  }

  private void artefact(HttpExchange exchange, String path, byte[] body) throws IOException {
    if (path.endsWith(Digest.of(body))) {
      answer(exchange, 201, "{}");
    } else {
      problem(exchange, 400, "digest-mismatch", "Not that digest", "sha256", "other bytes");
    }
  }

  private void create(HttpExchange exchange, String path, JsonNode body) throws IOException {
    if (path.endsWith("/versions")) {
      if (!things.containsKey(path.substring(0, path.lastIndexOf('/')))) {
        problem(exchange, 404, "not-found", "There is no such thing", "model", "no such name");
        return;
      }
      versions++;
      things.put(path + "/" + versions, body);
      answer(exchange, 201, "{\"version\":\"%d\"}".formatted(versions));
    } else {
      things.put(path + "/" + body.get("name").asText(), body);
      answer(exchange, 201, body.toString());
    }
  }

  private static void problem(
      HttpExchange exchange, int status, String type, String title, String field, String detail)
      throws IOException {
    answer(
        exchange,
        status,
        """
        {"type":"urn:understudy:problem:%s","title":"%s","status":%d,"field":"%s","detail":"%s"}"""
            .formatted(type, title, status, field, detail));
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
