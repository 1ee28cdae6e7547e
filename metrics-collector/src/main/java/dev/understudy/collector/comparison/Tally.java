package dev.understudy.collector.comparison;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/**
 * The sufficient statistics of a test. Merges by addition: counts exactly, sums of doubles in the
 * order of merging, which is why partitions are always merged in the order of their numbers.
 * Immutable.
 *
 * @param pairs in shadow, by epoch
 * @param arms in a split, by epoch and logged share
 * @param refused records of the test that contradict its definition, and requests of several rows
 *     where its rule of labels takes one
 * @param units of a test by unit, once the partitions are put together; else empty
 * @param calibration of a calibration, which has neither pairs nor arms
 */
public record Tally(
    SortedMap<Integer, PairTally> pairs,
    SortedMap<Stratum, SplitTally> arms,
    long refused,
    UnitTally units,
    CalibrationTally calibration) {
  /** Nothing counted yet. */
  public static final Tally EMPTY = new Tally(new TreeMap<>(), new TreeMap<>(), 0);

  /** More strata than this are no ramp but a fault of whoever logs the shares. */
  private static final int MOST_STRATA = 64;

  /** Units that were assigned with the same probability in the same epoch. */
  public record Stratum(int epoch, double share) implements Comparable<Stratum> {
    public Stratum {
      if (!(share > 0 && share < 1)) {
        throw new IllegalArgumentException("a share of %s is not between 0 and 1".formatted(share));
      }
    }

    @Override
    public int compareTo(Stratum other) {
      int byEpoch = Integer.compare(epoch, other.epoch);
      return byEpoch != 0 ? byEpoch : Double.compare(share, other.share);
    }
  }

  public Tally {
    pairs = frozen(pairs);
    arms = frozen(arms);
  }

  /** Of one partition of a test, where units are not known yet. */
  public Tally(
      SortedMap<Integer, PairTally> pairs, SortedMap<Stratum, SplitTally> arms, long refused) {
    this(pairs, arms, refused, UnitTally.EMPTY, CalibrationTally.EMPTY);
  }

  /** The same requests, with what is known of their units. */
  public Tally withUnits(UnitTally known) {
    return new Tally(pairs, arms, refused, known, calibration);
  }

  /** With one more mature prediction. */
  public Tally plus(TestPlan plan, JudgedUnit unit) {
    Calibrating calibrating = plan.calibrating();
    if (calibrating != null && unit instanceof JudgedUnit.Measured measured) {
      return new Tally(pairs, arms, refused, units, calibration.plus(calibrating, measured));
    }
    if (!plan.epochs().contains(unit.epoch()) || !plan.labels().takes(unit.truth().rows())) {
      return plusRefused();
    }
    return switch (unit) {
      case JudgedUnit.Pair pair -> {
        PairTally before = pairs.getOrDefault(pair.epoch(), PairTally.EMPTY);
        yield new Tally(with(pairs, pair.epoch(), before.plus(plan, pair)), arms, refused);
      }
      case JudgedUnit.Assigned one -> {
        if (!(one.share() > 1e-4 && one.share() < 1 - 1e-4)) {
          yield plusRefused();
        }
        Stratum stratum = new Stratum(one.epoch(), one.share());
        SplitTally before = arms.get(stratum);
        if (before == null && arms.size() >= MOST_STRATA) {
          yield plusRefused();
        }
        SplitTally after = (before == null ? SplitTally.EMPTY : before).plus(plan, one);
        yield new Tally(pairs, with(arms, stratum, after), refused);
      }
      case JudgedUnit.Measured measured -> plusRefused();
    };
  }

  /** With one more record that contradicts the definition. */
  public Tally plusRefused() {
    return new Tally(pairs, arms, refused + 1, units, calibration);
  }

  /** Both tallies together. */
  public Tally merge(Tally other) {
    return new Tally(
        merged(pairs, other.pairs, PairTally::merge),
        merged(arms, other.arms, SplitTally::merge),
        refused + other.refused,
        UnitTally.EMPTY,
        calibration.merge(other.calibration));
  }

  /** All pairs, whatever their epoch. */
  public PairTally allPairs() {
    return pairs.values().stream().reduce(PairTally.EMPTY, PairTally::merge);
  }

  /** The last epoch that was seen; 0 before the first unit. */
  public int lastEpoch() {
    int last = pairs.isEmpty() ? 0 : pairs.lastKey();
    return arms.isEmpty() ? last : Math.max(last, arms.lastKey().epoch());
  }

  /** A copy is made for every unit, and one of the two maps is always empty. */
  private static <K, V> SortedMap<K, V> frozen(SortedMap<K, V> map) {
    return map.isEmpty()
        ? Collections.emptySortedMap()
        : Collections.unmodifiableSortedMap(new TreeMap<>(map));
  }

  private static <K, V> SortedMap<K, V> with(SortedMap<K, V> map, K key, V value) {
    SortedMap<K, V> changed = new TreeMap<>(map);
    changed.put(key, value);
    return changed;
  }

  private static <K, V> SortedMap<K, V> merged(
      Map<K, V> one, Map<K, V> other, BinaryOperator<V> merge) {
    SortedMap<K, V> both = new TreeMap<>(one);
    other.forEach((key, value) -> both.merge(key, value, merge));
    return both;
  }
}
