package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;

import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.TensorSpec;
import java.util.List;

/**
 * An output that a client wants, and how.
 *
 * @param binary as bytes, in whatever way the protocol carries them
 * @param base64 as texts in base64, where it is of BYTES and comes in JSON
 * @param classes the best so many, as {@code value:index} or {@code value:index:label}, instead of
 *     all values; 0: the values
 * @param labels of the classes; none: they are only numbered
 */
record OutputWish(String name, boolean binary, boolean base64, int classes, List<String> labels) {
  OutputWish {
    if (classes < 0) {
      throw invalid("output %s: classification %d is below 0", name, classes);
    }
  }

  /** The output as it is, or as bytes. */
  OutputWish(String name, boolean binary, int classes) {
    this(name, binary, false, classes, List.of());
  }

  /** The best so many classes of an output, with their labels if the model's contract has some. */
  static OutputWish ranked(String name, boolean binary, int classes, ModelContract contract) {
    return new OutputWish(
        name, binary, false, classes, contract.labels().getOrDefault(name, List.of()));
  }

  /** The output as it is. */
  static OutputWish plain(String name) {
    return new OutputWish(name, false, 0);
  }

  /**
   * Refuses, before anything is scored, what this output cannot be turned into.
   *
   * @param rawOnly how to ask for a binary output, for the message
   */
  void require(TensorSpec output, String rawOnly) {
    Datatype datatype = output.datatype();
    if (classes > 0 && (datatype.isHalf() || !datatype.isFloat() && !datatype.isInteger())) {
      throw invalid("output %s: there are no classes of %s to rank", name, datatype);
    }
    if (classes > 0 && (output.shape().isEmpty() || output.shape().getFirst() >= 0)) {
      throw invalid("output %s has no rows to rank the classes of", name);
    }
    if (base64 && (datatype != Datatype.BYTES || binary)) {
      throw invalid("output %s: base64 is a form of BYTES in JSON, and of nothing else", name);
    }
    if (datatype.isHalf() && !binary) {
      throw invalid("output %s: %s has no form in JSON; %s", name, datatype, rawOnly);
    }
  }
}
