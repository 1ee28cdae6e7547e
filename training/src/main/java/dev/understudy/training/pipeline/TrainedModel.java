package dev.understudy.training.pipeline;

import java.nio.file.Path;

/**
 * A version that waits to be registered.
 *
 * @param model the ONNX graph
 * @param runFile how it came about, as JSON
 * @param run the same
 */
public record TrainedModel(Path model, Path runFile, Run run) {
  /** Of the graph. */
  public String sha256() {
    return run.sha256();
  }

  /** On the rows held out. */
  public Metrics metrics() {
    return run.test();
  }
}
