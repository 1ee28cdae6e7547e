package dev.understudy.training.graph;

import dev.understudy.training.data.CreditColumn;
import dev.understudy.training.data.CreditRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How raw columns become features, as learnt from the training rows: a missing number is replaced
 * by the median, numbers are scaled, categories become zeros and ones (all zeros: missing or
 * unknown).
 *
 * @param columns in the order of the contract
 * @param numbers per column that holds numbers, in that order
 * @param marksMissing whether it is a feature of its own that a number was missing
 */
public record Preparation(List<CreditColumn> columns, List<Scale> numbers, boolean marksMissing) {

  /** Median of what is present; mean and standard deviation once that is filled in. */
  public record Scale(float median, float mean, float deviation) {
    public Scale {
      if (!(deviation > 0) || !Float.isFinite(mean) || !Float.isFinite(median)) {
        throw new IllegalArgumentException(
            "median %s, mean %s, standard deviation %s".formatted(median, mean, deviation));
      }
    }
  }

  public Preparation {
    columns = columns.stream().sorted().toList();
    numbers = List.copyOf(numbers);
    if (columns.stream().filter(column -> !column.isCategory()).count() != numbers.size()) {
      throw new IllegalArgumentException("a scale per column of numbers");
    }
  }

  /** Learns it from the rows. */
  public static Preparation of(
      List<CreditColumn> columns, List<CreditRow> rows, boolean marksMissing) {
    return new Preparation(
        columns,
        columns.stream()
            .sorted()
            .filter(column -> !column.isCategory())
            .map(column -> scale(column, rows))
            .toList(),
        marksMissing);
  }

  private static Scale scale(CreditColumn column, List<CreditRow> rows) {
    double[] present =
        rows.stream().flatMapToDouble(row -> row.number(column).stream()).sorted().toArray();
    if (present.length == 0) {
      throw new IllegalArgumentException(
          "%s is missing in every row; leave it out".formatted(column.columnName()));
    }
    double median = (present[(present.length - 1) / 2] + present[present.length / 2]) / 2;
    double[] filled = rows.stream().mapToDouble(row -> row.number(column).orElse(median)).toArray();
    double mean = Arrays.stream(filled).average().orElseThrow();
    double variance =
        Arrays.stream(filled).map(value -> (value - mean) * (value - mean)).average().orElseThrow();
    double deviation = variance > 0 ? Math.sqrt(variance) : 1;
    return new Scale((float) median, (float) mean, (float) deviation);
  }

  /** The columns that hold numbers, in order. */
  public List<CreditColumn> numberColumns() {
    return columns.stream().filter(column -> !column.isCategory()).toList();
  }

  /** The columns that hold categories, in order. */
  public List<CreditColumn> categoryColumns() {
    return columns.stream().filter(CreditColumn::isCategory).toList();
  }

  /** Places, among the numbers, of those whose absence is a feature. */
  long[] markedNumbers() {
    List<CreditColumn> all = numberColumns();
    return IntStream.range(0, all.size()).filter(i -> marks(all.get(i))).asLongStream().toArray();
  }

  private boolean marks(CreditColumn column) {
    return marksMissing && column.mayBeMissing();
  }

  /** What each feature is called, in the order of the feature vector. */
  public List<String> features() {
    List<String> names = new ArrayList<>();
    numberColumns().forEach(column -> names.add(column.columnName()));
    numberColumns().stream()
        .filter(this::marks)
        .forEach(column -> names.add(column.columnName() + " is missing"));
    for (CreditColumn column : categoryColumns()) {
      column.categories().forEach(category -> names.add(column.columnName() + "=" + category));
    }
    return names;
  }
}
