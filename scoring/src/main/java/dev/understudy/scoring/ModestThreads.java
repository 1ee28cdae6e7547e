package dev.understudy.scoring;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Threads that give way: where others want the processor, the system gives them little of it. Java
 * has no word for that on Linux, where a thread's priority changes nothing, so each thread makes
 * itself nice when it begins. Elsewhere they are ordinary threads.
 *
 * <p>To be nice is a smaller share only: a nice thread that computes keeps its processor until the
 * scheduler's next tick, milliseconds later, even when one wakes up that is not nice. A thread that
 * takes idle time alone (Linux: SCHED_IDLE) leaves it at once.
 */
@SuppressWarnings("restricted")
public final class ModestThreads {
  /** The most modest: takes only the time that nobody else wants, and leaves at once. */
  public static final int IDLE_TIME = 20;

  private static final int NICEST = 19;
  private static final int SCHED_IDLE = 5;
  private static final int OF_PROCESS_OR_THREAD = 0;
  private static final int THIS_THREAD = 0;
  private static final @Nullable MethodHandle SET_PRIORITY =
      function("setpriority", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final @Nullable MethodHandle SET_SCHEDULER =
      function("sched_setscheduler", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));

  private ModestThreads() {}

  /**
   * Daemon threads of this name, numbered.
   *
   * @param nice as the system calls it, 0 (not at all) to 19: of a processor that both want, each
   *     step leaves it about a fifth less; or {@link #IDLE_TIME}
   */
  public static ThreadFactory named(String name, int nice) {
    if (nice < 0 || nice > IDLE_TIME) {
      throw new IllegalArgumentException(
          "nice is %d, and goes from 0 to %d".formatted(nice, IDLE_TIME));
    }
    ThreadFactory plain = Thread.ofPlatform().daemon().name(name + "-", 0).factory();
    return nice == 0
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
    try {
      if (nice == IDLE_TIME && takesIdleTime()) {
        return;
      }
      if (SET_PRIORITY != null) {
        int refused =
            (int)
                SET_PRIORITY.invokeExact(OF_PROCESS_OR_THREAD, THIS_THREAD, Math.min(nice, NICEST));
        assert refused == 0 || refused == -1;
      }
    } catch (Throwable e) {
      throw new AssertionError("the system's scheduler is not called as it must be", e);
    }
  }

  private static boolean takesIdleTime() throws Throwable {
    if (SET_SCHEDULER == null) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      // struct sched_param, whose only field is a priority, and must be 0 here.
      MemorySegment priority = arena.allocate(JAVA_INT);
      return (int) SET_SCHEDULER.invokeExact(THIS_THREAD, SCHED_IDLE, priority) == 0;
    }
  }

  private static @Nullable MethodHandle function(String name, FunctionDescriptor signature) {
    if (!System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux")) {
      return null;
    }
    return Linker.nativeLinker()
        .defaultLookup()
        .find(name)
        .map(address -> Linker.nativeLinker().downcallHandle(address, signature))
        .orElse(null);
  }
}
