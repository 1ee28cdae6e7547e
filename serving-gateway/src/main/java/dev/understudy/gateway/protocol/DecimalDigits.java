package dev.understudy.gateway.protocol;

/**
 * How many decimal places a binary number needs to be read back as itself, found by trying few and
 * then more: what is tried is turned back by one exactly rounded division, so that a hit is certain
 * and a miss only costs a text. Stateless.
 */
final class DecimalDigits {
  /** The caller has to write the number another way. */
  static final int UNKNOWN = -1;

  /** Digits of a float that always tell it from the next; of a double that always survive. */
  private static final int FEWEST_OF_FLOAT = 6;

  private static final int MOST_OF_FLOAT = 9;
  private static final int MOST_OF_DOUBLE = 15;

  private static final int MOST_PLACES = 18;
  private static final double SMALLEST = 1e-9;
  private static final double LARGEST = 1e9;

  private static final long[] POWERS = new long[MOST_PLACES + 1];

  static {
    POWERS[0] = 1;
    for (int i = 1; i < POWERS.length; i++) {
      POWERS[i] = 10 * POWERS[i - 1];
    }
  }

  /** Of a double, the bits that a float does not have. */
  private static final int BEYOND_FLOAT = 29;

  private DecimalDigits() {}

  /** 10 to that power, 0 to 18. */
  static long power(int exponent) {
    return POWERS[exponent];
  }

  /** Whether a minus comes in front, also of zero. */
  static boolean isNegative(double value) {
    return Double.doubleToRawLongBits(value) < 0;
  }

  /** The digits of a positive number with so many places, without the point. */
  static long scaled(double value, int places) {
    return Math.round(value * POWERS[places]);
  }

  /** The places that a float needs; {@link #UNKNOWN} where this way does not find out. */
  static int places(float value) {
    double positive = Math.abs(value);
    if (positive == 0) {
      return 0;
    }
    if (positive < SMALLEST || positive >= LARGEST) {
      return UNKNOWN;
    }
    int before = digitsBeforePoint(positive);
    for (int digits = FEWEST_OF_FLOAT; digits <= MOST_OF_FLOAT; digits++) {
      int places = Math.max(0, digits - before);
      if (places > MOST_PLACES) {
        return UNKNOWN;
      }
      double back = scaled(positive, places) / (double) POWERS[places];
      // Half-way between two floats, the second rounding could undo the first.
      boolean halfway =
          (Double.doubleToRawLongBits(back) & ((1L << BEYOND_FLOAT) - 1))
              == 1L << (BEYOND_FLOAT - 1);
      if (!halfway && (float) back == (float) positive) {
        return places;
      }
    }
    return UNKNOWN;
  }

  /** The places that a double needs; {@link #UNKNOWN} where this way does not find out. */
  static int places(double value) {
    double positive = Math.abs(value);
    if (positive == 0) {
      return 0;
    }
    if (positive < SMALLEST || positive >= LARGEST) {
      return UNKNOWN;
    }
    int places = Math.max(0, MOST_OF_DOUBLE - digitsBeforePoint(positive));
    return places <= MOST_PLACES && scaled(positive, places) / (double) POWERS[places] == positive
        ? places
        : UNKNOWN;
  }

  /** Of a number below 10^9; negative counts zeros behind the point. */
  private static int digitsBeforePoint(double positive) {
    int count = 0;
    if (positive >= 1) {
      while (positive >= POWERS[count]) {
        count++;
      }
      return count;
    }
    while (positive * POWERS[1 - count] < 1) {
      count--;
    }
    return count;
  }
}
