package dev.understudy.collector.matching;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Virtual shards by a hash of the prediction id: that of Kafka's default partitioner, murmur2, so
 * that a shard lies in one partition whenever the number of partitions divides that of the shards.
 */
final class Shards {
  private static final int SEED = 0x9747b28c;
  private static final int MIX = 0x5bd1e995;
  private static final int SHIFT = 24;

  private Shards() {}

  /** From 0 to below {@code count}. */
  static int of(String id, int count) {
    return (murmur2(id.getBytes(UTF_8)) & Integer.MAX_VALUE) % count;
  }

  /** MurmurHash2 (Appleby 2008), 32 bits, little-endian, with Kafka's seed. */
  private static int murmur2(byte[] data) {
    int hash = SEED ^ data.length;
    int whole = data.length / Integer.BYTES * Integer.BYTES;
    for (int i = 0; i < whole; i += Integer.BYTES) {
      int word = tail(data, i, Integer.BYTES) * MIX;
      word ^= word >>> SHIFT;
      hash = hash * MIX ^ word * MIX;
    }
    if (whole < data.length) {
      hash = (hash ^ tail(data, whole, data.length - whole)) * MIX;
    }
    hash = (hash ^ hash >>> 13) * MIX;
    return hash ^ hash >>> 15;
  }

  private static int tail(byte[] data, int from, int count) {
    int word = 0;
    for (int i = count - 1; i >= 0; i--) {
      word = word << Byte.SIZE | data[from + i] & 0xff;
    }
    return word;
  }
}
