package dev.understudy.gateway.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The numbers that most arrays are made of, read many times as fast as any number can be: without
 * an exponent, at most 18 digits, and a comma right behind. Of the digits after the point eight are
 * looked at together, so that the processor has little to guess.
 *
 * <p>Source of the arithmetic: D. Lemire, "Number parsing at a gigabyte per second", Software:
 * Practice and Experience 51(8), 2021.
 */
final class PlainFloats {
  /** More than is looked at from the first byte of an element on. */
  private static final int ROOM = 32;

  private static final int MOST_DIGITS = 18;

  /** So that all digits fit, however many come after the point. */
  private static final int MOST_BEFORE_POINT = 9;

  private static final VarHandle WORDS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ZEROS = 0x3030_3030_3030_3030L;
  private static final long EXACT_IN_FLOAT = 1 << 24;

  /** Of ten; 10^10 is the last one that is exact. */
  private static final float[] POWERS = {
    1, 1e1f, 1e2f, 1e3f, 1e4f, 1e5f, 1e6f, 1e7f, 1e8f, 1e9f, 1e10f
  };

  private static final long[] TENS = {
    1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000
  };

  private final byte[] bytes;
  private final int end;
  private int at;

  PlainFloats(byte[] bytes, int end) {
    this.bytes = bytes;
    this.end = end;
  }

  /** Where the first element begins that was not read. */
  int position() {
    return at;
  }

  /**
   * Reads elements until one is not plain, or is the last of its array.
   *
   * @param first byte of the first element
   * @param from place of the first element
   * @param to place that is not written any more
   * @return the place behind the last element that was read
   */
  int read(int first, float[] into, int from, int to) {
    int last = end - ROOM;
    int next = first;
    int i = from;
    for (; i < to && next <= last; i++) {
      int here = next;
      int negative = ((bytes[here] & 0xFF ^ '-') - 1) >>> 31;
      here += negative;
      int begin = here;
      int digit = bytes[here++] - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      long digits = digit;
      if (bytes[here] != '.') {
        while ((digit = bytes[here] - '0') >= 0 && digit <= 9 && here - begin < MOST_BEFORE_POINT) {
          digits = 10 * digits + digit;
          here++;
        }
        if (bytes[begin] == '0' && here - begin > 1) {
          break;
        }
      }
      float value = digits;
      if (bytes[here] == '.') {
        int point = here++;
        long word = (long) WORDS.get(bytes, here) ^ ZEROS;
        int count = digitsInFront(word);
        if (count == 0) {
          break;
        }
        digits = TENS[count] * digits + valueOf(word << Byte.SIZE * (Long.BYTES - count));
        here += count;
        if (count == Long.BYTES) {
          while ((digit = bytes[here] - '0') >= 0 && digit <= 9 && here - begin <= MOST_DIGITS) {
            digits = 10 * digits + digit;
            here++;
          }
        }
        int behind = here - point - 1;
        if (digits <= EXACT_IN_FLOAT && behind < POWERS.length) {
          // One rounding of two exact numbers.
          value = digits / POWERS[behind];
        } else {
          double near = digits / JsonNumber.POWERS[behind];
          if (!JsonNumber.decidesFloat(near)) {
            break;
          }
          value = (float) near;
        }
      }
      if (bytes[here] != ',') {
        break;
      }
      into[i] = Float.intBitsToFloat(Float.floatToRawIntBits(value) | negative << 31);
      next = here + 1;
      if (bytes[next] == ' ') {
        next++;
      }
    }
    at = next;
    return i;
  }

  /**
   * How many of eight bytes, from the first on, are digits; of each byte {@code '0'} was taken off.
   * What is no digit sets its own highest bit, and a carry spoils only bytes behind it.
   */
  private static int digitsInFront(long word) {
    long others = (word + 0x7676_7676_7676_7676L | word) & 0x8080_8080_8080_8080L;
    return Long.numberOfTrailingZeros(others) / Byte.SIZE;
  }

  /** Eight digits, one a byte, the first in the lowest; two, four, and eight of them at once. */
  private static long valueOf(long word) {
    long pairs = (word * 10 + (word >>> 8)) & 0x00FF_00FF_00FF_00FFL;
    long fours = (pairs * 100 + (pairs >>> 16)) & 0x0000_FFFF_0000_FFFFL;
    return (fours * 10_000 + (fours >>> 32)) & 0xFFFF_FFFFL;
  }
}
