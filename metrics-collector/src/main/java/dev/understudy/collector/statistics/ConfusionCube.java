package dev.understudy.collector.statistics;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToIntFunction;

/**
 * Counts of label, current's class and candidate's class, and the metrics that follow from them.
 *
 * <p><b>Question.</b> By how much do F1, precision, recall, accuracy or cost differ between two
 * versions that predicted the same records?
 *
 * <p><b>Formula.</b> Each metric is a ratio R = mean(a)/mean(b) (see {@link RatioMetric}). Per
 * record {@code φ = (a_T - R_T b_T)/b̄_T - (a_C - R_C b_C)/b̄_C}; diff = R_T - R_C; {@code se² =
 * (mean φ² - (mean φ)²)/(n-1)}: the delta method. Of several metrics, such as F1 by class, the mean
 * of diff and of φ is taken. Undefined where b̄ = 0.
 *
 * <p><b>Assumptions.</b> Independent records, many of them, also of the rarer class.
 *
 * <p><b>Source.</b> Delta method on the multinomial counts (textbook).
 *
 * <p><b>When it misleads.</b> With few positives: the ratio is then skewed and its standard error
 * too small. Classes with fewer than 30 labelled positives are left out of macro-F1 and named.
 *
 * @param counts of records; what is not there was not seen
 */
public record ConfusionCube(Map<Cell, Long> counts) {
  /** Labelled positives that a class needs to count in macro-F1. */
  public static final long FEWEST_POSITIVES = 30;

  /** Label and both predictions of a record, as numbers of classes from 0 on. */
  public record Cell(int label, int current, int candidate) implements Comparable<Cell> {
    private static final Comparator<Cell> ORDER =
        Comparator.comparingInt(Cell::label)
            .thenComparingInt(Cell::current)
            .thenComparingInt(Cell::candidate);

    public Cell {
      if (label < 0 || current < 0 || candidate < 0) {
        throw new IllegalArgumentException(
            "classes %d, %d, %d".formatted(label, current, candidate));
      }
    }

    @Override
    public int compareTo(Cell other) {
      return ORDER.compare(this, other);
    }
  }

  /** Before the first record. */
  public static final ConfusionCube EMPTY = new ConfusionCube(Map.of());

  public ConfusionCube {
    counts.forEach(
        (cell, count) -> {
          if (count < 0) {
            throw new IllegalArgumentException("%s has count %d".formatted(cell, count));
          }
        });
    // In order, so that sums are the same in each run to the last bit.
    counts = Collections.unmodifiableMap(new TreeMap<>(counts));
  }

  /** Both sets of records together. */
  public ConfusionCube merge(ConfusionCube other) {
    Map<Cell, Long> both = new TreeMap<>(counts);
    other.counts.forEach((cell, count) -> both.merge(cell, count, Long::sum));
    return new ConfusionCube(both);
  }

  /** How many records there are. */
  public long records() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Candidate minus current in one metric. */
  public Estimate difference(RatioMetric metric) {
    return meanDifference(List.of(metric));
  }

  /** Candidate minus current in macro-F1, over the classes that count. */
  public Estimate macroF1Difference() {
    return meanDifference(classes().counted().stream().map(RatioMetric::f1).toList());
  }

  /** Which classes count in macro-F1, and which have too few labelled positives. */
  public Classes classes() {
    Map<Integer, Long> positives = new TreeMap<>();
    counts.forEach(
        (cell, count) -> {
          positives.merge(cell.label(), count, Long::sum);
          positives.merge(cell.current(), 0L, Long::sum);
          positives.merge(cell.candidate(), 0L, Long::sum);
        });
    return Classes.of(positives);
  }

  /**
   * The classes of macro-F1.
   *
   * @param counted with enough labelled positives
   * @param leftOut with too few
   */
  public record Classes(List<Integer> counted, List<Integer> leftOut) {
    static Classes of(Map<Integer, Long> positives) {
      List<Integer> counted =
          positives.entrySet().stream()
              .filter(one -> one.getValue() >= FEWEST_POSITIVES)
              .map(Map.Entry::getKey)
              .sorted()
              .toList();
      TreeSet<Integer> leftOut = new TreeSet<>(positives.keySet());
      leftOut.removeAll(counted);
      return new Classes(counted, List.copyOf(leftOut));
    }
  }

  private Estimate meanDifference(List<RatioMetric> metrics) {
    long n = records();
    double value = 0;
    Map<Cell, Double> influence = new TreeMap<>();
    for (RatioMetric metric : metrics) {
      RatioInfluence ofCurrent = influence(metric, Cell::current);
      RatioInfluence ofCandidate = influence(metric, Cell::candidate);
      value += (ofCandidate.ratio() - ofCurrent.ratio()) / metrics.size();
      for (Cell cell : counts.keySet()) {
        double phi =
            ofCandidate.of(cell.label(), cell.candidate())
                - ofCurrent.of(cell.label(), cell.current());
        influence.merge(cell, phi / metrics.size(), Double::sum);
      }
    }
    return metrics.isEmpty()
        ? Estimate.undefined(n)
        : RatioInfluence.estimate(value, influence, counts);
  }

  private RatioInfluence influence(RatioMetric metric, ToIntFunction<Cell> predicted) {
    return RatioInfluence.of(metric, counts, Cell::label, predicted);
  }
}
