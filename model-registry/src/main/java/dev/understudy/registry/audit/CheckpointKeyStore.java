package dev.understudy.registry.audit;

import dev.understudy.registry.chain.CheckpointKeys;
import dev.understudy.registry.chain.CheckpointSigner;
import dev.understudy.registry.config.RegistryConfig;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The key that checkpoints are signed with, and those that they are believed by. Without one in the
 * settings, one is made at the first start and kept in the audit directory, readable for its owner
 * only; its public half is beside it.
 */
@ApplicationScoped
class CheckpointKeyStore {
  private static final int BEFORE_THE_WATCH = 10;

  private final RegistryConfig config;
  private @Nullable CheckpointSigner signer;
  private @Nullable CheckpointKeys keys;

  CheckpointKeyStore(RegistryConfig config) {
    this.config = config;
  }

  /** A key that does not serve stops the start. */
  void load(@Observes @Priority(BEFORE_THE_WATCH) StartupEvent event) {
    signer();
  }

  synchronized CheckpointSigner signer() {
    CheckpointSigner known = signer;
    if (known == null) {
      known = read();
      signer = known;
    }
    return known;
  }

  synchronized CheckpointKeys keys() {
    CheckpointKeys known = keys;
    if (known == null) {
      known = signer().keys();
      Path more = config.auditPublicKeysFile().orElse(null);
      if (more != null) {
        known =
            known.with(parsed("understudy.audit-public-keys-file", more, CheckpointKeys::ofPem));
      }
      keys = known;
    }
    return known;
  }

  private CheckpointSigner read() {
    Path directory = config.auditDir().toAbsolutePath().normalize();
    try {
      Files.createDirectories(directory);
      Path given = config.auditKeyFile().orElse(null);
      CheckpointSigner found =
          given != null
              ? parsed("understudy.audit-key-file", given, CheckpointSigner::ofPem)
              : ownKey(directory);
      Files.writeString(directory.resolve("checkpoint.pub.pem"), found.publicPem());
      return found;
    } catch (IOException e) {
      throw new IllegalStateException(
          "understudy.audit-dir: %s cannot be used: %s".formatted(directory, e), e);
    }
  }

  private static CheckpointSigner ownKey(Path directory) throws IOException {
    Path key = directory.resolve("checkpoint.key.pem");
    // Another registry may start in the same directory now.
    try (FileChannel lock =
            FileChannel.open(
                directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = lock.lock()) {
      if (held.isValid() && !Files.exists(key)) {
        Path beside = directory.resolve("checkpoint.key.new");
        Files.deleteIfExists(beside);
        Files.createFile(
            beside,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(beside, CheckpointSigner.fresh().privatePem());
        Files.move(beside, key, StandardCopyOption.ATOMIC_MOVE);
      }
    }
    return parsed("understudy.audit-dir", key, CheckpointSigner::ofPem);
  }

  private interface Parser<T> {
    T parse(String pem);
  }

  private static <T> T parsed(String setting, Path file, Parser<T> parser) {
    try {
      return parser.parse(Files.readString(file));
    } catch (IOException e) {
      throw new IllegalArgumentException("%s: %s cannot be read".formatted(setting, file), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("%s: %s: %s".formatted(setting, file, e.getMessage()), e);
    }
  }
}
