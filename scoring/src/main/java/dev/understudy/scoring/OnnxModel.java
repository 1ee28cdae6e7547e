package dev.understudy.scoring;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An ONNX graph in ONNX Runtime: one thread per run and no spinning, since the rooms decide how
 * many runs go on at once. Thread-safe. The session lives until the last run has ended, even when
 * the model was closed and the waiter has long been answered.
 */
final class OnnxModel implements LocalModel {
  static final String PLATFORM = "onnx_onnxv1";

  private final OnnxSession session;
  private final OnnxWorkspaces workspaces;

  /** The model itself counts as one user until it is closed. */
  private final AtomicInteger users = new AtomicInteger(1);

  private OnnxModel(OnnxSession session) {
    this.session = session;
    this.workspaces = new OnnxWorkspaces(session);
  }

  /** Reads the graph and checks it against the contract. */
  static OnnxModel open(byte[] content, ModelContract contract) throws ModelRefused {
    return new OnnxModel(OnnxSession.open(content, contract));
  }

  @Override
  public String platform() {
    return PLATFORM;
  }

  @Override
  public List<TensorSpec> inputs() {
    return session.inputs();
  }

  @Override
  public List<TensorSpec> outputs() {
    return session.outputs();
  }

  @Override
  public boolean sharesMemory() {
    return true;
  }

  @Override
  public ScoringRoom.@Nullable Work begin(Map<String, Tensor> request) {
    return enter() ? new Run(request) : null;
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
      workspaces.close();
      session.close();
    }
  }

  /** Whether the native memory was given back. */
  boolean isReleased() {
    return users.get() == 0;
  }

  private final class Run implements ScoringRoom.Work {
    private final Map<String, Tensor> request;
    private @Nullable OnnxWorkspace running;
    private boolean terminated;

    Run(Map<String, Tensor> request) {
      this.request = request;
    }

    @Override
    public Score run() {
      long start = System.nanoTime();
      try {
        Tensor[] tensors = tensors();
        long rows = rows(tensors);
        OnnxWorkspace workspace = workspaces.take(tensors, rows);
        List<Tensor> answers;
        try {
          publish(workspace);
          answers = workspace.run(tensors);
        } finally {
          withdraw(workspace, rows);
        }
        for (int i = 0; i < answers.size(); i++) {
          check(answers.get(i), outputs().get(i), rows);
        }
        return new Score.Answered(answers, System.nanoTime() - start);
      } catch (OnnxFailure e) {
        return failed(e.isOfMemory() ? Score.Failed.MEMORY : "runtime", e, start);
      } catch (IllegalArgumentException e) {
        return failed("inputs", e, start);
      } catch (RuntimeException e) {
        return failed("outputs", e, start);
      }
    }

    private Tensor[] tensors() {
      Tensor[] tensors = new Tensor[inputs().size()];
      for (int i = 0; i < tensors.length; i++) {
        tensors[i] = TensorRows.given(request, inputs().get(i));
      }
      return tensors;
    }

    private static long rows(Tensor[] tensors) {
      long rows = -1;
      for (Tensor tensor : tensors) {
        rows = Math.max(rows, tensor.rows());
      }
      return rows;
    }

    private void check(Tensor tensor, TensorSpec output, long rows) {
      long[] shape = tensor.dimensions();
      if (!output.admits(shape) || (output.isPerRow() && tensor.rows() != rows)) {
        throw new IllegalStateException(
            "output %s came as %s for %d rows".formatted(output, Arrays.toString(shape), rows));
      }
      if (!tensor.isFinite()) {
        throw new IllegalStateException("output %s is not finite".formatted(output));
      }
    }

    private Score failed(String errorClass, Exception e, long start) {
      return new Score.Failed(
          errorClass, String.valueOf(e.getMessage()), System.nanoTime() - start);
    }

    // The native options must not be touched once they are released or in another run's hands, so
    // all sides take the lock.
    private synchronized void publish(OnnxWorkspace workspace) throws OnnxFailure {
      running = workspace;
      if (terminated) {
        OnnxRuntime.terminate(workspace.runOptions());
      }
    }

    private void withdraw(OnnxWorkspace workspace, long rows) {
      boolean spent;
      synchronized (this) {
        running = null;
        spent = terminated;
      }
      if (spent) {
        workspaces.discard(workspace);
      } else {
        workspaces.give(workspace, rows);
      }
    }

    @Override
    public synchronized void terminate() {
      terminated = true;
      if (running != null) {
        try {
          OnnxRuntime.terminate(running.runOptions());
        } catch (OnnxFailure e) {
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
