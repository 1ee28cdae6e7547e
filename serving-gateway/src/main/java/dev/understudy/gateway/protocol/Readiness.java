package dev.understudy.gateway.protocol;

/** What is known of models that are not served. Thread-safe. */
@FunctionalInterface
public interface Readiness {
  /** Whether this gateway takes requests. */
  boolean isReady();

  /** Whether a model of that name, which is not served now, may be soon. */
  default boolean awaits(String model) {
    return !isReady();
  }
}
