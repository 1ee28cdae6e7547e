package dev.understudy.gateway.protocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import java.util.Arrays;

/**
 * Writes JSON into bytes that grow, and other bytes behind it. It knows how values are written; the
 * caller knows what follows on what. Not thread-safe.
 */
final class JsonOut {
  private static final byte[] HEX = "0123456789abcdef".getBytes(ISO_8859_1);
  private static final byte[] NULL = "null".getBytes(ISO_8859_1);
  private static final int MOST_DIGITS = 20;

  private byte[] bytes;
  private int size;

  /** An empty one, that holds so many bytes before it must grow. */
  JsonOut(int capacity) {
    bytes = new byte[capacity];
  }

  /** How many bytes were written. */
  int size() {
    return size;
  }

  /** What was written; nothing may be written any more. */
  Buffer toBuffer() {
    return Buffer.buffer(Unpooled.wrappedBuffer(bytes).writerIndex(size));
  }

  private void reserve(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(size, more)));
    }
  }

  /** One character of ASCII. */
  JsonOut raw(char one) {
    reserve(1);
    bytes[size++] = (byte) one;
    return this;
  }

  /** These bytes. */
  JsonOut raw(byte[] more) {
    reserve(more.length);
    System.arraycopy(more, 0, bytes, size, more.length);
    size += more.length;
    return this;
  }

  /** A text in quotes. */
  JsonOut text(String text) {
    int length = text.length();
    reserve(length + 2);
    int before = size;
    bytes[size++] = '"';
    for (int i = 0; i < length; i++) {
      char one = text.charAt(i);
      if (one < ' ' || one > '~' || one == '"' || one == '\\') {
        size = before;
        return escaped(text.getBytes(UTF_8));
      }
      bytes[size++] = (byte) one;
    }
    bytes[size++] = '"';
    return this;
  }

  /** A text in quotes; what is no UTF-8 is replaced. */
  JsonOut text(byte[] utf8) {
    for (byte one : utf8) {
      if (one < 0) {
        return escaped(new String(utf8, UTF_8).getBytes(UTF_8));
      }
    }
    return escaped(utf8);
  }

  private JsonOut escaped(byte[] utf8) {
    reserve(Math.addExact(2, Math.multiplyExact(6, utf8.length)));
    bytes[size++] = '"';
    for (byte one : utf8) {
      if (one == '"' || one == '\\') {
        bytes[size++] = '\\';
        bytes[size++] = one;
      } else if (one >= 0 && one < ' ') {
        bytes[size++] = '\\';
        bytes[size++] = 'u';
        bytes[size++] = '0';
        bytes[size++] = '0';
        bytes[size++] = HEX[one >> 4];
        bytes[size++] = HEX[one & 0xF];
      } else {
        bytes[size++] = one;
      }
    }
    bytes[size++] = '"';
    return this;
  }

  /** A whole number. */
  JsonOut whole(long value) {
    if (value == Long.MIN_VALUE) {
      return ascii(Long.toString(value));
    }
    reserve(MOST_DIGITS);
    long rest = value;
    if (rest < 0) {
      bytes[size++] = '-';
      rest = -rest;
    }
    digits(rest, 1);
    return this;
  }

  /** A whole number of 64 bits without a sign. */
  JsonOut unsigned(long value) {
    return value >= 0 ? whole(value) : ascii(Long.toUnsignedString(value));
  }

  /** So many digits at least; there must be room. */
  private void digits(long value, int least) {
    int count = least;
    while (count < MOST_DIGITS - 1 && value >= DecimalDigits.power(count)) {
      count++;
    }
    long rest = value;
    for (int i = size + count - 1; i >= size; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    size += count;
  }

  /** A number that is read back as this one; as null, or as a bare word, where JSON has none. */
  JsonOut real(float value, boolean words) {
    if (!Float.isFinite(value)) {
      return words ? ascii(Float.toString(value)) : raw(NULL);
    }
    int places = DecimalDigits.places(value);
    return places < 0
        ? ascii(Float.toString(value))
        : decimal(
            DecimalDigits.isNegative(value), DecimalDigits.scaled(Math.abs(value), places), places);
  }

  /** A number that is read back as this one; as null, or as a bare word, where JSON has none. */
  JsonOut real(double value, boolean words) {
    if (!Double.isFinite(value)) {
      return words ? ascii(Double.toString(value)) : raw(NULL);
    }
    int places = DecimalDigits.places(value);
    return places < 0
        ? ascii(Double.toString(value))
        : decimal(
            DecimalDigits.isNegative(value), DecimalDigits.scaled(Math.abs(value), places), places);
  }

  private JsonOut decimal(boolean negative, long digits, int places) {
    reserve(2 * MOST_DIGITS + 3);
    if (negative) {
      bytes[size++] = '-';
    }
    long rest = digits;
    int left = places;
    while (left > 1 && rest % 10 == 0) {
      rest /= 10;
      left--;
    }
    if (left == 0) {
      digits(rest, 1);
      bytes[size++] = '.';
      bytes[size++] = '0';
      return this;
    }
    long power = DecimalDigits.power(left);
    digits(rest / power, 1);
    bytes[size++] = '.';
    digits(rest % power, left);
    return this;
  }

  private JsonOut ascii(String text) {
    return raw(text.getBytes(ISO_8859_1));
  }
}
