package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;

import dev.understudy.contracts.ProblemType;
import dev.understudy.gateway.inference.RequestTraits;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The parameters of one request, whatever protocol has carried them. Those that mean something to
 * the gateway are checked, the others are kept as text. Not thread-safe.
 */
final class RequestParameters {
  /** Whoever gives more gets the gateway's own limit all the same. */
  private static final Duration LONGEST_BUDGET = Duration.ofDays(1);

  private static final String TIMEOUT = "timeout";
  private static final String PRIORITY = "priority";

  /** What we would have to honour and do not: better refused than ignored. */
  private static final Set<String> NOT_SUPPORTED =
      Set.of("sequence_id", "sequence_start", "sequence_end", "shared_memory_region");

  private final Map<String, String> texts = new LinkedHashMap<>();
  private Optional<Duration> timeout = Optional.empty();
  private int priority;

  void text(String name, String value) {
    if (name.equals(TIMEOUT) || name.equals(PRIORITY)) {
      throw notWhole(name);
    }
    keep(name, value, !value.isEmpty());
  }

  void flag(String name, boolean value) {
    if (name.equals(TIMEOUT) || name.equals(PRIORITY)) {
      throw notWhole(name);
    }
    keep(name, String.valueOf(value), value);
  }

  void number(String name, double value) {
    if (name.equals(TIMEOUT) || name.equals(PRIORITY)) {
      throw notWhole(name);
    }
    keep(name, String.valueOf(value), true);
  }

  void whole(String name, long value) {
    switch (name) {
      case TIMEOUT -> timeout = timeout(value);
      case PRIORITY -> priority = priority(value);
      default -> {}
    }
    keep(name, String.valueOf(value), value != 0);
  }

  private static Optional<Duration> timeout(long micros) {
    if (micros < 0) {
      throw invalid("the parameter timeout must be 0 (none) or a number of microseconds");
    }
    return micros == 0 ? Optional.empty() : Optional.of(Duration.of(micros, ChronoUnit.MICROS));
  }

  private static int priority(long level) {
    if (level < 0 || level > Integer.MAX_VALUE) {
      throw invalid("the parameter priority must be 0 (the default) or 1 (the highest) and above");
    }
    return (int) level;
  }

  private static RequestRefused notWhole(String name) {
    return invalid("the parameter %s must be a whole number", name);
  }

  private void keep(String name, String value, boolean wanted) {
    if (wanted && NOT_SUPPORTED.contains(name)) {
      throw new RequestRefused(
          ProblemType.NOT_SUPPORTED,
          "the parameter %s is not supported; leave it out".formatted(name));
    }
    texts.put(name, value);
  }

  /**
   * What the request says besides its tensors.
   *
   * @param header of the transport by its lower-case name
   * @param remaining until the transport's own deadline
   * @throws RequestRefused if that has passed
   */
  RequestTraits traits(
      RequestTraits.Protocol protocol,
      Function<String, Optional<String>> header,
      Optional<Duration> remaining) {
    Optional<Duration> budget =
        timeout
            .filter(given -> remaining.isEmpty() || given.compareTo(remaining.get()) < 0)
            .or(() -> remaining)
            .map(given -> given.compareTo(LONGEST_BUDGET) < 0 ? given : LONGEST_BUDGET);
    if (budget.isPresent() && !budget.get().isPositive()) {
      throw new RequestRefused(ProblemType.TIMED_OUT, "the time for this request is over");
    }
    return new RequestTraits(protocol, header, texts, budget, priority, Map.of());
  }
}
