package dev.understudy.scoring;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * One input of a model's contract: what a client may send under this name.
 *
 * @param shape -1 first is the number of rows, later any size
 * @param mayBeMissing null is allowed, and to leave out the whole column if only the rows are free
 * @param mayBeNan NaN in the request is allowed
 * @param categories the texts that are allowed; empty: any text
 */
public record Column(
    String name,
    Datatype datatype,
    List<Long> shape,
    boolean mayBeMissing,
    boolean mayBeNan,
    List<String> categories,
    OptionalDouble minimum,
    OptionalDouble maximum) {

  private static final double SMALL_STEP = 0.1;

  public Column {
    shape = List.copyOf(shape);
    categories = List.copyOf(categories);
    if (mayBeMissing && !datatype.canBeMissing()) {
      throw new IllegalArgumentException(
          "column %s: %s has no value that says missing; take a floating-point type or BYTES"
              .formatted(name, datatype));
    }
    if (!categories.isEmpty() && datatype != Datatype.BYTES) {
      throw new IllegalArgumentException(
          "column %s: categories belong to BYTES, not to %s".formatted(name, datatype));
    }
    if (minimum.isPresent()
        && maximum.isPresent()
        && minimum.getAsDouble() > maximum.getAsDouble()) {
      throw new IllegalArgumentException("column %s: minimum over maximum".formatted(name));
    }
  }

  /** A column of numbers, one per row, without limits. */
  public static Column number(String name, boolean mayBeMissing) {
    return new Column(
        name,
        Datatype.FP32,
        List.of(-1L),
        mayBeMissing,
        false,
        List.of(),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  /** A column of texts, one per row. */
  public static Column category(String name, boolean mayBeMissing, String... categories) {
    return new Column(
        name,
        Datatype.BYTES,
        List.of(-1L),
        mayBeMissing,
        false,
        List.of(categories),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  /** The column without its limits. */
  public TensorSpec spec() {
    return new TensorSpec(name, datatype, shape);
  }

  /**
   * Whether a request may come without it: null is allowed, and the rows tell how many are meant.
   */
  public boolean mayBeLeftOut() {
    return mayBeMissing && shape.stream().skip(1).allMatch(size -> size >= 0);
  }

  /** Values that every request may hold, to warm a model up with. */
  Tensor harmless(int rows) {
    long[] actual = shapeFor(rows);
    int size = Math.toIntExact(Tensor.elements(actual));
    return filled(actual, size, nearestToZero(), categories.isEmpty() ? "" : categories.getFirst());
  }

  /** One row that any request may hold; those of other numbers differ as far as they may. */
  Tensor sample(int number) {
    long[] actual = shapeFor(1);
    int size = Math.toIntExact(Tensor.elements(actual));
    return filled(actual, size, sampled(number), text(number));
  }

  private double sampled(int number) {
    // Whole numbers are often places in a table, which may have no more than two.
    double away = datatype.isFloat() ? number * SMALL_STEP : number % 2;
    double more = nearestToZero() + away;
    return more <= maximum.orElse(Double.MAX_VALUE)
        ? more
        : Math.max(nearestToZero() - away, minimum.orElse(-Double.MAX_VALUE));
  }

  private String text(int number) {
    return categories.isEmpty()
        ? Integer.toString(number)
        : categories.get(number % categories.size());
  }

  private double nearestToZero() {
    return Math.max(minimum.orElse(0), Math.min(0, maximum.orElse(0)));
  }

  /**
   * The column as if nobody had filled it in. Only where it {@link #mayBeLeftOut}.
   *
   * @param rows of the request
   */
  public Tensor missing(int rows) {
    long[] actual = shapeFor(rows);
    return filled(actual, Math.toIntExact(Tensor.elements(actual)), Double.NaN, "");
  }

  private Tensor filled(long[] actual, int size, double number, String text) {
    return switch (datatype) {
      case FP32 -> {
        float[] values = new float[size];
        Arrays.fill(values, (float) number);
        yield Tensor.ofFloats(name, actual, values);
      }
      case FP16, BF16 -> {
        int single = Float.floatToRawIntBits((float) number);
        short[] bits = new short[size];
        Arrays.fill(
            bits,
            datatype == Datatype.FP16
                ? Float.floatToFloat16((float) number)
                : (short) (single >>> Short.SIZE));
        yield Tensor.ofHalves(name, datatype, actual, bits);
      }
      case FP64 -> {
        double[] values = new double[size];
        Arrays.fill(values, number);
        yield Tensor.ofDoubles(name, actual, values);
      }
      case BYTES -> {
        String[] values = new String[size];
        Arrays.fill(values, text);
        yield Tensor.ofTexts(name, actual, values);
      }
      default -> {
        long[] values = new long[size];
        Arrays.fill(values, (long) number);
        yield Tensor.ofIntegers(name, datatype, actual, values);
      }
    };
  }

  private long[] shapeFor(int rows) {
    long[] actual = new long[shape.size()];
    for (int i = 0; i < actual.length; i++) {
      long dimension = shape.get(i);
      actual[i] = dimension >= 0 ? dimension : i == 0 ? rows : 1;
    }
    return actual;
  }
}
