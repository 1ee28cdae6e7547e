package dev.understudy.scoring;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The native memory of runs of one shape: inputs, and outputs where their shape is known before,
 * made once and used again, so that such a run allocates nothing but its answer. For one run at a
 * time.
 */
final class OnnxWorkspace implements AutoCloseable {
  private static final int ALIGNMENT = 64;

  private final OnnxSession session;
  private final Arena arena;
  private final boolean reusable;
  private final Place[] inputs;
  private final Place[] outputs;
  private final MemorySegment inputValues;
  private final MemorySegment outputValues;
  private final MemorySegment scratch;
  private long runOptions;
  private long bytes;

  /**
   * Where one tensor is kept; without a shape, the runtime makes an output of its own each time.
   */
  private static final class Place {
    final TensorSpec spec;
    final Datatype datatype;
    final long @Nullable [] shape;
    @Nullable MemorySegment memory;
    long value;

    Place(TensorSpec spec, Datatype datatype, long @Nullable [] shape) {
      this.spec = spec;
      this.datatype = datatype;
      this.shape = shape;
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // closed with this
  private OnnxWorkspace(OnnxSession session, boolean reusable, Place[] inputs, Place[] outputs)
      throws OnnxFailure {
    this.session = session;
    this.arena = reusable ? Arena.ofShared() : Arena.ofConfined();
    this.reusable = reusable;
    this.inputs = inputs;
    this.outputs = outputs;
    this.inputValues = arena.allocate(JAVA_LONG, Math.max(1, inputs.length));
    this.outputValues = arena.allocate(JAVA_LONG, Math.max(1, outputs.length));
    this.scratch = arena.allocate(JAVA_LONG);
    try {
      runOptions = OnnxRuntime.createRunOptions();
      make(inputs, inputValues);
      make(outputs, outputValues);
    } catch (OnnxFailure | RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** For requests of so many rows, where nothing else decides the shapes; for any thread. */
  static OnnxWorkspace forRows(OnnxSession session, long rows) throws OnnxFailure {
    Place[] inputs = new Place[session.inputs().size()];
    for (int i = 0; i < inputs.length; i++) {
      TensorSpec spec = session.inputs().get(i);
      inputs[i] = new Place(spec, spec.datatype(), spec.shapeFor(rows).orElseThrow());
    }
    return new OnnxWorkspace(session, true, inputs, outputs(session, rows));
  }

  /** For one request as it comes, on this thread alone. */
  static OnnxWorkspace forRequest(OnnxSession session, Tensor[] request, long rows)
      throws OnnxFailure {
    Place[] inputs = new Place[session.inputs().size()];
    for (int i = 0; i < inputs.length; i++) {
      TensorSpec spec = session.inputs().get(i);
      inputs[i] = new Place(spec, request[i].datatype(), request[i].dimensions());
    }
    return new OnnxWorkspace(session, false, inputs, outputs(session, rows));
  }

  private static Place[] outputs(OnnxSession session, long rows) {
    Place[] outputs = new Place[session.outputs().size()];
    for (int i = 0; i < outputs.length; i++) {
      TensorSpec spec = session.outputs().get(i);
      // The runtime hands an input on that is an output too, and would leave our memory as it was.
      boolean handedOn =
          session.inputs().stream().anyMatch(input -> input.name().equals(spec.name()));
      Optional<long[]> shape = handedOn ? Optional.empty() : spec.shapeFor(rows);
      outputs[i] = new Place(spec, spec.datatype(), shape.orElse(null));
    }
    return outputs;
  }

  private void make(Place[] places, MemorySegment values) throws OnnxFailure {
    for (int i = 0; i < places.length; i++) {
      Place place = places[i];
      long[] shape = place.shape;
      if (shape == null) {
        continue;
      }
      int number = OnnxElements.number(place.datatype);
      if (place.datatype == Datatype.BYTES) {
        place.value = OnnxRuntime.createStrings(number, shape);
      } else {
        long size = Math.multiplyExact(Tensor.elements(shape), place.datatype.width());
        // An address is wanted even where there is nothing to keep.
        MemorySegment memory = arena.allocate(Math.max(1, size), ALIGNMENT).asSlice(0, size);
        place.memory = memory;
        place.value = OnnxRuntime.createTensor(memory, number, shape);
        bytes += size;
      }
      values.setAtIndex(JAVA_LONG, i, place.value);
    }
  }

  /** Bytes of native memory for the elements. */
  long bytes() {
    return bytes;
  }

  /** Whether another run, on another thread, may use it. */
  boolean isReusable() {
    return reusable;
  }

  /** The options of the run, to stop it from another thread. */
  long runOptions() {
    return runOptions;
  }

  /** Whether these tensors, in the order of the inputs, have the types and shapes of this. */
  boolean fits(Tensor[] request) {
    for (int i = 0; i < inputs.length; i++) {
      Tensor tensor = request[i];
      Place place = inputs[i];
      if (tensor.datatype() != place.datatype || !Arrays.equals(tensor.dimensions(), place.shape)) {
        return false;
      }
    }
    return true;
  }

  /** Runs a request that {@link #fits}; the outputs in the order of the contract. */
  List<Tensor> run(Tensor[] request) throws OnnxFailure {
    for (int i = 0; i < inputs.length; i++) {
      Place place = inputs[i];
      if (place.memory == null) {
        OnnxElements.writeStrings(request[i], place.value, scratch);
      } else {
        OnnxElements.write(request[i], place.memory);
      }
    }
    try {
      session.run(runOptions, inputValues, outputValues);
      Tensor[] answers = new Tensor[outputs.length];
      for (int i = 0; i < outputs.length; i++) {
        answers[i] = answer(i);
      }
      return List.of(answers);
    } finally {
      releaseWhatTheRunMade();
    }
  }

  private Tensor answer(int i) throws OnnxFailure {
    Place place = outputs[i];
    long[] shape = place.shape;
    MemorySegment memory = place.memory;
    if (memory != null && shape != null) {
      return OnnxElements.read(place.spec, shape, memory);
    }
    long value = outputValues.getAtIndex(JAVA_LONG, i);
    if (value == 0) {
      throw new IllegalStateException("output %s did not come".formatted(place.spec));
    }
    OnnxRuntime.Info info = OnnxRuntime.info(value);
    if (info.elementType() != OnnxElements.number(place.datatype)) {
      throw new IllegalStateException(
          "output %s came as %s of type number %d"
              .formatted(place.spec, info.kind(), info.elementType()));
    }
    if (place.datatype == Datatype.BYTES) {
      return OnnxElements.readStrings(place.spec, info.shape(), value);
    }
    long size = Math.multiplyExact(Tensor.elements(info.shape()), place.datatype.width());
    return OnnxElements.read(place.spec, info.shape(), OnnxRuntime.data(value, size));
  }

  private void releaseWhatTheRunMade() {
    for (int i = 0; i < outputs.length; i++) {
      if (outputs[i].shape == null) {
        long value = outputValues.getAtIndex(JAVA_LONG, i);
        if (value != 0) {
          outputValues.setAtIndex(JAVA_LONG, i, 0);
          OnnxRuntime.releaseRunValue(value);
        }
      }
    }
  }

  @Override
  public void close() {
    release(inputs);
    release(outputs);
    if (runOptions != 0) {
      OnnxRuntime.releaseRunOptions(runOptions);
    }
    arena.close();
  }

  private static void release(Place[] places) {
    for (Place place : places) {
      if (place.value != 0) {
        OnnxRuntime.releaseValue(place.value);
        place.value = 0;
      }
    }
  }
}
