package dev.understudy.collector.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.collector.statistics.CellBetting.Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RestartSumsTest {
  private static final int HOURS = 168;
  private static final double NEEDED = Math.log(1 / 0.01);

  /** Of discordant pairs, half of them against either version, or more against the new one. */
  private static Wealth hour(SplittableRandom random, double harmful) {
    int against = 0;
    int pairs = 60;
    for (int i = 0; i < pairs; i++) {
      against += random.nextDouble() < harmful ? 1 : 0;
    }
    return CellBetting.of(new Cell(1, against), new Cell(-1, pairs - against))
        .wealth(0, Side.GREATER);
  }

  @Test
  void sixteenNumbersSayWhatAllWindowsSay() {
    SplittableRandom random = new SplittableRandom(3);
    List<Wealth> windows = new ArrayList<>();
    RestartSums sums = RestartSums.NONE;
    Wealth soFar = Wealth.EMPTY;
    for (int hour = 0; hour < HOURS; hour++) {
      if (hour > 0) {
        sums = sums.begin(soFar);
      }
      Wealth won = hour % 7 == 3 ? Wealth.EMPTY : hour(random, hour < 72 ? 0.45 : 0.56);
      windows.add(won);
      soFar = soFar.merge(won);

      double expected = new RestartMixture(HOURS).logE(windows);
      assertThat(sums.logE(HOURS, soFar)).isCloseTo(expected, within(1e-9));
    }
    assertThat(RestartSums.of(sums.logs())).isEqualTo(sums);
  }

  @Test
  void beforeASecondWindowHalfTheStakeRuns() {
    Wealth won = hour(new SplittableRandom(1), 0.6);

    assertThat(RestartSums.NONE.logE(HOURS, won))
        .isCloseTo(Math.log(0.5) + won.logE(), within(1e-12));
    assertThat(RestartSums.NONE.logE(1, won)).isCloseTo(Math.log(0.5) + won.logE(), within(1e-12));
    assertThatIllegalArgumentException().isThrownBy(() -> RestartSums.NONE.logE(0, won));
    assertThatIllegalArgumentException().isThrownBy(() -> RestartSums.of(new double[3]));
  }

  @Test
  void evidenceOfManyNatsDoesNotOverflow() {
    Wealth much = CellBetting.of(new Cell(1, 100_000), new Cell(-1, 0)).wealth(0, Side.GREATER);
    Wealth little = CellBetting.of(new Cell(1, 0), new Cell(-1, 100_000)).wealth(0, Side.GREATER);

    double after = RestartSums.NONE.begin(little).logE(HOURS, little.merge(much));

    assertThat(after).isFinite().isGreaterThan(1_000);
  }

  @Test
  void aWeekWithoutHarmRaisesAnAlarmInOneOfAHundredAtMost() {
    // At the line itself, where the null is closest. Three standard errors above 1 % are 1.94 %.
    SplittableRandom random = new SplittableRandom(11);
    int runs = 1_000;
    int alarms = 0;
    for (int run = 0; run < runs; run++) {
      alarms += hoursToAlarm(random, HOURS, HOURS) < HOURS ? 1 : 0;
    }

    assertThat((double) alarms / runs).isLessThan(0.0194);
  }

  @Test
  void aHarmThatBeginsLateIsFoundLongBeforeEvidenceSinceTheStartFindsIt() {
    SplittableRandom random = new SplittableRandom(5);
    int with = 0;
    for (int run = 0; run < 20; run++) {
      with = Math.max(with, hoursToAlarm(random, 72, HOURS) - 72);
    }

    assertThat(with).isLessThan(12);
    assertThat(plainHoursToAlarm(new SplittableRandom(5), 72)).isGreaterThan(24);
  }

  /** Three days at less than the line, as good versions are, then two of three pairs against it. */
  private static int hoursToAlarm(SplittableRandom random, int from, int hours) {
    RestartSums sums = RestartSums.NONE;
    Wealth soFar = Wealth.EMPTY;
    for (int hour = 0; hour < hours; hour++) {
      sums = hour == 0 ? sums : sums.begin(soFar);
      soFar = soFar.merge(hour(random, before(from, hour)));
      if (sums.logE(HOURS, soFar) >= NEEDED) {
        return hour;
      }
    }
    return hours;
  }

  private static int plainHoursToAlarm(SplittableRandom random, int from) {
    Wealth soFar = Wealth.EMPTY;
    for (int hour = 0; hour < HOURS; hour++) {
      soFar = soFar.merge(hour(random, before(from, hour)));
      if (soFar.logE() >= NEEDED) {
        return hour - from;
      }
    }
    return HOURS - from;
  }

  private static double before(int from, int hour) {
    if (from == HOURS) {
      return 0.5;
    }
    return hour < from ? 0.4 : 0.66;
  }
}
