package dev.understudy.scoring;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Threads that give way: where others want the processor, the system gives them little of it. Java
 * has no word for that on Linux, where a thread's priority changes nothing, so each thread makes
 * itself nice when it begins. Elsewhere they are ordinary threads.
 */
@SuppressWarnings("restricted")
public final class ModestThreads {
  /** The most modest. */
  public static final int MOST = 19;

  private static final int OF_PROCESS_OR_THREAD = 0;
  private static final int THIS_THREAD = 0;
  private static final @Nullable MethodHandle SET_PRIORITY = setPriority();

  private ModestThreads() {}

  /**
   * Daemon threads of this name, numbered.
   *
   * @param nice as the system calls it, 0 (not at all) to {@link #MOST}: of a processor that both
   *     want, each step leaves it about a fifth less
   */
  public static ThreadFactory named(String name, int nice) {
    if (nice < 0 || nice > MOST) {
      throw new IllegalArgumentException("nice is %d, and goes from 0 to %d".formatted(nice, MOST));
    }
    ThreadFactory plain = Thread.ofPlatform().daemon().name(name + "-", 0).factory();
    return nice == 0 || SET_PRIORITY == null
        ? plain
        : work ->
            plain.newThread(
                () -> {
                  beNice(nice);
                  work.run();
                });
  }

  // Linux takes the number of a thread for that of a process, and 0 for the one that asks. It may
  // be refused in a sandbox; then the thread is as the others.
  private static void beNice(int nice) {
    MethodHandle setPriority = SET_PRIORITY;
    if (setPriority == null) {
      return;
    }
    try {
      int refused = (int) setPriority.invokeExact(OF_PROCESS_OR_THREAD, THIS_THREAD, nice);
      assert refused == 0 || refused == -1;
    } catch (Throwable e) {
      throw new AssertionError("setpriority is not called as it must be", e);
    }
  }

  private static @Nullable MethodHandle setPriority() {
    if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux")) {
      return null;
    }
    SymbolLookup library = Linker.nativeLinker().defaultLookup();
    return library
        .find("setpriority")
        .map(
            address ->
                Linker.nativeLinker()
                    .downcallHandle(
                        address, FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT)))
        .orElse(null);
  }
}
