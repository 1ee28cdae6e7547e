package dev.understudy.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Clears away what a test or a demo left on disk. */
public final class TemporaryFiles {
  private TemporaryFiles() {}

  /** Deletes the directory and all in it, as far as it can. */
  public static void delete(Path directory) {
    try (Stream<Path> all = Files.walk(directory)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      System.getLogger(TemporaryFiles.class.getName())
          .log(System.Logger.Level.WARNING, "{0} was not deleted: {1}", directory, e);
    }
  }
}
