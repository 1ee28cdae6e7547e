package dev.understudy.scoring;

import static dev.understudy.scoring.OnnxApi.broken;
import static dev.understudy.scoring.OnnxApi.call;
import static dev.understudy.scoring.OnnxApi.check;
import static dev.understudy.scoring.OnnxApi.created;
import static dev.understudy.scoring.OnnxApi.function;
import static dev.understudy.scoring.OnnxApi.number;
import static dev.understudy.scoring.OnnxApi.release;
import static dev.understudy.scoring.OnnxApi.text;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The part of ONNX Runtime's C API that is used here, {@link OnnxApi called without JNI}. Pointers
 * are plain {@code long}s: a call then neither allocates nor takes a lock, and who owns what is for
 * {@link OnnxSession} and {@link OnnxWorkspace} to keep straight. Thread-safe.
 */
@SuppressWarnings("restricted")
final class OnnxRuntime {
  private static final int FATAL = 4;
  private static final int SEQUENTIAL = 0;
  private static final int DEVICE_ALLOCATOR = 0;
  private static final int ARENA_ALLOCATOR = 1;
  private static final int DEFAULT = -1;
  private static final int DEFAULT_MEMORY = 0;

  private static final MethodHandle CREATE_ENV = function(3, "ipp");
  private static final MethodHandle DISABLE_TELEMETRY_EVENTS = function(6, "p");
  private static final MethodHandle CREATE_SESSION_FROM_ARRAY = function(8, "ppppp");
  private static final MethodHandle RUN = function(9, "pppppppp");
  private static final MethodHandle CREATE_SESSION_OPTIONS = function(10, "p");
  private static final MethodHandle SET_SESSION_EXECUTION_MODE = function(13, "pi");
  private static final MethodHandle DISABLE_MEM_PATTERN = function(17, "p");
  private static final MethodHandle SET_SESSION_LOG_SEVERITY_LEVEL = function(22, "pi");
  private static final MethodHandle SET_INTRA_OP_NUM_THREADS = function(24, "pi");
  private static final MethodHandle SET_INTER_OP_NUM_THREADS = function(25, "pi");
  private static final MethodHandle SESSION_GET_INPUT_COUNT = function(30, "pp");
  private static final MethodHandle SESSION_GET_OUTPUT_COUNT = function(31, "pp");
  private static final MethodHandle SESSION_GET_INPUT_TYPE_INFO = function(33, "ppp");
  private static final MethodHandle SESSION_GET_OUTPUT_TYPE_INFO = function(34, "ppp");
  private static final MethodHandle SESSION_GET_INPUT_NAME = function(36, "pppp");
  private static final MethodHandle SESSION_GET_OUTPUT_NAME = function(37, "pppp");
  private static final MethodHandle CREATE_RUN_OPTIONS = function(39, "p");
  private static final MethodHandle RUN_OPTIONS_SET_RUN_LOG_SEVERITY_LEVEL = function(41, "pi");
  private static final MethodHandle RUN_OPTIONS_SET_TERMINATE = function(46, "p");
  private static final MethodHandle CREATE_TENSOR_AS_ORT_VALUE = function(48, "pppip");
  private static final MethodHandle CREATE_TENSOR_WITH_DATA_AS_ORT_VALUE = function(49, "pppppip");
  private static final MethodHandle GET_TENSOR_MUTABLE_DATA = function(51, "pp");
  private static final MethodHandle GET_STRING_TENSOR_DATA_LENGTH = function(53, "pp");
  private static final MethodHandle GET_STRING_TENSOR_CONTENT = function(54, "ppppp");
  private static final MethodHandle CAST_TYPE_INFO_TO_TENSOR_INFO = function(55, "pp");
  private static final MethodHandle GET_ONNX_TYPE_FROM_TYPE_INFO = function(56, "pp");
  private static final MethodHandle GET_TENSOR_ELEMENT_TYPE = function(60, "pp");
  private static final MethodHandle GET_DIMENSIONS_COUNT = function(61, "pp");
  private static final MethodHandle GET_DIMENSIONS = function(62, "ppp");
  private static final MethodHandle GET_TENSOR_TYPE_AND_SHAPE = function(65, "pp");
  private static final MethodHandle GET_VALUE_TYPE = function(67, "pp");
  private static final MethodHandle CREATE_CPU_MEMORY_INFO = function(69, "iip");
  private static final MethodHandle ALLOCATOR_FREE = function(76, "pp");
  private static final MethodHandle GET_ALLOCATOR_WITH_DEFAULT_OPTIONS = function(78, "p");
  private static final MethodHandle RELEASE_MEMORY_INFO = release(94);
  private static final MethodHandle RELEASE_SESSION = release(95);
  private static final MethodHandle RELEASE_VALUE = release(96);
  private static final MethodHandle RELEASE_RUN_OPTIONS = release(97);
  private static final MethodHandle RELEASE_TYPE_INFO = release(98);
  private static final MethodHandle RELEASE_TENSOR_TYPE_AND_SHAPE_INFO = release(99);
  private static final MethodHandle RELEASE_SESSION_OPTIONS = release(100);
  private static final MethodHandle ADD_SESSION_CONFIG_ENTRY = function(130, "ppp");
  private static final MethodHandle CREATE_AND_REGISTER_ALLOCATOR = function(144, "ppp");
  private static final MethodHandle CREATE_ARENA_CFG = function(156, "piiip");
  private static final MethodHandle RELEASE_ARENA_CFG = release(157);
  private static final MethodHandle GET_RESIZED_STRING_TENSOR_ELEMENT_BUFFER =
      function(252, "pppp");

