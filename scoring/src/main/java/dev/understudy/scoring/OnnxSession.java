package dev.understudy.scoring;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A loaded graph, with the names of what it takes and answers in the form the runtime wants.
 * Thread-safe until it is closed, which must wait for its last run.
 */
final class OnnxSession implements AutoCloseable {
  private final long handle;
  private final List<TensorSpec> inputs;
  private final List<TensorSpec> outputs;
  private final Arena arena = Arena.ofShared();
  private final long inputNames;
  private final long outputNames;

  private OnnxSession(long handle, List<TensorSpec> inputs, List<TensorSpec> outputs) {
    this.handle = handle;
    this.inputs = inputs;
    this.outputs = outputs;
    this.inputNames = names(inputs);
    this.outputNames = names(outputs);
  }

  /** Reads a graph and checks it against the contract. */
  static OnnxSession open(byte[] graph, ModelContract contract) throws ModelRefused {
    long handle;
    try {
      handle = OnnxRuntime.createSession(graph);
    } catch (OnnxFailure e) {
      throw refused(e);
    }
    try {
      List<TensorSpec> inputs =
          OnnxSignature.inputs(
              OnnxSignature.nodes(handle, OnnxRuntime.Side.INPUT), contract.inputs());
      OnnxSignature.checkOutputs(
          OnnxSignature.nodes(handle, OnnxRuntime.Side.OUTPUT), contract.outputs());
      return new OnnxSession(handle, inputs, contract.outputs());
    } catch (ModelRefused | OnnxFailure | RuntimeException e) {
      OnnxRuntime.releaseSession(handle);
      throw e instanceof ModelRefused refused
          ? refused
          : new ModelRefused(ModelRefused.Reason.UNREADABLE, "its signature is unreadable", e);
    }
  }

  /** What is short of memory now may fit once others are gone. */
  private static ModelRefused refused(OnnxFailure e) {
    return e.isOfMemory()
        ? new ModelRefused(
            ModelRefused.Reason.TOO_LARGE,
            "ONNX Runtime has not enough memory to load it: " + e.getMessage(),
            e)
        : new ModelRefused(
            ModelRefused.Reason.UNREADABLE, "ONNX Runtime cannot load it: " + e.getMessage(), e);
  }

  private long names(List<TensorSpec> specs) {
    MemorySegment names = arena.allocate(ADDRESS, Math.max(1, specs.size()));
    for (int i = 0; i < specs.size(); i++) {
      names.setAtIndex(ADDRESS, i, arena.allocateFrom(specs.get(i).name()));
    }
    return names.address();
  }

  List<TensorSpec> inputs() {
    return inputs;
  }

  List<TensorSpec> outputs() {
    return outputs;
  }

  /** Runs the graph over arrays of as many values as it has inputs and outputs. */
  void run(long runOptions, MemorySegment inputValues, MemorySegment outputValues)
      throws OnnxFailure {
    OnnxRuntime.run(
        handle,
        runOptions,
        inputNames,
        inputValues.address(),
        inputs.size(),
        outputNames,
        outputs.size(),
        outputValues.address());
  }

  @Override
  public void close() {
    OnnxRuntime.releaseSession(handle);
    arena.close();
  }
}
