package dev.understudy.collector.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is forecast beside streams through the real blocks. */
class BlockFillingTest {
  private static final ScoredPair ANY = new ScoredPair(0.5, 0.5);

  /** How many blocks are full after so many records, on the average of so many streams. */
  private static double simulated(BlockFilling filling, long records, int runs) {
    long full = 0;
    SplittableRandom random = new SplittableRandom(7);
    for (int run = 0; run < runs; run++) {
      AucBlocks[] shards = new AucBlocks[filling.shards()];
      for (int i = 0; i < shards.length; i++) {
        shards[i] = new AucBlocks(filling.size(), AucBlocks.State.EMPTY);
      }
      for (long i = 0; i < records; i++) {
        shards[random.nextInt(shards.length)].add(random.nextDouble() < filling.prevalence(), ANY);
      }
      for (AucBlocks shard : shards) {
        full += shard.blocks().count();
      }
    }
    return (double) full / runs;
  }

  @ParameterizedTest
  @CsvSource({
    "0.1, 8, 72, 48, 10000",
    "0.1, 8, 72, 48, 40000",
    "0.5, 16, 16, 48, 3000",
    "0.02, 8, 128, 48, 60000",
    "0.3, 8, 19, 64, 5000",
    "0.1, 8, 72, 1, 4000",
    "0.1, 8, 72, 48, 500"
  })
  void asManyAreFullAsInSimulatedStreams(
      double prevalence, int positives, int negatives, int shards, long records) {
    BlockFilling filling =
        new BlockFilling(new AucBlocks.Size(positives, negatives), prevalence, shards);

    double expected = filling.blocks(records);

    assertThat(simulated(filling, records, 200)).isCloseTo(expected, within(0.01 * expected + 0.2));
    if (expected > 1) {
      assertThat(filling.records(expected)).isCloseTo(records, within(1.0));
    }
  }

  @Test
  void whatStaysInUnfilledBlocksIsTwoToThreeThousandPairsAtATenth() {
    BlockFilling filling = new BlockFilling(new AucBlocks.Size(8, 72), 0.1, 48);

    assertThat(filling.records(250) - 250 * 80).isCloseTo(3_229, within(5.0));
    assertThat(filling.records(30) - 30 * 80).isCloseTo(2_015, within(5.0));
  }

  @Test
  void inASplitEachArmHasItsOwn() {
    BlockFilling filling = new BlockFilling(new AucBlocks.Size(8, 72), 0.1, 48);
    double alone = filling.records(250);

    assertThat(filling.records(0.5, 500, 0)).isCloseTo(2 * alone, within(2.0));
    assertThat(filling.blocks(0.1 * filling.records(0.1, 300, 30))).isGreaterThan(29.99);
    assertThat(filling.records(0.1, 300, 30)).isGreaterThan(300 * 80);
  }

  @Test
  void neverIsNeverAndWhatIsHugeIsFoundNonetheless() {
    BlockFilling filling = new BlockFilling(new AucBlocks.Size(8, 72), 0.1, 48);

    assertThat(filling.records(Double.POSITIVE_INFINITY)).isInfinite();
    assertThat(filling.records(0.5, Double.POSITIVE_INFINITY, 30)).isInfinite();
    assertThat(filling.records(1e10)).isCloseTo(8e11, within(8e9));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BlockFilling(new AucBlocks.Size(8, 72), 1, 48));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BlockFilling(new AucBlocks.Size(8, 72), 0.1, 0));
  }
}
