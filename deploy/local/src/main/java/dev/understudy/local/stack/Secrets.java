package dev.understudy.local.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;

/**
 * The stack's own secrets, made once and kept readable for their owner only. They reach the
 * services by environment, never by command line, where every user of the machine could read them.
 */
record Secrets(String evaluationKey, String unitKey) {
  static Secrets in(Path directory) throws IOException {
    return new Secrets(
        once(directory.resolve("evaluation.key")), once(directory.resolve("unit.key")));
  }

  private static String once(Path file) throws IOException {
    if (!Files.exists(file)) {
      Files.createDirectories(file.getParent());
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      byte[] random = new byte[32];
      new SecureRandom().nextBytes(random);
      Files.write(file, List.of(HexFormat.of().formatHex(random)));
    }
    return Files.readAllLines(file).getFirst();
  }

  @Override
  public String toString() {
    return "Secrets[hidden]";
  }
}
