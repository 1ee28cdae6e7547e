package dev.understudy.gateway;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Has the gateway under test speak TLS on both ports, with certificates made for it. */
public final class TlsResource implements QuarkusTestResourceLifecycleManager {
  private @Nullable SelfSigned server;
  private @Nullable SelfSigned client;

  @Override
  public Map<String, String> start() {
    Path directory;
    try {
      directory = Files.createTempDirectory("understudy-tls");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    SelfSigned own = SelfSigned.create(directory, "gateway");
    SelfSigned known = SelfSigned.create(directory, "client");
    server = own;
    client = known;
    return Map.ofEntries(
        Map.entry("understudy.grpc-tls.certificate", own.certificate().toString()),
        Map.entry("understudy.grpc-tls.key", own.key().toString()),
        Map.entry("understudy.grpc-tls.client-ca", known.certificate().toString()),
        Map.entry("quarkus.http.tls-configuration-name", "rest"),
        Map.entry("quarkus.tls.rest.key-store.pem.own.cert", own.certificate().toString()),
        Map.entry("quarkus.tls.rest.key-store.pem.own.key", own.key().toString()),
        Map.entry("quarkus.tls.rest.trust-store.pem.certs", known.certificate().toString()),
        Map.entry("quarkus.tls.rest.reload-period", "30s"),
        Map.entry("understudy.https-client-certificates", "true"),
        Map.entry("quarkus.http.insecure-requests", "disabled"),
        Map.entry("quarkus.http.test-ssl-port", "0"));
  }

  @Override
  public void inject(TestInjector tests) {
    tests.injectIntoFields(server, field -> field.getName().equals("server"));
    tests.injectIntoFields(client, field -> field.getName().equals("client"));
  }

  @Override
  public void stop() {}
}
