package dev.understudy.registry;

import dev.understudy.testkit.TemporaryFiles;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** The registry's own settings in tests: short waits, and a folder that goes away. */
public final class RegistrySettings implements QuarkusTestResourceLifecycleManager {
  static final String EVALUATION_KEY = "a key for tests only, long enough";

  private Path artefacts;

  @Override
  public Map<String, String> start() {
    try {
      artefacts = Files.createTempDirectory("understudy-artefacts");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Map<String, String> settings = new HashMap<>(audit());
    settings.putAll(registry());
    return settings;
  }

  private Map<String, String> audit() {
    return Map.of(
        "understudy.audit-dir", artefacts.resolve("audit").toString(),
        "understudy.audit-checkpoint-every", "PT0.2S",
        "understudy.audit-check-every", "PT0.1S");
  }

  private Map<String, String> registry() {
    return Map.of(
        "quarkus.http.test-port", "0",
        "understudy.artefact-dir", artefacts.toString(),
        "understudy.artefact-max-bytes", "100000",
        "understudy.body-max-bytes", "20000",
        "understudy.evaluation-key", EVALUATION_KEY,
        "understudy.prepare-timeout", "PT5S",
        "understudy.gateway-live-within", "PT4S",
        "understudy.judge-patience", "PT1S",
        "understudy.prepare-check-every", "PT0.05S");
  }

  @Override
  public void stop() {
    TemporaryFiles.delete(artefacts);
  }
}
