package dev.understudy.scoring;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An ONNX graph in ONNX Runtime: one thread per run and no spinning, since the rooms decide how
 * many runs go on at once. Thread-safe. The session lives until the last run has ended, even when
 * the model was closed and the waiter has long been answered.
 */
final class OnnxModel implements Model {
  static final String PLATFORM = "onnx_onnxv1";

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final List<TensorSpec> inputs;
  private final List<TensorSpec> outputs;
  private final Set<String> outputNames;

  /** The model itself counts as one user until it is closed. */
  private final AtomicInteger users = new AtomicInteger(1);

  private OnnxModel(
      OrtEnvironment environment,
      OrtSession session,
      List<TensorSpec> inputs,
      List<TensorSpec> outputs) {
    this.environment = environment;
    this.session = session;
    this.inputs = inputs;
    this.outputs = outputs;
    this.outputNames = new LinkedHashSet<>();
    outputs.forEach(output -> outputNames.add(output.name()));
  }

  /** Reads the graph and checks it against the contract. */
  static OnnxModel open(byte[] content, ModelContract contract) throws ModelRefused {
    OrtEnvironment environment = OnnxTensors.environment();
    OrtSession session;
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      options.addConfigEntry("session.inter_op.allow_spinning", "0");
      // A failing run is an answer here, and counted; the library need not print it as well.
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      session = environment.createSession(content, options);
    } catch (OrtException e) {
      throw new ModelRefused(
          ModelRefused.Reason.UNREADABLE, "ONNX Runtime cannot load it: " + e.getMessage(), e);
    }
    try {
      List<TensorSpec> inputs = OnnxSignature.inputs(session, contract.inputs());
      OnnxSignature.checkOutputs(session, contract.outputs());
      return new OnnxModel(environment, session, inputs, contract.outputs());
    } catch (ModelRefused | OrtException | RuntimeException e) {
      closeQuietly(session);
      throw e instanceof ModelRefused refused
          ? refused
          : new ModelRefused(ModelRefused.Reason.UNREADABLE, "its signature is unreadable", e);
    }
  }

  @Override
  public String platform() {
    return PLATFORM;
  }

  @Override
  public List<TensorSpec> inputs() {
    return inputs;
  }

  @Override
  public List<TensorSpec> outputs() {
    return outputs;
  }

  @Override
  public CompletionStage<Score> score(
      Map<String, Tensor> request, Duration deadline, ScoringRoom room) {
    if (!enter()) {
      return CompletableFuture.completedStage(new Score.Shed("closed"));
    }
    return room.submit(new Run(request), deadline);
  }

  @Override
  public void close() {
    leave();
  }

  private boolean enter() {
    return users.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
  }

  private void leave() {
    if (users.decrementAndGet() == 0) {
      closeQuietly(session);
    }
  }

  /** Whether the native memory was given back. */
  boolean isReleased() {
    return users.get() == 0;
  }

  private static void closeQuietly(OrtSession session) {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot close a session", e);
    }
  }

  private final class Run implements ScoringRoom.Work {
    private final Map<String, Tensor> request;
    private OrtSession.@Nullable RunOptions options;
    private boolean terminated;

    Run(Map<String, Tensor> request) {
      this.request = request;
    }

    @Override
    public Score run() {
      long start = System.nanoTime();
      Map<String, OnnxTensor> feed = new HashMap<>();
      try (OrtSession.RunOptions own = new OrtSession.RunOptions()) {
        own.setLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
        publish(own);
        long rows = feed(feed);
        try (OrtSession.Result result = session.run(feed, outputNames, own)) {
          return answer(result, rows, start);
        } finally {
          publish(null);
        }
      } catch (OrtException e) {
        return failed("runtime", e, start);
      } catch (RuntimeException e) {
        return failed("outputs", e, start);
      } finally {
        feed.values().forEach(OnnxTensor::close);
      }
    }

    private long feed(Map<String, OnnxTensor> feed) throws OrtException {
      long rows = -1;
      for (TensorSpec input : inputs) {
        Tensor tensor = request.get(input.name());
        if (tensor == null) {
          throw new IllegalArgumentException("input %s was not given".formatted(input.name()));
        }
        rows = Math.max(rows, tensor.rows());
        feed.put(input.name(), OnnxTensors.toOnnx(environment, tensor));
      }
      return rows;
    }

    private Score answer(OrtSession.Result result, long rows, long start) throws OrtException {
      List<Tensor> answers = new ArrayList<>(outputs.size());
      for (TensorSpec output : outputs) {
        OnnxTensor value =
            (OnnxTensor)
                result
                    .get(output.name())
                    .orElseThrow(() -> new IllegalStateException("no output " + output.name()));
        TensorInfo info = value.getInfo();
        Tensor tensor = OnnxTensors.fromOnnx(output, value, info);
        checkAnswer(tensor, output, rows);
        answers.add(tensor);
      }
      return new Score.Answered(answers, System.nanoTime() - start);
    }

    private void checkAnswer(Tensor tensor, TensorSpec output, long rows) {
      List<Long> shape = new ArrayList<>();
      for (long dimension : tensor.shape()) {
        shape.add(dimension);
      }
      boolean perRow = !output.shape().isEmpty() && output.shape().getFirst() < 0;
      if (!output.admits(shape) || (perRow && tensor.rows() != rows)) {
        throw new IllegalStateException(
            "output %s came as %s for %d rows".formatted(output, shape, rows));
      }
      for (int i = 0; tensor.datatype().isFloat() && i < tensor.size(); i++) {
        if (!Double.isFinite(tensor.number(i))) {
          throw new IllegalStateException("output %s is not finite".formatted(output));
        }
      }
    }

    private Score failed(String errorClass, Exception e, long start) {
      return new Score.Failed(
          errorClass, String.valueOf(e.getMessage()), System.nanoTime() - start);
    }

    // The native options must not be touched once they are closed, so both sides take the lock.
    private synchronized void publish(OrtSession.@Nullable RunOptions own) throws OrtException {
      options = own;
      if (own != null && terminated) {
        own.setTerminate(true);
      }
    }

    @Override
    public synchronized void terminate() {
      terminated = true;
      if (options != null) {
        try {
          options.setTerminate(true);
        } catch (OrtException e) {
          throw new IllegalStateException("ONNX Runtime cannot stop a run", e);
        }
      }
    }

    @Override
    public void end() {
      leave();
    }
  }
}
