package dev.understudy.training.data;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One application with what became of it. Immutable.
 *
 * @param id its place in the data, from 0
 * @param bad the truth, known only after the loan has run
 * @param age in years; sensitive, for audits of fairness only
 * @param marital sensitive, likewise; empty text: missing
 */
public record CreditRow(
    int id,
    boolean bad,
    Map<CreditColumn, Float> numbers,
    Map<CreditColumn, String> categories,
    int age,
    String marital) {

  /** A column without an entry is missing. */
  public CreditRow {
    numbers = Map.copyOf(numbers);
    categories = Map.copyOf(categories);
    for (CreditColumn column : CreditColumn.values()) {
      boolean present = (column.isCategory() ? categories : numbers).containsKey(column);
      if (!present && !column.mayBeMissing()) {
        throw new IllegalArgumentException(
            "application %d has no %s".formatted(id, column.columnName()));
      }
      String category = categories.get(column);
      if (category != null && !column.categories().contains(category)) {
        throw new IllegalArgumentException(
            "application %d: %s is none of the categories of %s, %s"
                .formatted(id, category, column.columnName(), column.categories()));
      }
    }
  }

  /** The number in that column, unless it is missing. */
  public OptionalDouble number(CreditColumn column) {
    Float value = numbers.get(column);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** The category in that column, unless it is missing. */
  public Optional<String> category(CreditColumn column) {
    return Optional.ofNullable(categories.get(column));
  }

  /** The outcome as text: {@code bad} or {@code good}. */
  public String status() {
    return bad ? CreditContract.POSITIVE : CreditContract.NEGATIVE;
  }

  /** The same application with one number set. */
  public CreditRow with(CreditColumn column, float value) {
    Map<CreditColumn, Float> changed = new EnumMap<>(numbers);
    changed.put(column, value);
    return new CreditRow(id, bad, changed, categories, age, marital);
  }
}
