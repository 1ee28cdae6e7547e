package dev.understudy.registry.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.registry.chain.Checkpoint;
import dev.understudy.registry.chain.CheckpointSigner;
import dev.understudy.registry.config.RegistryConfig;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the registry keeps on its disk for the audit trail: checkpoints and the key. */
class AuditFilesTest {
  private static final CheckpointSigner SIGNER = CheckpointSigner.fresh();
  private static final List<Checkpoint> THREE =
      IntStream.rangeClosed(1, 3)
          .mapToObj(size -> SIGNER.sign("demo", size, new byte[32], Instant.EPOCH))
          .toList();

  @TempDir Path folder;

  @Test
  void registriesThatShareTheFolderAppendEachLineOnce() throws IOException {
    CheckpointFiles first = new CheckpointFiles(config(Map.of()));
    CheckpointFiles second = new CheckpointFiles(config(Map.of()));

    assertThat(first.append("demo", after -> rest(2, after))).isEqualTo(2);
    assertThat(second.append("demo", after -> rest(3, after))).isEqualTo(3);
    assertThat(first.append("demo", after -> rest(3, after))).isEqualTo(3);

    assertThat(Files.readAllLines(first.file("demo")))
        .containsExactlyElementsOf(THREE.stream().map(Checkpoint::line).toList());
    assertThat(first.last("demo").orElseThrow().line()).isEqualTo(THREE.get(2).line());
    assertThat(first.last("nobody")).isEmpty();
    assertThat(first.projects()).containsExactly("demo");
  }

  @Test
  void aLineThatACrashLeftHalfWrittenIsWrittenAnew() throws IOException {
    CheckpointFiles files = new CheckpointFiles(config(Map.of()));
    files.append("demo", after -> rest(2, after));
    Files.writeString(
        files.file("demo"), THREE.get(2).line().substring(0, 40), StandardOpenOption.APPEND);

    assertThat(files.last("demo").orElseThrow().size()).isEqualTo(2);
    files.append("demo", after -> rest(3, after));

    assertThat(Files.readAllLines(files.file("demo")))
        .containsExactlyElementsOf(THREE.stream().map(Checkpoint::line).toList());
  }

  @Test
  void aFileOfAnotherProjectIsNotBelieved() throws IOException {
    CheckpointFiles files = new CheckpointFiles(config(Map.of()));
    files.append("demo", after -> rest(1, after));
    Files.copy(files.file("demo"), files.file("other"));

    assertThatThrownBy(() -> files.last("other")).hasMessageContaining("of project demo");
  }

  @Test
  void aKeyIsMadeOnceAndOnlyItsOwnerCanReadIt() throws IOException {
    String made = new CheckpointKeyStore(config(Map.of())).signer().publicPem();

    assertThat(new CheckpointKeyStore(config(Map.of())).signer().publicPem()).isEqualTo(made);
    assertThat(Files.readString(folder.resolve("checkpoint.pub.pem"))).isEqualTo(made);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("checkpoint.key.pem"))))
        .isEqualTo("rw-------");
  }

  @Test
  void aKeyThatIsGivenIsUsedAndFormerOnesAreStillBelieved() throws IOException {
    Path key = Files.writeString(folder.resolve("key.pem"), SIGNER.privatePem());
    CheckpointSigner former = CheckpointSigner.fresh();
    Path formers = Files.writeString(folder.resolve("former.pem"), former.publicPem());

    CheckpointKeyStore keys =
        new CheckpointKeyStore(
            config(
                Map.of(
                    "understudy.audit-key-file", key.toString(),
                    "understudy.audit-public-keys-file", formers.toString())));

    assertThat(keys.signer().publicPem()).isEqualTo(SIGNER.publicPem());
    assertThat(keys.keys().signed(THREE.getFirst())).isTrue();
    assertThat(keys.keys().signed(former.sign("demo", 1, new byte[32], Instant.EPOCH))).isTrue();
  }

  @Test
  void aKeyThatIsNoneStopsTheStartAndIsNotTold() throws IOException {
    Path key = Files.writeString(folder.resolve("key.pem"), "a secret that is no key");
    CheckpointKeyStore keys =
        new CheckpointKeyStore(config(Map.of("understudy.audit-key-file", key.toString())));

    assertThatThrownBy(keys::signer)
        .hasMessageContaining("understudy.audit-key-file")
        .hasMessageNotContaining("a secret");
  }

  private static List<Checkpoint> rest(int known, long after) {
    return THREE.subList((int) Math.min(after, known), known);
  }

  private RegistryConfig config(Map<String, String> more) {
    Map<String, String> all =
        new HashMap<>(
            Map.of(
                "understudy.evaluation-key", "k".repeat(16),
                "understudy.audit-dir", folder.toString()));
    all.putAll(more);
    return new SmallRyeConfigBuilder()
        .withMapping(RegistryConfig.class)
        .withSources(new PropertiesConfigSource(all, "test", 100))
        .addDiscoveredConverters()
        .build()
        .getConfigMapping(RegistryConfig.class);
  }
}
