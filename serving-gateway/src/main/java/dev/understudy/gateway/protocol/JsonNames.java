package dev.understudy.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The names of the objects that are open, so that none comes twice in one. A client's objects have
 * few names, which are compared where they are; many go into a set. Not thread-safe.
 */
final class JsonNames {
  private static final int FEW = 16;

  private final byte[] bytes;

  /** Where each name begins and how long it is, the outermost object's first. */
  private int[] places = new int[FEW];

  private int used;
  private final int[] firstByDepth;

  /** By depth; most requests have none. */
  private Map<Integer, Set<String>> many = Map.of();

  JsonNames(byte[] bytes, int deepest) {
    this.bytes = bytes;
    this.firstByDepth = new int[deepest + 1];
  }

  /** An object begins. */
  void begin(int depth) {
    firstByDepth[depth] = used;
    if (!many.isEmpty()) {
      many.remove(depth);
    }
  }

  /** The object ends. */
  void end(int depth) {
    used = firstByDepth[depth];
  }

  /** Takes a name of the innermost open object; false: it was there already. */
  boolean add(int depth, JsonText name) {
    Set<String> set = many.isEmpty() ? null : many.get(depth);
    if (set != null) {
      return set.add(name.text());
    }
    if (name.isEscaped() || used - firstByDepth[depth] >= 2 * FEW) {
      return toSet(depth).add(name.text());
    }
    int start = name.start();
    int end = start + name.length();
    for (int i = firstByDepth[depth]; i < used; i += 2) {
      if (Arrays.equals(bytes, places[i], places[i] + places[i + 1], bytes, start, end)) {
        return false;
      }
    }
    if (used == places.length) {
      places = Arrays.copyOf(places, 2 * used);
    }
    places[used++] = start;
    places[used++] = name.length();
    return true;
  }

  private Set<String> toSet(int depth) {
    Set<String> set = new HashSet<>();
    for (int i = firstByDepth[depth]; i < used; i += 2) {
      set.add(new String(bytes, places[i], places[i + 1], UTF_8));
    }
    if (many.isEmpty()) {
      many = new HashMap<>();
    }
    many.put(depth, set);
    return set;
  }
}
