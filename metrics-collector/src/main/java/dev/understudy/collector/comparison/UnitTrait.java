package dev.understudy.collector.comparison;

/**
 * What is remembered of a unit beside its sums: whether it ever happened. The order is part of the
 * kept state.
 */
enum UnitTrait {
  /** A request failed or timed out. */
  ERROR,
  /** One was slow. */
  SLOW,
  /** One timed out. */
  TIMEOUT,
  /** One was answered without a usable prediction. */
  INVALID,
  /** One matured without all of its labels. */
  INCOMPLETE,
  /** One was scored, well or badly. */
  SCORED,
  /** A prediction was worth more than nothing. */
  EARNED,
  /** A prediction was worth less than the cap. */
  FELL_SHORT;

  int bit() {
    return 1 << ordinal();
  }

  /** 1 where the trait is among them, else 0. */
  int in(int traits) {
    return traits >> ordinal() & 1;
  }

  static HarmCounts harm(int traits) {
    return new HarmCounts(
        ERROR.in(traits), SLOW.in(traits), TIMEOUT.in(traits), INVALID.in(traits));
  }
}
