package dev.understudy.training.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Gets the machine ready for the native part of XGBoost, which needs the OpenMP runtime. Many
 * systems have none until a compiler is installed, so a copy for Linux on x86-64 comes with the
 * dependencies; one that the system has goes first.
 */
final class NativeLibrary {
  private static final String OPEN_MP = "libgomp.so.1";
  private static final String OUR_OWN = "/org/bytedeco/dnnl/linux-x86_64/" + OPEN_MP;

  private static boolean prepared;

  private NativeLibrary() {}

  /** Does nothing more when called again. */
  static synchronized void prepare() throws TrainingFailed {
    boolean oursFits =
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64");
    if (!prepared && oursFits && !systemHas(OPEN_MP)) {
      loadOurOwn();
    }
    prepared = true;
  }

  private static boolean systemHas(String library) {
    try {
      SymbolLookup.libraryLookup(library, Arena.global());
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The linker takes a library that is already loaded under that name for the one it needs. */
  private static void loadOurOwn() throws TrainingFailed {
    try (InputStream in = NativeLibrary.class.getResourceAsStream(OUR_OWN)) {
      if (in == null) {
        return;
      }
      Path folder = Files.createTempDirectory("understudy-");
      Path file = folder.resolve(OPEN_MP);
      try {
        Files.copy(in, file);
        System.load(file.toString());
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw new TrainingFailed(
          "cannot unpack %s to the temporary folder (%s); make room there, or set -Djava.io.tmpdir"
              .formatted(OPEN_MP, e),
          e);
    } catch (UnsatisfiedLinkError e) {
      throw missing(e);
    }
  }

  /** What to tell the user when it does not load all the same. */
  static TrainingFailed missing(LinkageError cause) {
    return new TrainingFailed(
        ("XGBoost's native library does not load on %s %s (%s). It needs the GNU C library and"
                + " the OpenMP runtime: on Debian or Ubuntu 'apt-get install libgomp1', on Fedora"
                + " or Red Hat 'dnf install libgomp', on macOS 'brew install libomp'. Alpine Linux"
                + " (musl) is not supported.")
            .formatted(System.getProperty("os.name"), System.getProperty("os.arch"), rootOf(cause)),
        cause);
  }

  private static Throwable rootOf(Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }
}
