package dev.understudy.collector.statistics;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts of label and predicted class in one arm of a split, and the metrics that follow from them.
 *
 * <p><b>Question.</b> What are F1, precision, recall, accuracy or cost of an arm, and by how much
 * do two arms differ that share no unit?
 *
 * <p><b>Formula.</b> As {@link ConfusionCube}, for each arm apart: {@code φ = (a - R b)/b̄}, {@code
 * se² = (mean φ² - (mean φ)²)/(n-1)}; the squared standard errors of the arms add.
 *
 * <p><b>Assumptions, source, when it misleads.</b> As {@link ConfusionCube}; and requests of one
 * customer are not independent records, see {@link RatioOfMeans}.
 *
 * @param counts of records; what is not there was not seen
 */
public record ConfusionTable(Map<Cell, Long> counts) {
  /** Label and prediction of a record, as numbers of classes from 0 on. */
  public record Cell(int label, int predicted) implements Comparable<Cell> {
    private static final Comparator<Cell> ORDER =
        Comparator.comparingInt(Cell::label).thenComparingInt(Cell::predicted);

    public Cell {
      if (label < 0 || predicted < 0) {
        throw new IllegalArgumentException("classes %d, %d".formatted(label, predicted));
      }
    }

    @Override
    public int compareTo(Cell other) {
      return ORDER.compare(this, other);
    }
  }

  /** Before the first record. */
  public static final ConfusionTable EMPTY = new ConfusionTable(Map.of());

  public ConfusionTable {
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
  public ConfusionTable merge(ConfusionTable other) {
    Map<Cell, Long> both = new TreeMap<>(counts);
    other.counts.forEach((cell, count) -> both.merge(cell, count, Long::sum));
    return new ConfusionTable(both);
  }

  /** The metric of this arm. */
  public Estimate estimate(RatioMetric metric) {
    return mean(List.of(metric));
  }

  /** Candidate minus current in one metric. */
  public static Estimate difference(
      ConfusionTable current, ConfusionTable candidate, RatioMetric metric) {
    return Estimate.difference(candidate.estimate(metric), current.estimate(metric));
  }

  /** Candidate minus current in macro-F1, over the classes that count in both arms. */
  public static Estimate macroF1Difference(ConfusionTable current, ConfusionTable candidate) {
    List<RatioMetric> metrics =
        classes(current, candidate).counted().stream().map(RatioMetric::f1).toList();
    return Estimate.difference(candidate.mean(metrics), current.mean(metrics));
  }

  /** Which classes count in macro-F1: those with enough labelled positives in either arm. */
  public static ConfusionCube.Classes classes(ConfusionTable current, ConfusionTable candidate) {
    Map<Integer, Long> ofCurrent = current.positives();
    Map<Integer, Long> ofCandidate = candidate.positives();
    Map<Integer, Long> fewer = new TreeMap<>();
    ofCurrent.forEach(
        (one, count) -> fewer.put(one, Math.min(count, ofCandidate.getOrDefault(one, 0L))));
    ofCandidate.keySet().forEach(one -> fewer.putIfAbsent(one, 0L));
    return ConfusionCube.Classes.of(fewer);
  }

  private Map<Integer, Long> positives() {
    Map<Integer, Long> positives = new TreeMap<>();
    counts.forEach(
        (cell, count) -> {
          positives.merge(cell.label(), count, Long::sum);
          positives.merge(cell.predicted(), 0L, Long::sum);
        });
    return positives;
  }

  private Estimate mean(List<RatioMetric> metrics) {
    double value = 0;
    Map<Cell, Double> influence = new TreeMap<>();
    for (RatioMetric metric : metrics) {
      RatioInfluence one = RatioInfluence.of(metric, counts, Cell::label, Cell::predicted);
      value += one.ratio() / metrics.size();
      for (Cell cell : counts.keySet()) {
        double phi = one.of(cell.label(), cell.predicted());
        influence.merge(cell, phi / metrics.size(), Double::sum);
      }
    }
    long records = counts.values().stream().mapToLong(Long::longValue).sum();
    return metrics.isEmpty()
        ? Estimate.undefined(records)
        : RatioInfluence.estimate(value, influence, counts);
  }
}
