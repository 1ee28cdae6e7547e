package dev.understudy.gateway;

import com.sun.net.httpserver.HttpServer;
import dev.understudy.contracts.Digest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The one thing that the gateway asks of the registry: artefacts by digest, over real HTTP. */
public final class FakeRegistry implements AutoCloseable {
  private static final String PATH = "/v1/artefacts/";
  private final Map<String, byte[]> artefacts = new ConcurrentHashMap<>();
  private final HttpServer server;

  public FakeRegistry() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        PATH,
        exchange -> {
          String digest = exchange.getRequestURI().getPath().substring(PATH.length());
          if (exchange.getRequestMethod().equals("PUT")) {
            artefacts.put(digest, exchange.getRequestBody().readAllBytes());
            exchange.sendResponseHeaders(201, -1);
          } else if (artefacts.containsKey(digest)) {
            byte[] content = artefacts.get(digest);
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
          } else {
            exchange.sendResponseHeaders(404, -1);
          }
          exchange.close();
        });
    server.start();
  }

  public URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Serves the content under its digest. */
  public String add(byte[] content) {
    String digest = Digest.of(content);
    artefacts.put(digest, content);
    return digest;
  }

  /** Serves the content under a digest that is not its own. */
  public void forge(String digest, byte[] content) {
    artefacts.put(digest, content);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
