package dev.understudy.collector.matching;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.collector.comparison.AucTally;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

class ShardsTest {
  @Test
  void aShardLiesInOneOfKafkasPartitions() {
    for (int i = 0; i < 2_000; i++) {
      String id = "x".repeat(i % 9) + Integer.toString(i * 7_919, 36) + "ü".repeat(i % 3);
      int hash = Utils.toPositive(Utils.murmur2(id.getBytes(UTF_8)));
      int shard = Shards.of(id, AucTally.SHARDS);

      assertThat(shard).isEqualTo(hash % AucTally.SHARDS);
      for (int partitions : new int[] {1, 2, 3, 4, 6, 8, 12, 16, 24, 48}) {
        assertThat(shard % partitions).isEqualTo(hash % partitions);
      }
    }
  }
}
