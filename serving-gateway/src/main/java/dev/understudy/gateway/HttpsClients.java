package dev.understudy.gateway;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import jakarta.enterprise.context.ApplicationScoped;

/** Has clients of HTTPS show who they are, if the settings want it. */
@ApplicationScoped
public class HttpsClients implements HttpServerOptionsCustomizer {
  private final boolean mustBeCertified;

  HttpsClients(GatewaySettings settings) {
    this.mustBeCertified = settings.httpsClientCertificates();
  }

  @Override
  public void customizeHttpsServer(HttpServerOptions options) {
    if (mustBeCertified) {
      options.setClientAuth(ClientAuth.REQUIRED);
    }
  }
}
