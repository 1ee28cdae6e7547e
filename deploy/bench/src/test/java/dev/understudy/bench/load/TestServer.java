package dev.understudy.bench.load;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Answers well, badly, later or slowly, by path, over HTTP/1.1 and HTTP/2. */
final class TestServer implements AutoCloseable {
  final AtomicLong requests = new AtomicLong();

  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server =
      vertx
          .createHttpServer()
          .requestHandler(this::answer)
          .listen(0, "127.0.0.1")
          .toCompletionStage()
          .toCompletableFuture()
          .join();

  Target target(String path, Target.Wire wire) {
    return new Target(server.actualPort(), path, Map.of("x", "it's"), new byte[] {1}, wire);
  }

  private void answer(HttpServerRequest request) {
    requests.incrementAndGet();
    boolean whole = "it's".equals(request.getHeader("x"));
    switch (whole ? request.path() : "/bad") {
      case "/good" -> good(request.response());
      case "/slow" -> vertx.setTimer(100, later -> request.response().end());
      case "/later" ->
          request.response().setStatusCode(503).putHeader("Retry-After", "1").end("later");
      case "/gone" -> request.connection().close();
      default -> request.response().setStatusCode(500).putHeader("grpc-status", "13").end();
    }
  }

  private static void good(HttpServerResponse response) {
    if (response.streamId() > 0) {
      response.setChunked(true).putTrailer("grpc-status", "0");
    }
    response.end("good");
  }

  @Override
  public void close() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
