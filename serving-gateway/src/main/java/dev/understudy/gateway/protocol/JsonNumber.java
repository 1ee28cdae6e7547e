package dev.understudy.gateway.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * One number of a JSON text, kept as its digits and exponent until somebody says what it is to be.
 * Both floating-point types get the value that is nearest to the decimal; the common cases need no
 * text and no object. Not thread-safe.
 */
final class JsonNumber {
  /** Digits that always fit a long. */
  private static final int MOST_DIGITS = 18;

  private static final int MOST_EXPONENT = 99_999;

  /** Of ten. */
  static final double[] POWERS = new double[23];

  static {
    // Each of these is exact, and 10^22 is the last one.
    POWERS[0] = 1;
    for (int i = 1; i < POWERS.length; i++) {
      POWERS[i] = POWERS[i - 1] * 10;
    }
  }

  // As long as the numbers they are compared with.
  private static final String MOST_LONG = "9223372036854775807";
  private static final String LEAST_LONG = "9223372036854775808";
  private static final String MOST_UNSIGNED = "18446744073709551615";

  private static final long EXACT_IN_DOUBLE = 1L << 53;

  /** Of a double, the bits that a float does not have. */
  private static final int BEYOND_FLOAT = 29;

  private final byte[] bytes;
  private int start;
  private int end;
  private boolean negative;
  private boolean whole;

  /** What it stands for instead of digits; 0: it has digits. */
  private double special;

  private long digits;
  private int kept;
  private int exponent;

  /** Whether digits were left out that are not zero, or might not be. */
  private boolean inexact;

  JsonNumber(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Takes the number that begins there; its end, or -1 if there is none. */
  int read(int from, int limit) {
    start = from;
    digits = 0;
    kept = 0;
    exponent = 0;
    inexact = false;
    special = 0;
    int at = from;
    negative = bytes[at] == '-';
    if (negative) {
      at++;
    }
    if (at == limit) {
      return -1;
    }
    if (bytes[at] == 'N' || bytes[at] == 'I') {
      return special(at, limit);
    }
    int first = at;
    at = digits(at, limit, false);
    // A number has digits before its point, and no needless zero in front.
    if (at == first || (bytes[first] == '0' && at > first + 1)) {
      return -1;
    }
    whole = true;
    if (at < limit && bytes[at] == '.') {
      whole = false;
      int fraction = at + 1;
      at = digits(fraction, limit, true);
      if (at == fraction) {
        return -1;
      }
    }
    if (at < limit && (bytes[at] == 'e' || bytes[at] == 'E')) {
      whole = false;
      at = exponent(at + 1, limit);
    }
    end = at;
    return at;
  }

  private int digits(int from, int limit, boolean fraction) {
    int at = from;
    long sum = digits;
    for (; at < limit; at++) {
      int digit = bytes[at] - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      if (kept < MOST_DIGITS) {
        sum = 10 * sum + digit;
        kept += sum == 0 ? 0 : 1;
        exponent -= fraction ? 1 : 0;
      } else {
        inexact |= digit != 0;
        exponent += fraction ? 0 : 1;
      }
    }
    digits = sum;
    return at;
  }

  private int exponent(int from, int limit) {
    int at = from;
    boolean down = false;
    if (at < limit && (bytes[at] == '-' || bytes[at] == '+')) {
      down = bytes[at] == '-';
      at++;
    }
    int first = at;
    int sum = 0;
    for (; at < limit && bytes[at] >= '0' && bytes[at] <= '9'; at++) {
      sum = Math.min(MOST_EXPONENT, 10 * sum + bytes[at] - '0');
    }
    exponent += down ? -sum : sum;
    return at == first ? -1 : at;
  }

  private int special(int from, int limit) {
    boolean nan = bytes[from] == 'N';
    String word = nan ? "NaN" : "Infinity";
    int after = from + word.length();
    if (after > limit || (nan && negative)) {
      return -1;
    }
    for (int i = 0; i < word.length(); i++) {
      if (bytes[from + i] != word.charAt(i)) {
        return -1;
      }
    }
    whole = false;
    special = nan ? Double.NaN : negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    end = after;
    return after;
  }

  /** Whether it is written without a point and an exponent. */
  boolean isWhole() {
    return whole;
  }

  /** NaN or infinite. */
  boolean isSpecial() {
    return special != 0;
  }

  /** The nearest double; infinite beyond the largest. */
  double asDouble() {
    if (isSpecial()) {
      return special;
    }
    if (!inexact && digits <= EXACT_IN_DOUBLE && Math.abs(exponent) < POWERS.length) {
      // One rounding of two exact numbers.
      return signed(scaled());
    }
    return digits == 0 && !inexact ? signed(0) : Double.parseDouble(written());
  }

  /** The nearest float; infinite beyond the largest. */
  float asFloat() {
    if (isSpecial()) {
      return (float) special;
    }
    if (Math.abs(exponent) < POWERS.length) {
      double near = scaled();
      if (near == 0 ? !inexact : decidesFloat(near)) {
        return (float) signed(near);
      }
    }
    return digits == 0 && !inexact ? (float) signed(0) : Float.parseFloat(written());
  }

  /**
   * Whether a positive double that is off by a few of its own units at most is nearer to one float
   * than to any other: it is not, where two floats are about equally near.
   */
  static boolean decidesFloat(double near) {
    long beyond = Double.doubleToRawLongBits(near) & ((1L << BEYOND_FLOAT) - 1);
    return Math.abs(beyond - (1L << (BEYOND_FLOAT - 1))) > 8
        && near >= Float.MIN_NORMAL
        && near < Float.MAX_VALUE;
  }

  private double scaled() {
    return exponent < 0 ? digits / POWERS[-exponent] : digits * POWERS[exponent];
  }

  private double signed(double value) {
    return negative ? -value : value;
  }

  /** Whether {@link #asLong} is this number. */
  boolean fitsLong() {
    return exponent == 0
        || exponent == 1 && magnitude().compareTo(negative ? LEAST_LONG : MOST_LONG) <= 0;
  }

  /** Whether {@link #asLong} has the bits of this number, which is not negative. */
  boolean fitsUnsignedLong() {
    if (negative) {
      return digits == 0;
    }
    return exponent <= 1 || exponent == 2 && magnitude().compareTo(MOST_UNSIGNED) <= 0;
  }

  private String magnitude() {
    return negative ? written().substring(1) : written();
  }

  /** A whole number that fits. */
  long asLong() {
    if (exponent == 0) {
      return negative ? -digits : digits;
    }
    return negative ? Long.parseLong(written()) : Long.parseUnsignedLong(written());
  }

  /** As it came. */
  String written() {
    return new String(bytes, start, end - start, ISO_8859_1);
  }
}
