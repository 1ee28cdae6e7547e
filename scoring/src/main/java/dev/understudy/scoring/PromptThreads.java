package dev.understudy.scoring;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Threads that are let in at once when they wake up. Linux shares a processor fairly, and since
 * 6.12 a thread may say in how short slices it wants its share: one that wakes up with a shorter
 * slice than the one that runs need not wait until that one's, some milliseconds, is used up. It
 * gets no more time than before, so this needs no privilege; but what it gets comes sooner. An
 * older kernel ignores it, and elsewhere nothing happens.
 */
@SuppressWarnings("restricted")
public final class PromptThreads {
  /** Linux allows 0.1 to 100 ms; an answer takes less. */
  private static final Duration SLICE = Duration.ofNanos(500_000);

  // struct sched_attr, as of Linux 3.14.
  private static final int SIZE = 48;
  private static final int POLICY_AT = 4;
  private static final int FLAGS_AT = 8;
  private static final int SLICE_AT = 24;
  private static final int SCHED_OTHER = 0;
  private static final int THIS_THREAD = 0;
  private static final int NO_FLAGS = 0;

  /** Threads and processes that this one starts are as others. */
  private static final long RESET_ON_FORK = 1;

  private static final @Nullable MethodHandle SYSCALL = syscall();
  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
  private static final long SCHED_SETATTR = ARM ? 274 : 314;
  private static final long SCHED_GETATTR = ARM ? 275 : 315;

  private PromptThreads() {}

  /**
   * Asks for short slices for the calling thread.
   *
   * @return whether the system took it; one that knows no slices may say so too
   */
  public static boolean beOne() {
    return SYSCALL != null && ask(SYSCALL);
  }

  /** What the system says of the calling thread's slices, in nanoseconds; 0: nothing. */
  static long sliceNanos() {
    if (SYSCALL == null) {
      return 0;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attributes = attributes(arena, SYSCALL);
      return attributes == null ? 0 : attributes.get(JAVA_LONG, SLICE_AT);
    }
  }

  private static boolean ask(MethodHandle syscall) {
    try (Arena arena = Arena.ofConfined()) {
      // What the thread has stays as it is: another nice value would be another share.
      MemorySegment attributes = attributes(arena, syscall);
      if (attributes == null || attributes.get(JAVA_INT, POLICY_AT) != SCHED_OTHER) {
        return false;
      }
      attributes.set(JAVA_LONG, FLAGS_AT, attributes.get(JAVA_LONG, FLAGS_AT) | RESET_ON_FORK);
      attributes.set(JAVA_LONG, SLICE_AT, SLICE.toNanos());
      return (long) syscall.invokeExact(SCHED_SETATTR, THIS_THREAD, attributes, NO_FLAGS, NO_FLAGS)
          == 0;
    } catch (Throwable e) {
      throw new AssertionError("the system's scheduler is not called as it must be", e);
    }
  }

  private static @Nullable MemorySegment attributes(Arena arena, MethodHandle syscall) {
    MemorySegment attributes = arena.allocate(SIZE, Long.BYTES);
    try {
      long refused =
          (long) syscall.invokeExact(SCHED_GETATTR, THIS_THREAD, attributes, SIZE, NO_FLAGS);
      return refused == 0 ? attributes : null;
    } catch (Throwable e) {
      throw new AssertionError("the system's scheduler is not called as it must be", e);
    }
  }

  /** Numbers of system calls are those of the architecture; others than these are not asked. */
  private static @Nullable MethodHandle syscall() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String machine = System.getProperty("os.arch", "");
    if (!system.contains("linux") || !(machine.equals("amd64") || machine.equals("aarch64"))) {
      return null;
    }
    FunctionDescriptor signature =
        FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    return Linker.nativeLinker()
        .defaultLookup()
        .find("syscall")
        .map(
            address ->
                Linker.nativeLinker()
                    .downcallHandle(address, signature, Linker.Option.firstVariadicArg(1)))
        .orElse(null);
  }
}
