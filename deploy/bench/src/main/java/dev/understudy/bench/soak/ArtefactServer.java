package dev.understudy.bench.soak;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.understudy.bench.models.BenchModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;

/** The one thing that a gateway asks the registry for: artefacts by digest. */
final class ArtefactServer implements AutoCloseable {
  private static final String PATH = "/v1/artefacts/";

  private final HttpServer server;

  ArtefactServer(List<BenchModel> models) {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException("no port for the artefacts", e);
    }
    for (BenchModel model : models) {
      byte[] artefact = model.artefact();
      server.createContext(PATH + model.sha256(), exchange -> answer(exchange, artefact));
    }
    server.start();
  }

  private static void answer(HttpExchange exchange, byte[] artefact) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(200, artefact.length);
      exchange.getResponseBody().write(artefact);
    }
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
