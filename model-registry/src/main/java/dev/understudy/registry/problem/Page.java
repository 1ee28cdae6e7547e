package dev.understudy.registry.problem;

import java.util.List;

/** A list as it leaves the service: an object, so that fields can be added to it later. */
public record Page<T>(List<T> items) {
  /** The most items that one page holds. */
  public static final int MOST = 1000;

  /** The limit that was asked for, once it is within bounds. */
  public static int limit(int asked) {
    return (int) Checks.between("limit", asked, 1, MOST);
  }
}
