package dev.understudy.simulation;

import java.util.Arrays;

/** Customers who come again: how often each is right, and where its key falls. */
final class Panel {
  private double[] rates = new double[1_024];
  private double[] places = new double[1_024];
  private int size;

  /**
   * One more customer.
   *
   * @param place of its key in 0 .. 1: it is in the candidate's arm at shares above it
   */
  void add(double rate, double place) {
    if (size == rates.length) {
      rates = Arrays.copyOf(rates, 2 * size);
      places = Arrays.copyOf(places, 2 * size);
    }
    rates[size] = rate;
    places[size++] = place;
  }

  int size() {
    return size;
  }

  double rate(int customer) {
    return rates[customer];
  }

  double place(int customer) {
    return places[customer];
  }
}
