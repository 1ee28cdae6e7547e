package dev.understudy.local.stack;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretsTest {
  @Test
  void theyAreMadeOnceForTheirOwnerOnlyAndNeverPrinted(@TempDir Path directory) throws Exception {
    Secrets first = Secrets.in(directory);
    Secrets again = Secrets.in(directory);

    assertThat(again).isEqualTo(first);
    assertThat(first.evaluationKey()).hasSize(64).isNotEqualTo(first.unitKey());
    assertThat(Files.getPosixFilePermissions(directory.resolve("unit.key")))
        .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    assertThat(first.toString()).doesNotContain(first.evaluationKey());
  }
}
