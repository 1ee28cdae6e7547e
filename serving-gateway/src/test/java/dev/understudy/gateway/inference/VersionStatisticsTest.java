package dev.understudy.gateway.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.scoring.Score;
import java.util.List;
import org.junit.jupiter.api.Test;

class VersionStatisticsTest {
  private final VersionStatistics statistics = new VersionStatistics();

  @Test
  void requestsThatShareARunAreOneExecution() {
    for (int i = 0; i < 5; i++) {
      Score score = new Score.Answered(List.of(), 1_000, i == 0 ? 10 : 0, i == 0 ? 4_000 : 0);
      statistics.scored(score, 2, 500, 3_000);
    }

    VersionStatistics.Snapshot sums = statistics.snapshot();
    assertThat(sums.executions()).isOne();
    assertThat(sums.inferences()).isEqualTo(10);
    assertThat(sums.success().count()).isEqualTo(5);
    assertThat(sums.run()).isEqualTo(new VersionStatistics.Total(5, 5_000));
    assertThat(sums.queue()).isEqualTo(new VersionStatistics.Total(5, 10_000));
    assertThat(sums.batches())
        .containsExactly(new VersionStatistics.Batch(10, new VersionStatistics.Total(1, 4_000)));
  }

  @Test
  void theStagesOfARunAreThoseOfTheStatistics() {
    statistics.scored(new Score.Answered(List.of(), 20_000), 1, 500, 21_000);
    statistics.scored(new Score.Failed("runtime", "no", 20_000), 1, 500, 21_000);

    assertThat(statistics.stages().get("compute").inSeconds().counts()).startsWith(0L, 0L, 1L, 0L);
    assertThat(statistics.stages().get("queue").inSeconds().counts()).startsWith(1L, 0L);
    assertThat(statistics.stages()).containsOnlyKeys("parse", "queue", "compute", "serialise");
  }
}