  /** Sessions, values and run options that were created and not yet released. */
  private static final AtomicInteger LIVE = new AtomicInteger();

  private static final long ENVIRONMENT;
  private static final long CPU_MEMORY;
  private static final long ALLOCATOR;

  static {
    try {
      ENVIRONMENT = environment();
      CPU_MEMORY =
          created(out -> call(CREATE_CPU_MEMORY_INFO, DEVICE_ALLOCATOR, DEFAULT_MEMORY, out));
      ALLOCATOR = created(out -> call(GET_ALLOCATOR_WITH_DEFAULT_OPTIONS, out));
    } catch (OnnxFailure e) {
      throw new IllegalStateException("ONNX Runtime does not start: " + e.getMessage(), e);
    }
  }

  private OnnxRuntime() {}

  /**
   * Lets all sessions that are made from now on take so many bytes together for their runs; a run
   * that needs more fails. Large weights are not counted. Once only.
   */
  static void limitMemory(long bytes) throws OnnxFailure {
    long arena = created(out -> call(CREATE_ARENA_CFG, bytes, DEFAULT, DEFAULT, DEFAULT, out));
    try {
      long place =
          created(out -> call(CREATE_CPU_MEMORY_INFO, ARENA_ALLOCATOR, DEFAULT_MEMORY, out));
      try {
        call(CREATE_AND_REGISTER_ALLOCATOR, ENVIRONMENT, place, arena);
      } finally {
        release(RELEASE_MEMORY_INFO, place);
      }
    } finally {
      release(RELEASE_ARENA_CFG, arena);
    }
  }

  /** ONNX's type of a value: a tensor, a sequence, a map or another. */
  enum Kind {
    UNKNOWN,
    TENSOR,
    SEQUENCE,
    MAP,
    OPAQUE,
    SPARSE_TENSOR,
    OPTIONAL;

    static Kind of(int number) {
      return number >= 0 && number < values().length ? values()[number] : UNKNOWN;
    }
  }

  /**
   * What an input, an output or a value is.
   *
   * @param elementType ONNX's number; 0 where it is no tensor
   * @param shape -1 where a dimension is free
   */
  record Info(Kind kind, int elementType, long[] shape) {}

  /** Which end of a session. */
  enum Side {
    INPUT,
    OUTPUT
  }

  /** How many sessions, values and run options are alive now. */
  static int live() {
    return LIVE.get();
  }

