package dev.understudy.scoring;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What clients may send to a model, owned by the model and not by one version: a version uses a
 * subset of it. Immutable.
 */
public final class InputContract {
  private final Map<String, Column> byName = new LinkedHashMap<>();
  private final List<Column> columns;

  public InputContract(List<Column> columns) {
    this.columns = List.copyOf(columns);
    for (Column column : columns) {
      if (byName.put(column.name(), column) != null) {
        throw new IllegalArgumentException("column %s is there twice".formatted(column.name()));
      }
    }
  }

  /** In the order of the contract. */
  public List<Column> columns() {
    return columns;
  }

  /** The column of that name. */
  public Optional<Column> column(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** The names, for messages. */
  public String names() {
    return columns.stream().map(Column::name).collect(Collectors.joining(", "));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof InputContract that && columns.equals(that.columns);
  }

  @Override
  public int hashCode() {
    return columns.hashCode();
  }

  @Override
  public String toString() {
    return columns.toString();
  }
}
