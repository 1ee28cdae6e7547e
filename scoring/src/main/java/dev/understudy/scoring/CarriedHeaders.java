package dev.understudy.scoring;

import java.util.Map;
import java.util.function.Supplier;

/**
 * Headers that a call takes along to a model on another server, such as the caller's place in a
 * trace. They hold for whatever is asked on this thread meanwhile; a model in this process never
 * sees them.
 */
public final class CarriedHeaders {
  private static final ScopedValue<Map<String, String>> CARRIED = ScopedValue.newInstance();

  private CarriedHeaders() {}

  /** Asks with these headers, by their names. */
  public static <T> T with(Map<String, String> headers, Supplier<T> call) {
    return ScopedValue.where(CARRIED, Map.copyOf(headers)).call(call::get);
  }

  /** Those of this thread now; mostly none. */
  static Map<String, String> current() {
    return CARRIED.isBound() ? CARRIED.get() : Map.of();
  }
}