  /** A session of a graph: one thread, no spinning, silent. */
  static long createSession(byte[] graph) throws OnnxFailure {
    long options = created(out -> call(CREATE_SESSION_OPTIONS, out));
    try (Arena arena = Arena.ofConfined()) {
      call(SET_INTRA_OP_NUM_THREADS, options, 1);
      call(SET_INTER_OP_NUM_THREADS, options, 1);
      call(SET_SESSION_EXECUTION_MODE, options, SEQUENTIAL);
      // It would keep a plan for every shape that ever came, and makes no run faster.
      call(DISABLE_MEM_PATTERN, options);
      // A failing run is an answer here, and counted; the library need not print it as well.
      call(SET_SESSION_LOG_SEVERITY_LEVEL, options, FATAL);
      configure(options, "session.intra_op.allow_spinning", "0", arena);
      configure(options, "session.inter_op.allow_spinning", "0", arena);
      // Where the memory was limited; otherwise every session has memory of its own.
      configure(options, "session.use_env_allocators", "1", arena);
      MemorySegment content = arena.allocate(Math.max(1, graph.length));
      MemorySegment.copy(graph, 0, content, JAVA_BYTE, 0, graph.length);
      return counted(
          created(
              out ->
                  call(
                      CREATE_SESSION_FROM_ARRAY,
                      ENVIRONMENT,
                      content.address(),
                      graph.length,
                      options,
                      out)));
    } finally {
      release(RELEASE_SESSION_OPTIONS, options);
    }
  }

  private static void configure(long options, String key, String value, Arena arena)
      throws OnnxFailure {
    call(
        ADD_SESSION_CONFIG_ENTRY,
        options,
        arena.allocateFrom(key).address(),
        arena.allocateFrom(value).address());
  }

  static int count(long session, Side side) throws OnnxFailure {
    MethodHandle count = side == Side.INPUT ? SESSION_GET_INPUT_COUNT : SESSION_GET_OUTPUT_COUNT;
    return Math.toIntExact(created(out -> call(count, session, out)));
  }

  static String name(long session, Side side, int index) throws OnnxFailure {
    MethodHandle name = side == Side.INPUT ? SESSION_GET_INPUT_NAME : SESSION_GET_OUTPUT_NAME;
    long chars = created(out -> call(name, session, (long) index, ALLOCATOR, out));
    try {
      return text(chars);
    } finally {
      call(ALLOCATOR_FREE, ALLOCATOR, chars);
    }
  }

  static Info info(long session, Side side, int index) throws OnnxFailure {
    MethodHandle info =
        side == Side.INPUT ? SESSION_GET_INPUT_TYPE_INFO : SESSION_GET_OUTPUT_TYPE_INFO;
    long type = created(out -> call(info, session, (long) index, out));
    try {
      Kind kind = Kind.of(number(out -> call(GET_ONNX_TYPE_FROM_TYPE_INFO, type, out)));
      if (kind != Kind.TENSOR) {
        return new Info(kind, 0, new long[0]);
      }
      return tensorInfo(created(out -> call(CAST_TYPE_INFO_TO_TENSOR_INFO, type, out)));
    } finally {
      release(RELEASE_TYPE_INFO, type);
    }
  }

  /** What a value turned out to be. */
  static Info info(long value) throws OnnxFailure {
    Kind kind = Kind.of(number(out -> call(GET_VALUE_TYPE, value, out)));
    if (kind != Kind.TENSOR) {
      return new Info(kind, 0, new long[0]);
    }
    long info = created(out -> call(GET_TENSOR_TYPE_AND_SHAPE, value, out));
    try {
      return tensorInfo(info);
    } finally {
      release(RELEASE_TENSOR_TYPE_AND_SHAPE_INFO, info);
    }
  }

