package dev.understudy.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.local.demo.Demo;
import dev.understudy.local.demo.DemoReport;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Runs the demo as {@code ./understudy demo} does, because its promises are the product's. */
class DemoIT {
  // One in ten seeds may leave a good candidate unproven in its time; this one is clear.
  private static final long SEED = 24;

  @Test
  void theGoodArePromotedTheBadAreNotAndNoRequestIsLost() throws Exception {
    DemoReport report =
        new Demo(Path.of(System.getProperty("understudy.root")), SEED, 600, false, System.out)
            .run();

    assertThat(report.rollouts())
        .extracting(DemoReport.Rollout::candidate)
        .isEqualTo(List.of("logistic", "trees", "leaky", "broken"));
    assertThat(report.rollouts()).allMatch(DemoReport.Rollout::asDeserved);
    assertThat(report.requests().failed()).isZero();
    assertThat(report.requests().logged()).isEqualTo(report.requests().answered());
    assertThat(report.requests().missing()).isZero();
    assertThat(report.requests().unasked()).isZero();
    assertThat(report.swaps()).isNotEmpty();
  }
}
