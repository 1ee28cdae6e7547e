package dev.understudy.collector.matching;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;

/**
 * The keys of the join's tables. Times are never negative, so that big-endian bytes sort as the
 * numbers do; names hold no zero byte, so that it can end them.
 */
final class Keys {
  private static final byte MATURITY = 'M';
  private static final byte EXPIRY = 'X';
  private static final byte WINDOW = 'B';
  private static final byte END = 0;
  private static final byte[] CLOCK = {'C'};
  private static final byte TEST = 'T';
  private static final byte CHUNK = 'D';
  private static final byte UNIT = 'U';

  private Keys() {}

  static byte[] id(String id) {
    return id.getBytes(UTF_8);
  }

  static byte[] clock() {
    return CLOCK;
  }

  static byte[] test(String testId) {
    byte[] name = testId.getBytes(UTF_8);
    return ByteBuffer.allocate(1 + name.length).put(TEST).put(name).array();
  }

  /** Before every prediction of the test that was appended at or after the time. */
  static byte[] maturity(String testId, long appendedMs) {
    byte[] name = testId.getBytes(UTF_8);
    return ByteBuffer.allocate(1 + name.length + 1 + Long.BYTES)
        .put(MATURITY)
        .put(name)
        .put(END)
        .putLong(Math.max(0, appendedMs))
        .array();
  }

  static byte[] maturity(String testId, long appendedMs, String id) {
    return join(maturity(testId, appendedMs), id.getBytes(UTF_8));
  }

  /** Before every prediction that the index finds by its test. */
  static byte[] maturities() {
    return new byte[] {MATURITY};
  }

  static byte[] endOfMaturities() {
    return new byte[] {MATURITY + 1};
  }

  static String testOfMaturity(byte[] maturityKey) {
    int end = 1;
    while (maturityKey[end] != END) {
      end++;
    }
    return new String(maturityKey, 1, end - 1, UTF_8);
  }

  static long appendedMs(String testId, byte[] maturityKey) {
    return ByteBuffer.wrap(maturityKey).getLong(2 + testId.getBytes(UTF_8).length);
  }

  static String idOfMaturity(String testId, byte[] maturityKey) {
    int start = 2 + testId.getBytes(UTF_8).length + Long.BYTES;
    return new String(maturityKey, start, maturityKey.length - start, UTF_8);
  }

  static byte[] expiry(long expiresMs) {
    return ByteBuffer.allocate(1 + Long.BYTES).put(EXPIRY).putLong(Math.max(0, expiresMs)).array();
  }

  static byte[] expiry(long expiresMs, String id) {
    return join(expiry(expiresMs), id.getBytes(UTF_8));
  }

  static long expiresMs(byte[] expiryKey) {
    return ByteBuffer.wrap(expiryKey).getLong(1);
  }

  static String idOfExpiry(byte[] expiryKey) {
    int start = 1 + Long.BYTES;
    return new String(expiryKey, start, expiryKey.length - start, UTF_8);
  }

  static byte[] report(String testId, int partition, long fromMs) {
    byte[] name = testId.getBytes(UTF_8);
    return ByteBuffer.allocate(name.length + 1 + Integer.BYTES + Long.BYTES)
        .put(name)
        .put(END)
        .putInt(partition)
        .putLong(fromMs)
        .array();
  }

  /** Before every row that tells of units. */
  static byte[] beforeUnits() {
    return new byte[] {1};
  }

  /** After every row that tells of units: no name begins with such a byte. */
  static byte[] endOfUnits() {
    return new byte[] {(byte) 0xff};
  }

  /** Before every row of the test that tells of units. */
  static byte[] beforeUnits(String testId) {
    return join(testId.getBytes(UTF_8), new byte[] {END});
  }

  /** After every row of the test that tells of units, and before those of any other. */
  static byte[] endOfUnits(String testId) {
    return join(testId.getBytes(UTF_8), new byte[] {END + 1});
  }

  /** What a partition told of the units at a second, by number. */
  static byte[] chunk(String testId, int partition, long second, int number) {
    byte[] name = testId.getBytes(UTF_8);
    return ByteBuffer.allocate(name.length + 2 + 2 * Integer.BYTES + Long.BYTES)
        .put(name)
        .put(END)
        .put(CHUNK)
        .putInt(partition)
        .putLong(second)
        .putInt(number)
        .array();
  }

  static int numberOfChunk(byte[] chunkKey) {
    return ByteBuffer.wrap(chunkKey).getInt(chunkKey.length - Integer.BYTES);
  }

  static byte[] unit(String testId, ByteString unit) {
    byte[] name = testId.getBytes(UTF_8);
    ByteBuffer key = ByteBuffer.allocate(name.length + 2 + unit.size());
    key.put(name).put(END).put(UNIT);
    unit.copyTo(key);
    return key.array();
  }

  static boolean isUnit(String testId, byte[] key) {
    return key[testId.getBytes(UTF_8).length + 1] == UNIT;
  }

  static String testOfUnits(byte[] key) {
    int end = 0;
    while (key[end] != END) {
      end++;
    }
    return new String(key, 0, end, UTF_8);
  }

  /** One window of a test's breaker. */
  static byte[] window(String testId, long number) {
    byte[] name = testId.getBytes(UTF_8);
    return ByteBuffer.allocate(1 + name.length + 1 + Long.BYTES)
        .put(WINDOW)
        .put(name)
        .put(END)
        .putLong(Math.max(0, number))
        .array();
  }

  static long windowOf(String testId, byte[] windowKey) {
    return ByteBuffer.wrap(windowKey).getLong(2 + testId.getBytes(UTF_8).length);
  }

  private static byte[] join(byte[] one, byte[] other) {
    return ByteBuffer.allocate(one.length + other.length).put(one).put(other).array();
  }
}
