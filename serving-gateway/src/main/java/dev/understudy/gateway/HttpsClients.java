package dev.understudy.gateway;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Has clients of HTTPS show who they are, if the settings want it. */
@ApplicationScoped
public class HttpsClients implements HttpServerOptionsCustomizer {
  private static final Set<String> NOTHING_IN_PLAIN = Set.of("disabled", "redirect");

  private final boolean mustBeCertified;

  HttpsClients(
      GatewaySettings settings,
      @ConfigProperty(name = "quarkus.http.insecure-requests") Optional<String> plain) {
    this.mustBeCertified = settings.httpsClientCertificates();
    String said = plain.orElse("enabled").toLowerCase(Locale.ROOT);
    if (mustBeCertified && !NOTHING_IN_PLAIN.contains(said)) {
      throw new IllegalArgumentException(
          "understudy.https-client-certificates keeps nobody out while plain HTTP is open beside it;"
              + " set quarkus.http.insecure-requests=disabled");
    }
    if (mustBeCertified && settings.grpcTls().clientCa().isEmpty()) {
      throw new IllegalArgumentException(
          "understudy.https-client-certificates keeps nobody out while gRPC serves the same models to"
              + " clients without one; set understudy.grpc-tls.client-ca too");
    }
  }

  @Override
  public void customizeHttpsServer(HttpServerOptions options) {
    if (mustBeCertified) {
      options.setClientAuth(ClientAuth.REQUIRED);
    }
  }
}
