package dev.understudy.registry.search;

import java.util.List;

/**
 * A search: all conditions must hold.
 *
 * @param skip how many of what was found are left out first
 * @param limit how many are wanted
 */
public record Search(List<Condition> conditions, List<Order> orders, int skip, int limit) {
  /** What the result is sorted by. */
  public record Order(Condition.Kind kind, String key, boolean descending) {}

  public Search {
    conditions = List.copyOf(conditions);
    orders = List.copyOf(orders);
  }
}
