package dev.understudy.gateway;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;

/**
 * Without TLS the server speaks HTTP/1.1 only. A client that offers to upgrade to HTTP/2, as Java's
 * does, would now and then get the answer of a worker thread in the old protocol in the middle of
 * the new one; over TLS the two agree before anything is sent.
 */
@Singleton
final class PlainHttp implements HttpServerOptionsCustomizer {
  private final boolean benched;

  PlainHttp(GatewaySettings settings) {
    this.benched = settings.bench().echo();
  }

  @Override
  public void customizeHttpServer(HttpServerOptions options) {
    // The echo of the cases over gRPC is asked in HTTP/2, without an upgrade.
    options.setHttp2ClearTextEnabled(benched);
  }
}
