package dev.understudy.collector.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AucTest {
  @Test
  void versionsThatTieEverywhereAreNoBetterThanAGuess() {
    List<ScoredPair> same = List.of(new ScoredPair(0.0, -0.0), new ScoredPair(-0.0, 0.0));

    DeLong result = DeLong.of(same, same);

    assertThat(result.current()).isEqualTo(0.5);
    assertThat(result.candidate()).isEqualTo(0.5);
    assertThat(result.difference().usable()).isFalse();
  }

  @Test
  void withoutAClassThereIsNoArea() {
    List<ScoredPair> some = List.of(new ScoredPair(1, 2));

    assertThat(DeLong.of(some, List.of()).current()).isNaN();
    assertThat(DeLong.of(List.of(), some).difference().usable()).isFalse();
    // One record of a class has no spread.
    assertThat(DeLong.of(some, List.of(new ScoredPair(0, 0))).difference().usable()).isFalse();
    assertThatIllegalArgumentException().isThrownBy(() -> new ScoredPair(Double.NaN, 1));
  }

  @Test
  void ranksAgreeWithComparingEveryPair() {
    SplittableRandom random = new SplittableRandom(3);
    List<ScoredPair> positives = scores(random, 40, 2);
    List<ScoredPair> negatives = scores(random, 70, 0);
    double wins = 0;
    for (ScoredPair positive : positives) {
      for (ScoredPair negative : negatives) {
        wins += Math.signum(positive.candidate() - negative.candidate()) / 2 + 0.5;
      }
    }

    assertThat(DeLong.of(positives, negatives).candidate())
        .isCloseTo(wins / (40 * 70), within(1e-12));
  }

  private static List<ScoredPair> scores(SplittableRandom random, int count, int shift) {
    List<ScoredPair> scores = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      // Few different values, so that there are ties.
      scores.add(new ScoredPair(random.nextInt(6), random.nextInt(6) + shift));
    }
    return scores;
  }

  @Test
  void blocksGoOnFromWhatWasKept() {
    AucBlocks.Size size = new AucBlocks.Size(2, 3);
    SplittableRandom random = new SplittableRandom(4);
    AucBlocks through = new AucBlocks(size, AucBlocks.State.EMPTY);
    AucBlocks restored = new AucBlocks(size, AucBlocks.State.EMPTY);
    for (int i = 0; i < 500; i++) {
      boolean positive = random.nextInt(3) == 0;
      ScoredPair scores = new ScoredPair(random.nextDouble(), random.nextDouble());
      through.add(positive, scores);
      restored.add(positive, scores);
      restored = new AucBlocks(size, restored.state());
    }

    assertThat(restored.state()).isEqualTo(through.state());
    assertThat(through.blocks().count()).isGreaterThan(50);
    assertThat(through.state().dropped()).isZero();
  }

  @Test
  void aClassThatWaitsInVainIsBoundedAndCounted() {
    AucBlocks blocks = new AucBlocks(new AucBlocks.Size(1, 2), AucBlocks.State.EMPTY);
    for (int i = 0; i < 1_000; i++) {
      blocks.add(false, new ScoredPair(i, i));
    }

    assertThat(blocks.state().negatives()).hasSize(128);
    assertThat(blocks.state().dropped()).isEqualTo(872);
    assertThat(blocks.state().negatives().getLast().current()).isEqualTo(999);
  }

  @Test
  void theSizeOfABlockFollowsThePrevalence() {
    assertThat(AucBlocks.Size.forPrevalence(0.1)).isEqualTo(new AucBlocks.Size(8, 72));
    assertThat(AucBlocks.Size.forPrevalence(0.0001)).isEqualTo(new AucBlocks.Size(8, 128));
    assertThat(AucBlocks.Size.forPrevalence(0.99)).isEqualTo(new AucBlocks.Size(8, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> AucBlocks.Size.forPrevalence(0));
    assertThatIllegalArgumentException().isThrownBy(() -> new AucBlocks.Size(0, 1));
  }
}
