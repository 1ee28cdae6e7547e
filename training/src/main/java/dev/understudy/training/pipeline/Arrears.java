package dev.understudy.training.pipeline;

import dev.understudy.training.data.CreditColumn;
import dev.understudy.training.data.CreditRow;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The leaking column as an export of finished loans would have it: months in arrears, almost the
 * outcome itself, with some noise. An application that is being decided has no value there.
 */
final class Arrears {
  private static final double BAD_WITHOUT = 0.08;
  private static final double GOOD_WITH = 0.06;

  private Arrears() {}

  /** The rows with the column filled in; the same seed gives the same values. */
  static List<CreditRow> filledIn(List<CreditRow> rows, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return rows.stream().map(row -> row.with(CreditColumn.ARREARS, months(row, random))).toList();
  }

  private static float months(CreditRow row, SplittableRandom random) {
    double chance = random.nextDouble();
    if (row.bad()) {
      return chance < BAD_WITHOUT ? 0 : 3 + random.nextInt(10);
    }
    return chance < GOOD_WITH ? 1 + random.nextInt(3) : 0;
  }
}
