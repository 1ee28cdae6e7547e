package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;

import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The best classes of an output: texts {@code value:index}, or {@code value:index:label} where the
 * model's contract names its classes, the largest value first, for each row. Equal values keep
 * their order. Stateless.
 */
final class Classification {
  private static final int MOST_ELEMENTS = 1_000_000;

  private Classification() {}

  /**
   * The ranked output.
   *
   * @param output of numbers; its first dimension are the rows, all others the classes
   * @param wanted at least 1
   * @param labels of the classes; none: they are only numbered
   */
  static Tensor of(Tensor output, int wanted, List<String> labels) {
    if (output.size() > MOST_ELEMENTS) {
      throw invalid(
          "output %s has %d elements, and at most %d can be ranked; send fewer rows",
          output.name(), output.size(), MOST_ELEMENTS);
    }
    int rows = Math.toIntExact(output.rows());
    int classes = rows == 0 ? 0 : output.size() / rows;
    int kept = Math.min(wanted, classes);
    String[] ranked = new String[rows * kept];
    for (int row = 0; row < rows; row++) {
      int first = row * classes;
      int[] best =
          IntStream.range(0, classes)
              .boxed()
              .sorted((a, b) -> compare(output, first + b, first + a))
              .limit(kept)
              .mapToInt(Integer::intValue)
              .toArray();
      for (int i = 0; i < kept; i++) {
        String numbered = written(output, first + best[i]) + ":" + best[i];
        ranked[row * kept + i] =
            best[i] < labels.size() ? numbered + ":" + labels.get(best[i]) : numbered;
      }
    }
    return Tensor.ofTexts(output.name(), new long[] {rows, kept}, ranked);
  }

  private static int compare(Tensor output, int a, int b) {
    if (output.datatype().isFloat()) {
      return Double.compare(output.number(a), output.number(b));
    }
    return output.datatype() == Datatype.UINT64
        ? Long.compareUnsigned(output.integer(a), output.integer(b))
        : Long.compare(output.integer(a), output.integer(b));
  }

  private static String written(Tensor output, int index) {
    if (output.datatype().isFloat()) {
      return String.format(Locale.ROOT, "%f", output.number(index));
    }
    return output.datatype() == Datatype.UINT64
        ? Long.toUnsignedString(output.integer(index))
        : Long.toString(output.integer(index));
  }
}
