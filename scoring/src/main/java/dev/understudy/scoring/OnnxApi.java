package dev.understudy.scoring;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * How functions of ONNX Runtime's C API are found and called, without JNI. They are found by their
 * place in {@code struct OrtApi} of {@code onnxruntime_c_api.h}, which only ever grows at its end.
 * There is one way to call for each list of parameters, since an exact call neither boxes nor
 * checks. Thread-safe.
 */
@SuppressWarnings("restricted")
final class OnnxApi {
  /** The oldest API version that the numbers below are checked against. */
  private static final int API_VERSION = 22;

  private static final int FUNCTIONS = 253;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final MemorySegment BASE = base();
  private static final MemorySegment API = api();

  private static final MethodHandle GET_ERROR_MESSAGE = function(2, "p");
  private static final MethodHandle RELEASE_STATUS = release(93);

  private OnnxApi() {}

  /** The version of the library, e.g. {@code 1.28.0}. */
  static String version() {
    MethodHandle getVersion =
        LINKER.downcallHandle(BASE.getAtIndex(ADDRESS, 1), FunctionDescriptor.of(JAVA_LONG));
    try {
      return text((long) getVersion.invokeExact());
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** A call that writes what it made to an address. */
  @FunctionalInterface
  interface Creation {
    void into(long out) throws OnnxFailure;
  }

  static long created(Creation creation) throws OnnxFailure {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_LONG);
      creation.into(out.address());
      return out.get(JAVA_LONG, 0);
    }
  }

  static int number(Creation creation) throws OnnxFailure {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(JAVA_INT);
      creation.into(out.address());
      return out.get(JAVA_INT, 0);
    }
  }

  static void call(MethodHandle function, long a) throws OnnxFailure {
    long status;
    try {
      status = (long) function.invokeExact(a);
    } catch (Throwable e) {
      throw broken(e);
    }
    check(status);
  }

  static void call(MethodHandle function, long a, int b) throws OnnxFailure {
    long status;
    try {
      status = (long) function.invokeExact(a, b);
    } catch (Throwable e) {
      throw broken(e);
    }
    check(status);
  }

  static void call(MethodHandle function, int a, int b, long c) throws OnnxFailure {
    long status;
    try {
      status = (long) function.invokeExact(a, b, c);
    } catch (Throwable e) {
      throw broken(e);
    }
    check(status);
  }

  static void call(MethodHandle function, int a, long b, long c) throws OnnxFailure {
    long status;
    try {
      status = (long) function.invokeExact(a, b, c);
    } catch (Throwable e) {
      throw broken(e);
    }
    check(status);
  }

  static void call(MethodHandle function, long a, long b, long c, int d, long e)
      throws OnnxFailure {
    long status;
    try {
      status = (long) function.invokeExact(a, b, c, d, e);
    } catch (Throwable broken) {
      throw broken(broken);
    }
    check(status);
  }

  static void call(MethodHandle function, long a, long b, long c, long d, long e, int f, long g)
      throws OnnxFailure {
    long status;
    try {
      status = (long) function.invokeExact(a, b, c, d, e, f, g);
    } catch (Throwable broken) {
      throw broken(broken);
    }
    check(status);
  }

  static void call(MethodHandle function, long a, int b, int c, int d, long e) throws OnnxFailure {
    long status;
    try {
      status = (long) function.invokeExact(a, b, c, d, e);
    } catch (Throwable broken) {
      throw broken(broken);
    }
    check(status);
  }

  static void call(MethodHandle function, long a, long b) throws OnnxFailure {
    long status;
    try {
      status = (long) function.invokeExact(a, b);
    } catch (Throwable e) {
      throw broken(e);
    }
    check(status);
  }

  static void call(MethodHandle function, long a, long b, long c) throws OnnxFailure {
    long status;
    try {
      status = (long) function.invokeExact(a, b, c);
    } catch (Throwable e) {
      throw broken(e);
    }
    check(status);
  }

  static void call(MethodHandle function, long a, long b, long c, long d) throws OnnxFailure {
    long status;
    try {
      status = (long) function.invokeExact(a, b, c, d);
    } catch (Throwable e) {
      throw broken(e);
    }
    check(status);
  }

  static void call(MethodHandle function, long a, long b, long c, long d, long e)
      throws OnnxFailure {
    long status;
    try {
      status = (long) function.invokeExact(a, b, c, d, e);
    } catch (Throwable broken) {
      throw broken(broken);
    }
    check(status);
  }

  static void check(long status) throws OnnxFailure {
    if (status == 0) {
      return;
    }
    String message;
    try {
      message = text((long) GET_ERROR_MESSAGE.invokeExact(status));
    } catch (Throwable e) {
      throw broken(e);
    } finally {
      release(RELEASE_STATUS, status);
    }
    throw new OnnxFailure(message);
  }

  static void release(MethodHandle function, long handle) {
    try {
      function.invokeExact(handle);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  // A downcall itself throws only when this class has its signature wrong.
  static AssertionError broken(Throwable e) {
    return new AssertionError("ONNX Runtime is not called as it must be", e);
  }

  static String text(long chars) {
    return MemorySegment.ofAddress(chars).reinterpret(Long.MAX_VALUE).getString(0);
  }

  private static MemorySegment base() {
    SymbolLookup library = OnnxLibrary.load();
    MethodHandle getBase =
        LINKER.downcallHandle(
            library.findOrThrow("OrtGetApiBase"), FunctionDescriptor.of(JAVA_LONG));
    try {
      return MemorySegment.ofAddress((long) getBase.invokeExact())
          .reinterpret(2 * ADDRESS.byteSize());
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  private static MemorySegment api() {
    MethodHandle getApi =
        LINKER.downcallHandle(
            BASE.getAtIndex(ADDRESS, 0), FunctionDescriptor.of(JAVA_LONG, JAVA_INT));
    long address;
    try {
      address = (long) getApi.invokeExact(API_VERSION);
    } catch (Throwable e) {
      throw broken(e);
    }
    if (address == 0) {
      throw new IllegalStateException(
          "ONNX Runtime %s has no API version %d".formatted(version(), API_VERSION));
    }
    return MemorySegment.ofAddress(address).reinterpret(FUNCTIONS * ADDRESS.byteSize());
  }

  /** A function that answers a status or a text; parameters: p pointer or size, i int. */
  static MethodHandle function(int index, String parameters) {
    MemoryLayout[] layouts =
        parameters
            .chars()
            .mapToObj(c -> c == 'i' ? JAVA_INT : JAVA_LONG)
            .toArray(MemoryLayout[]::new);
    return LINKER.downcallHandle(
        API.getAtIndex(ADDRESS, index), FunctionDescriptor.of(JAVA_LONG, layouts));
  }

  static MethodHandle release(int index) {
    return LINKER.downcallHandle(
        API.getAtIndex(ADDRESS, index), FunctionDescriptor.ofVoid(JAVA_LONG));
  }
}
