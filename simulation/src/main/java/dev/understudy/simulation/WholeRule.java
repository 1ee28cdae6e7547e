package dev.understudy.simulation;

import dev.understudy.collector.comparison.JudgedUnit;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.simulation.Ending.Kind;
import java.util.SplittableRandom;

/**
 * A test until a verdict ends it. The verdict is that of the judge, health checks included. As the
 * reference seems to have done (its medians are multiples of 20 and 40), it is asked a thousand
 * times per test and not after each unit.
 */
final class WholeRule {
  private static final int LOOKS = 1_000;

  private WholeRule() {}

  /** Where units come from, by their number from 0. */
  @FunctionalInterface
  interface Source {
    JudgedUnit next(SplittableRandom random, long unit);
  }

  static Scenario.Run run(TestPlan plan, long mostUnits, Source source) {
    return random -> toTheEnd(plan, mostUnits, source, random);
  }

  private static Ending toTheEnd(
      TestPlan plan, long mostUnits, Source source, SplittableRandom random) {
    Tallied tallied = new Tallied(plan);
    long unitsPerLook = mostUnits / LOOKS;
    for (long look = 1; look <= LOOKS; look++) {
      for (long unit = (look - 1) * unitsPerLook; unit < look * unitsPerLook; unit++) {
        tallied.plus(source.next(random, unit));
      }
      Kind kind = ending(tallied.verdict(look));
      // Before the last share a promotion is only evidence so far, as it is to the registry.
      if (kind != Kind.OPEN && (kind != Kind.PROMOTED || tallied.atTheLastEpoch())) {
        return new Ending(kind, look * unitsPerLook);
      }
    }
    return Ending.open(mostUnits);
  }

  /** OPEN while the test goes on. */
  static Kind ending(Verdict verdict) {
    return switch (verdict) {
      case PROMOTE -> Kind.PROMOTED;
      case ROLLBACK -> Kind.ROLLED_BACK;
      case STOP_FUTILE -> Kind.FUTILE;
      case STOP_INCONCLUSIVE -> Kind.INCONCLUSIVE;
      case STOP_INVALID -> Kind.INVALID;
      case CONTINUE, HOLD, WATCHED_OK -> Kind.OPEN;
      case VERDICT_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalStateException("no verdict: " + verdict);
    };
  }
}
