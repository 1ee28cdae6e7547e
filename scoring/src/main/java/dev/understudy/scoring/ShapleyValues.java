package dev.understudy.scoring;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * How much each of n players adds to what all of them reach together (Shapley 1953): its marginal
 * contribution, averaged over all orders in which they may join.
 *
 * <p>Up to {@value #MOST_EXACT} players every coalition is asked for and the average is exact.
 * Beyond, it is taken over random orders, each with its reverse (antithetic pairs, which cancel the
 * effect of interactions of two players; Mitchell et al., JMLR 2022), from a fixed seed. Either way
 * the values add up to v(all) - v(none) but for rounding, since each order's contributions do, and
 * a player that never changes anything gets zero.
 */
final class ShapleyValues {
  /** 4,096 coalitions. */
  static final int MOST_EXACT = 12;

  /** About so many coalitions are asked for where not all can be. */
  private static final int SAMPLED_COALITIONS = 4096;

  private static final int MOST_PAIRS = 64;
  private static final long SEED = 0x5ca1ab1e;

  private final int players;
  private final List<int[]> orders;

  private ShapleyValues(int players, List<int[]> orders) {
    this.players = players;
    this.orders = orders;
  }

  static ShapleyValues of(int players) {
    return new ShapleyValues(players, players <= MOST_EXACT ? List.of() : orders(players));
  }

  private static List<int[]> orders(int players) {
    Random random = new Random(SEED);
    int pairs = Math.clamp(SAMPLED_COALITIONS / (2L * players), 1, MOST_PAIRS);
    List<int[]> orders = new ArrayList<>();
    for (int pair = 0; pair < pairs; pair++) {
      int[] order = new int[players];
      for (int i = 0; i < players; i++) {
        int at = random.nextInt(i + 1);
        order[i] = order[at];
        order[at] = i;
      }
      int[] reverse = new int[players];
      for (int i = 0; i < players; i++) {
        reverse[i] = order[players - 1 - i];
      }
      orders.add(order);
      orders.add(reverse);
    }
    return orders;
  }

  /** Whether every coalition counts. */
  boolean isExact() {
    return orders.isEmpty();
  }

  /** The coalitions whose values are needed, nobody and everybody among them. */
  List<BitSet> coalitions() {
    Set<BitSet> needed = new LinkedHashSet<>();
    if (isExact()) {
      for (long members = 0; members < 1L << players; members++) {
        needed.add(BitSet.valueOf(new long[] {members}));
      }
    }
    for (int[] order : orders) {
      BitSet joined = new BitSet(players);
      needed.add((BitSet) joined.clone());
      for (int player : order) {
        joined.set(player);
        needed.add((BitSet) joined.clone());
      }
    }
    return List.copyOf(needed);
  }

  /** What each player adds, from the values of the coalitions. */
  double[] contributions(ToDoubleFunction<BitSet> value) {
    return isExact() ? exact(value) : sampled(value);
  }

  private double[] exact(ToDoubleFunction<BitSet> value) {
    // The share of orders in which so many others joined before: s! (n - s - 1)! / n!
    double[] weights = new double[players];
    for (int before = 0; before < players; before++) {
      weights[before] = 1.0 / (players * binomial(players - 1, before));
    }
    double[] contributions = new double[players];
    for (BitSet coalition : coalitions()) {
      double without = value.applyAsDouble(coalition);
      for (int player = 0; player < players; player++) {
        if (!coalition.get(player)) {
          BitSet with = (BitSet) coalition.clone();
          with.set(player);
          contributions[player] +=
              weights[coalition.cardinality()] * (value.applyAsDouble(with) - without);
        }
      }
    }
    return contributions;
  }

  private static double binomial(int n, int k) {
    double result = 1;
    for (int i = 1; i <= k; i++) {
      result = result * (n - k + i) / i;
    }
    return result;
  }

  private double[] sampled(ToDoubleFunction<BitSet> value) {
    double[] contributions = new double[players];
    for (int[] order : orders) {
      BitSet joined = new BitSet(players);
      double before = value.applyAsDouble(joined);
      for (int player : order) {
        joined.set(player);
        double after = value.applyAsDouble(joined);
        contributions[player] += (after - before) / orders.size();
        before = after;
      }
    }
    return contributions;
  }
}
