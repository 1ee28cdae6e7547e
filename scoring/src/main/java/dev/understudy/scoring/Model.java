package dev.understudy.scoring;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** A loaded model. Thread-safe. */
public interface Model extends AutoCloseable {

  /** The Open Inference Protocol's platform name, e.g. {@code onnx_onnxv1}. */
  String platform();

  /** What this model reads; a subset of the contract. */
  List<TensorSpec> inputs();

  /** What it answers: the outputs of the contract. */
  List<TensorSpec> outputs();

  /**
   * Scores a request without blocking the caller. The stage never completes exceptionally; it
   * completes on a thread of the room, on the clock's, or on one of the model's own.
   *
   * @param inputs by name; tensors that this model does not read are ignored
   * @param deadline from now, waiting included
   * @param room whose threads do the work
   */
  CompletionStage<Score> score(Map<String, Tensor> inputs, Duration deadline, ScoringRoom room);

  /** No new runs; memory is given back when the last run has ended. */
  @Override
  void close();
}
