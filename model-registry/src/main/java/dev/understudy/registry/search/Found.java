package dev.understudy.registry.search;

import java.util.List;

/**
 * A part of what a search found.
 *
 * @param more whether there is more after it
 */
public record Found<T>(List<T> items, boolean more) {
  /** Of rows that were read with one more than is wanted. */
  public static <T> Found<T> of(List<T> oneMore, Search search) {
    boolean more = oneMore.size() > search.limit();
    return new Found<>(List.copyOf(more ? oneMore.subList(0, search.limit()) : oneMore), more);
  }
}
