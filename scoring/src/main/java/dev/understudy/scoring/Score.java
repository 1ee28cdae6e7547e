package dev.understudy.scoring;

import java.util.List;

/**
 * What one version made of one request. Failed and TimedOut are the version's own doing; Shed is
 * ours and accuses nobody.
 */
public sealed interface Score {

  /**
   * The outputs of the contract, in its order. Latency is the run alone, without queueing.
   *
   * @param runRows of the whole run, at one of the requests that it answered; 0 at the others, and
   *     {@link #ALONE} where nobody else had part in it
   * @param runNanos how long the whole run took, where there are rows
   */
  record Answered(List<Tensor> outputs, long latencyNanos, long runRows, long runNanos)
      implements Score {
    /** The run had the rows of this request and no others. */
    public static final long ALONE = -1;

    public Answered {
      outputs = List.copyOf(outputs);
    }

    /** The answer of a run that nobody else had part in. */
    public Answered(List<Tensor> outputs, long latencyNanos) {
      this(outputs, latencyNanos, ALONE, latencyNanos);
    }

    /** The output of that name, which the contract promises. */
    public Tensor output(String name) {
      return outputs.stream()
          .filter(tensor -> tensor.name().equals(name))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("no output " + name));
    }
  }

  /**
   * The model refused or failed.
   *
   * @param errorClass one of few words, fit for a metric
   * @param reason for people; may quote the model, so it stays inside
   */
  record Failed(String errorClass, String reason, long latencyNanos) implements Score {
    /** Error class of a model on another server, which cannot be reached or cannot answer now. */
    public static final String REMOTE_UNAVAILABLE = "remote_unavailable";

    /** Error class of a run that found too little memory. */
    public static final String MEMORY = "memory";

    /** Whether it says nothing of the input: the same request may do well later. */
    public boolean isOutage() {
      return errorClass.equals(REMOTE_UNAVAILABLE);
    }
  }

  /** The run was still going when its time was over; it was told to stop. */
  record TimedOut(long afterNanos) implements Score {}

  /**
   * The run did not happen, or not for long enough to blame the version.
   *
   * @param cause {@code queue_full}, {@code queue_timeout}, {@code deadline} (it would have waited
   *     past it), {@code memory} (another run, which goes before it, needed that) or {@code closed}
   */
  record Shed(String cause) implements Score {}
}