  private static Info tensorInfo(long info) throws OnnxFailure {
    int elementType = number(out -> call(GET_TENSOR_ELEMENT_TYPE, info, out));
    long rank = created(out -> call(GET_DIMENSIONS_COUNT, info, out));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment dimensions = arena.allocate(JAVA_LONG, Math.max(1, rank));
      call(GET_DIMENSIONS, info, dimensions.address(), rank);
      long[] shape = new long[Math.toIntExact(rank)];
      MemorySegment.copy(dimensions, JAVA_LONG, 0, shape, 0, shape.length);
      return new Info(Kind.TENSOR, elementType, shape);
    }
  }

  /** A tensor over memory of the caller, which must outlive it. */
  static long createTensor(MemorySegment memory, int elementType, long[] shape) throws OnnxFailure {
    try (Arena arena = Arena.ofConfined()) {
      long dimensions = dimensions(arena, shape);
      return counted(
          created(
              out ->
                  call(
                      CREATE_TENSOR_WITH_DATA_AS_ORT_VALUE,
                      CPU_MEMORY,
                      memory.address(),
                      memory.byteSize(),
                      dimensions,
                      shape.length,
                      elementType,
                      out)));
    }
  }

  /** A tensor of strings, all of them empty. */
  static long createStrings(int elementType, long[] shape) throws OnnxFailure {
    try (Arena arena = Arena.ofConfined()) {
      long dimensions = dimensions(arena, shape);
      return counted(
          created(
              out ->
                  call(
                      CREATE_TENSOR_AS_ORT_VALUE,
                      ALLOCATOR,
                      dimensions,
                      shape.length,
                      elementType,
                      out)));
    }
  }

  private static long dimensions(Arena arena, long[] shape) {
    return shape.length == 0
        ? arena.allocate(JAVA_LONG).address()
        : arena.allocateFrom(JAVA_LONG, shape).address();
  }

  /**
   * Where the runtime keeps string number {@code index}, made so many bytes long.
   *
   * @param out room for an address, of the caller, since there may be very many strings
   */
  static MemorySegment resizedString(long value, long index, long length, MemorySegment out)
      throws OnnxFailure {
    call(GET_RESIZED_STRING_TENSOR_ELEMENT_BUFFER, value, index, length, out.address());
    return MemorySegment.ofAddress(out.get(JAVA_LONG, 0)).reinterpret(length);
  }

  /** The bytes of all strings of a tensor together. */
  static long stringBytes(long value) throws OnnxFailure {
    return created(out -> call(GET_STRING_TENSOR_DATA_LENGTH, value, out));
  }

  /** Copies all strings of a tensor, one after the other, and where each begins. */
  static void copyStrings(long value, MemorySegment content, MemorySegment offsets)
      throws OnnxFailure {
    call(
        GET_STRING_TENSOR_CONTENT,
        value,
        content.address(),
        content.byteSize(),
        offsets.address(),
        offsets.byteSize() / JAVA_LONG.byteSize());
  }

  /** The elements of a tensor that is not of strings; valid until it is released. */
  static MemorySegment data(long value, long bytes) throws OnnxFailure {
    return MemorySegment.ofAddress(created(out -> call(GET_TENSOR_MUTABLE_DATA, value, out)))
        .reinterpret(bytes);
  }

  /** Options of silent runs that can be stopped. */
  static long createRunOptions() throws OnnxFailure {
    long options = counted(created(out -> call(CREATE_RUN_OPTIONS, out)));
    try {
      call(RUN_OPTIONS_SET_RUN_LOG_SEVERITY_LEVEL, options, FATAL);
    } catch (OnnxFailure e) {
      releaseRunOptions(options);
      throw e;
    }
    return options;
  }

  /** Asks the run with these options to end soon; for good, so they are of no use afterwards. */
  static void terminate(long runOptions) throws OnnxFailure {
    call(RUN_OPTIONS_SET_TERMINATE, runOptions);
  }

  /**
   * Runs a session. All but the first two parameters are arrays of pointers and their lengths; an
   * output that is no value yet is created.
   */
  static void run(
      long session,
      long runOptions,
      long inputNames,
      long inputs,
      long inputCount,
      long outputNames,
      long outputCount,
      long outputs)
      throws OnnxFailure {
    long status;
    try {
      status =
          (long)
              RUN.invokeExact(
                  session,
                  runOptions,
                  inputNames,
                  inputs,
                  inputCount,
                  outputNames,
                  outputCount,
                  outputs);
    } catch (Throwable e) {
      throw broken(e);
    }
    check(status);
  }

  static void releaseSession(long session) {
    LIVE.decrementAndGet();
    release(RELEASE_SESSION, session);
  }

  static void releaseValue(long value) {
    LIVE.decrementAndGet();
    release(RELEASE_VALUE, value);
  }

  /** Releases an output that a run has created. */
  static void releaseRunValue(long value) {
    release(RELEASE_VALUE, value);
  }

  static void releaseRunOptions(long options) {
    LIVE.decrementAndGet();
    release(RELEASE_RUN_OPTIONS, options);
  }

  private static long counted(long handle) {
    LIVE.incrementAndGet();
    return handle;
  }

  private static long environment() throws OnnxFailure {
    try (Arena arena = Arena.ofConfined()) {
      long name = arena.allocateFrom("understudy").address();
      long environment = created(out -> call(CREATE_ENV, FATAL, name, out));
      call(DISABLE_TELEMETRY_EVENTS, environment);
      return environment;
    }
  }
}
