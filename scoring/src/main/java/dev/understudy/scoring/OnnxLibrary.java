package dev.understudy.scoring;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Finds ONNX Runtime's native library: in the directory that the system property {@code
 * onnxruntime.native.path} names, else in the jar that ships it, from where it is unpacked.
 */
final class OnnxLibrary {
  private static final String DIRECTORY = "onnxruntime.native.path";

  private OnnxLibrary() {}

  @SuppressWarnings("restricted")
  static SymbolLookup load() {
    String file = System.mapLibraryName("onnxruntime");
    String given = System.getProperty(DIRECTORY);
    if (given != null) {
      return SymbolLookup.libraryLookup(Path.of(given, file), Arena.global());
    }
    try {
      Path directory = Files.createTempDirectory("understudy-onnxruntime");
      Path unpacked = directory.resolve(file);
      unpack("/ai/onnxruntime/native/%s/%s".formatted(platform(), file), unpacked);
      SymbolLookup library = SymbolLookup.libraryLookup(unpacked, Arena.global());
      forget(unpacked);
      forget(directory);
      return library;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "ONNX Runtime's library cannot be unpacked; set java.io.tmpdir to a directory that can"
              + " be written to, or %s to one that holds %s".formatted(DIRECTORY, file),
          e);
    }
  }

  private static void unpack(String resource, Path target) throws IOException {
    try (InputStream content = OnnxLibrary.class.getResourceAsStream(resource)) {
      if (content == null) {
        throw new IllegalStateException(
            "ONNX Runtime's jar has no %s; set %s".formatted(resource, DIRECTORY));
      }
      Files.copy(content, target);
    }
  }

  // What is mapped needs no name, so that nothing stays behind even when the process is killed;
  // only Windows holds on to it.
  private static void forget(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      path.toFile().deleteOnExit();
    }
  }

  private static String platform() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String family = system.startsWith("win") ? "win" : system.startsWith("mac") ? "osx" : "linux";
    String processor = System.getProperty("os.arch", "");
    return family + "-" + (processor.equals("aarch64") ? "aarch64" : "x64");
  }
}
