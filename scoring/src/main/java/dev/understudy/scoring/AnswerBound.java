package dev.understudy.scoring;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How long an answer for so many rows can be at most, so that a server that says too much is not
 * read to the general bound, many calls at once. Outputs that nobody asked for count too, since
 * servers answer them. Where one has a size that only its answer tells, the general bound holds.
 */
final class AnswerBound {
  /** The longest number in JSON has 26 bytes, beside its comma and space. */
  private static final int BYTES_OF_AN_ELEMENT = 32;

  private static final int BYTES_OF_THE_REST = 1 << 16;

  private final List<TensorSpec> outputs;
  private final int mostBytes;

  /**
   * A bound.
   *
   * @param promised by the contract; its shape counts where the server names the output as well
   * @param named by the server
   * @param mostBytes the general bound
   */
  AnswerBound(List<TensorSpec> promised, List<TensorSpec> named, int mostBytes) {
    List<TensorSpec> all = new ArrayList<>(promised);
    named.stream()
        .filter(output -> promised.stream().noneMatch(one -> one.name().equals(output.name())))
        .forEach(all::add);
    this.outputs = List.copyOf(all);
    this.mostBytes = mostBytes;
  }

  /** In bytes. */
  int of(int rows) {
    long bytes = BYTES_OF_THE_REST;
    for (TensorSpec output : outputs) {
      Optional<long[]> shape = output.shapeFor(rows);
      if (shape.isEmpty() || output.datatype() == Datatype.BYTES) {
        return mostBytes;
      }
      long room = (mostBytes - bytes) / BYTES_OF_AN_ELEMENT;
      long elements = 1;
      for (long dimension : shape.get()) {
        if (dimension > 0 && elements > room / dimension) {
          return mostBytes;
        }
        elements *= dimension;
      }
      bytes += elements * BYTES_OF_AN_ELEMENT;
    }
    return (int) Math.min(bytes, mostBytes);
  }
}
