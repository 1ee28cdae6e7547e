package dev.understudy.gateway;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Points the gateway under test at a registry that holds what the test puts there. */
public final class RegistryResource implements QuarkusTestResourceLifecycleManager {
  private @Nullable FakeRegistry registry;

  @Override
  public Map<String, String> start() {
    try {
      registry = new FakeRegistry();
      return Map.of(
          "understudy.registry-url",
          registry.address().toString(),
          "understudy.remote.allowed-hosts",
          "localhost,127.0.0.1",
          "understudy.data-dir",
          Files.createTempDirectory("understudy-gateway").toString(),
          "understudy.unit-key",
          "a key of the tests, the same at each start");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void stop() {
    if (registry != null) {
      registry.close();
    }
  }
}
