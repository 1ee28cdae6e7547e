package dev.understudy.collector.statistics;

import java.util.ArrayList;
import java.util.List;

/**
 * Sums of products of the figures of units, between every two cells that a unit was in.
 *
 * <p>A cell is an arm in an epoch. A unit that came back in a later epoch is in two cells, and what
 * it did in both is not independent; so the products of its figures in the one with those in the
 * other are summed too, which is all that {@link StickyDifference} needs to know of them. Units
 * grow: {@link #replace} takes a unit's old figures out and puts its new ones in.
 *
 * <p>The figures are 1, the number of predictions x, the sum y of their values less a fixed centre
 * each, and the covariate v. Not thread-safe.
 */
public final class CrossSums {
  /** How many figures a unit has in a cell. */
  public static final int FIGURES = 4;

  /** The figures of a unit in a cell that it does not count in. */
  public static final double[] NONE = {};

  /** Numbers of the figures. */
  static final int ONE = 0;

  static final int X = 1;
  static final int Y = 2;
  static final int V = 3;

  private static final int SUMS = FIGURES * FIGURES;

  /** By second cell and then by first, which is not above it; empty where no unit was in both. */
  private final List<double[]> blocks;

  /** The sums of two cells, {@code sums[FIGURES * a + b]} for figure a of the first. */
  @FunctionalInterface
  public interface Visitor {
    void visit(int first, int second, double[] sums);
  }

  private CrossSums(List<double[]> blocks) {
    this.blocks = blocks;
  }

  /** Of no unit. */
  public static CrossSums empty() {
    return new CrossSums(new ArrayList<>());
  }

  /**
   * With other figures of one unit.
   *
   * @param cells that the unit is in, each once
   * @param before its figures there, or {@link #NONE}; the very same array where nothing changed
   * @param after likewise
   */
  public void replace(int[] cells, double[][] before, double[][] after) {
    for (int i = 0; i < cells.length; i++) {
      for (int j = i; j < cells.length; j++) {
        if (before[i] != after[i] || before[j] != after[j]) {
          boolean ordered = cells[i] <= cells[j];
          int low = ordered ? i : j;
          int high = ordered ? j : i;
          add(cells[low], cells[high], after[low], after[high], 1);
          add(cells[low], cells[high], before[low], before[high], -1);
        }
      }
    }
  }

  private void add(int first, int second, double[] one, double[] other, int sign) {
    if (one.length == 0 || other.length == 0) {
      return;
    }
    double[] sums = block(first, second);
    for (int a = 0; a < FIGURES; a++) {
      for (int b = 0; b < FIGURES; b++) {
        sums[FIGURES * a + b] += sign * one[a] * other[b];
      }
    }
  }

  /** Takes sums over as they were visited. */
  public void put(int first, int second, double[] sums) {
    if (first < 0 || first > second || sums.length != SUMS) {
      throw new IllegalArgumentException(
          "%d sums of the cells %d and %d".formatted(sums.length, first, second));
    }
    System.arraycopy(sums, 0, block(first, second), 0, SUMS);
  }

  private double[] block(int first, int second) {
    int index = index(first, second);
    while (blocks.size() <= index) {
      blocks.add(NONE);
    }
    double[] sums = blocks.get(index);
    if (sums.length == 0) {
      sums = new double[SUMS];
      blocks.set(index, sums);
    }
    return sums;
  }

  /** The sum over units of figure a in the one cell times figure b in the other. */
  double of(int one, int a, int other, int b) {
    if (one > other) {
      return of(other, b, one, a);
    }
    int index = index(one, other);
    if (index >= blocks.size() || blocks.get(index).length == 0) {
      return 0;
    }
    return blocks.get(index)[FIGURES * a + b];
  }

  /** How many units count in the cell. */
  public double units(int cell) {
    return of(cell, ONE, cell, ONE);
  }

  /** The sum of x over the units of the cell. */
  public double predictions(int cell) {
    return of(cell, ONE, cell, X);
  }

  /** The sum of y over the units of the cell. */
  public double deviations(int cell) {
    return of(cell, ONE, cell, Y);
  }

  /** The same sums, which no longer change with these. */
  public CrossSums copy() {
    List<double[]> copy = new ArrayList<>(blocks.size());
    blocks.forEach(block -> copy.add(block.clone()));
    return new CrossSums(copy);
  }

  /** Hands over the sums of every two cells that have any, by rising second and first cell. */
  public void forEach(Visitor visitor) {
    int second = 0;
    int first = 0;
    for (double[] block : blocks) {
      if (block.length > 0) {
        visitor.visit(first, second, block.clone());
      }
      first++;
      if (first > second) {
        second++;
        first = 0;
      }
    }
  }

  private static int index(int first, int second) {
    return second * (second + 1) / 2 + first;
  }
}
