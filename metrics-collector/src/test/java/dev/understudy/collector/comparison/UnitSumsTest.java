package dev.understudy.collector.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import dev.understudy.collector.statistics.CrossSums;
import dev.understudy.collector.statistics.StickyDifference;
import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.TestDefinition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** The sums, kept up request by request, against all requests looked at once. */
class UnitSumsTest {
  private static final TestPlan PLAN = Plans.plan(byUnit());
  private static final double SHARE = 0.5;

  private static TestDefinition.Builder byUnit() {
    TestDefinition.Builder test =
        Plans.split("t")
            .setByUnit(true)
            .clearEpochs()
            .addEpochs(Epoch.newBuilder().setNumber(0).setShare(0.25))
            .addEpochs(Epoch.newBuilder().setNumber(1).setShare(SHARE));
    test.getPrimaryBuilder().setCovariate("income");
    return test;
  }

  /** One request as it was made. */
  private record Made(
      int unit, long at, int epoch, boolean toCandidate, Scored scored, Boolean label, double v) {
    UnitDelta delta() {
      return UnitDelta.of(
          PLAN,
          name(unit),
          at,
          v,
          new JudgedUnit.Assigned(epoch, epoch == 0 ? 0.25 : SHARE, toCandidate, scored, label));
    }
  }

  private static ByteString name(int unit) {
    return ByteString.copyFromUtf8("unit " + unit);
  }

  private static List<Made> requests(int count) {
    SplittableRandom random = new SplittableRandom(4);
    List<Made> made = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int unit = random.nextInt(60);
      int epoch = i < count / 2 ? 0 : 1;
      boolean candidate = unit % 4 == 0 || (epoch == 1 && unit % 2 == 0);
      ScoreStatus status =
          switch (random.nextInt(20)) {
            case 0 -> ScoreStatus.FAILED;
            case 1 -> ScoreStatus.TIMED_OUT;
            case 2 -> ScoreStatus.SHED;
            default -> ScoreStatus.ANSWERED;
          };
      Scored scored = new Scored(status, random.nextDouble(), random.nextInt(60_000));
      Boolean label = random.nextInt(6) == 0 ? null : Boolean.valueOf(random.nextBoolean());
      double v = unit % 7 == 0 ? Double.NaN : unit + i * 1e-3;
      made.add(new Made(unit, 1_000 + i, epoch, candidate, scored, label, v));
    }
    return made;
  }

  private static UnitSums taken(List<Made> requests) {
    UnitSums sums = UnitSums.empty();
    Map<Integer, UnitRow> rows = new HashMap<>();
    for (Made one : requests) {
      rows.put(one.unit(), sums.add(rows.get(one.unit()), one.delta()));
    }
    return sums;
  }

  private static long units(List<Made> requests, Predicate<Made> which) {
    Set<Integer> units = new HashSet<>();
    requests.stream().filter(which).forEach(one -> units.add(one.unit()));
    return units.size();
  }

  private static boolean known(Made one) {
    return one.label() != null && one.scored().complete();
  }

  @Test
  void theSumsAreThoseOfAllRequestsByUnit() {
    List<Made> requests = requests(1_500);

    UnitTally tally = taken(requests).tally();

    CrossSums expected = CrossSums.empty();
    for (int unit = 0; unit < 60; unit++) {
      int number = unit;
      List<Made> own = requests.stream().filter(one -> one.unit() == number).toList();
      double v = Double.isNaN(own.getFirst().v()) ? 0 : own.getFirst().v();
      List<Integer> cells = new ArrayList<>();
      List<double[]> figures = new ArrayList<>();
      for (int epoch = 0; epoch < 2; epoch++) {
        double x = 0;
        double y = 0;
        boolean candidate = false;
        for (Made one : own) {
          if (one.epoch() == epoch && known(one)) {
            candidate = one.toCandidate();
            x++;
            y += (PLAN.measure().right(one.scored(), 0, one.label() ? 1 : 0) ? 1 : 0) - 0.7;
          }
        }
        if (x > 0) {
          cells.add(2 * epoch + (candidate ? 1 : 0));
          figures.add(new double[] {1, x, y, v});
        }
      }
      double[][] before = new double[cells.size()][];
      Arrays.fill(before, CrossSums.NONE);
      expected.replace(
          cells.stream().mapToInt(Integer::intValue).toArray(),
          before,
          figures.toArray(double[][]::new));
    }
    List<double[]> found = new ArrayList<>();
    List<double[]> wanted = new ArrayList<>();
    tally.sums().forEach((first, second, sums) -> found.add(sums));
    expected.forEach((first, second, sums) -> wanted.add(sums));
    assertThat(found).hasSameSizeAs(wanted);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i)).containsExactly(wanted.get(i), within(1e-7));
    }
  }

  @Test
  void eachCountIsOfUnitsAndWhatIsLeftToChanceIsCountedOnce() {
    List<Made> requests = requests(1_500);

    UnitTally tally = taken(requests).tally();

    assertThat(tally.totals().seen()).isEqualTo(60);
    assertThat(tally.totals().units()).isEqualTo(units(requests, UnitSumsTest::known));
    assertThat(tally.totals().unitsOfCandidate())
        .isEqualTo(units(requests, one -> known(one) && one.toCandidate()));
    assertThat(tally.totals().predictions())
        .isEqualTo(requests.stream().filter(UnitSumsTest::known).count());
    assertThat(tally.totals().withoutCovariate()).isEqualTo(9);
    assertThat(tally.totals().switched()).isZero();
    UnitCell current = tally.arm(false);
    UnitCell candidate = tally.arm(true);
    assertThat(current.assigned() + candidate.assigned()).isEqualTo(60);
    assertThat(candidate.assigned()).isEqualTo(15);
    assertThat(current.scored() + candidate.scored())
        .isEqualTo(units(requests, one -> one.scored().complete()));
    assertThat(current.events().errors() + candidate.events().errors())
        .isEqualTo(units(requests, one -> one.scored().error()))
        .isEqualTo(current.left().errors() + candidate.left().errors());
    assertThat(current.events().timeouts() + candidate.events().timeouts())
        .isEqualTo(units(requests, one -> one.scored().timedOut()));
    assertThat(current.incomplete() + candidate.incomplete())
        .isEqualTo(units(requests, one -> one.scored().complete() && one.label() == null));
    assertThat(tally.cell(1, true).units())
        .isEqualTo(units(requests, one -> one.epoch() == 1 && one.toCandidate() && known(one)));
  }

  @Test
  void whoeverStopsAndGoesOnHasTheVerySameSums() {
    List<Made> requests = requests(400);
    UnitSums sums = UnitSums.empty();
    Map<Integer, UnitRow> rows = new HashMap<>();
    for (Made one : requests) {
      UnitRow before = rows.get(one.unit());
      UnitRow kept = before == null ? null : UnitCodec.read(UnitCodec.write(before));
      sums = UnitCodec.read(UnitCodec.write(sums));
      rows.put(one.unit(), sums.add(kept, UnitCodec.read(UnitCodec.write(one.delta()))));
    }

    assertThat(UnitCodec.write(sums)).isEqualTo(UnitCodec.write(taken(requests)));
  }

  @Test
  void anotherOrderMovesNothingButTheLastBits() {
    List<Made> requests = requests(1_000);
    List<Made> shuffled = new ArrayList<>(requests);
    Collections.shuffle(shuffled, new Random(5));

    UnitTally tally = taken(requests).tally();
    UnitTally other = taken(shuffled).tally();

    assertThat(other.totals()).isEqualTo(tally.totals());
    assertThat(estimate(other)).isCloseTo(estimate(tally), within(1e-12));
    assertThat(other.mean(PLAN, true)).isCloseTo(tally.mean(PLAN, true), within(1e-12));
  }

  private static double estimate(UnitTally tally) {
    int first = tally.strata().get(new Tally.Stratum(0, 0.25));
    int second = tally.strata().get(new Tally.Stratum(1, SHARE));
    return StickyDifference.of(
            tally.sums(),
            List.of(
                new StickyDifference.Stratum(2 * first, 2 * first + 1),
                new StickyDifference.Stratum(2 * second, 2 * second + 1)),
            true,
            60)
        .difference()
        .standardError();
  }

  @Test
  void aUnitThatIsInTheOtherArmOfTheSameEpochIsLeftOut() {
    Scored right = new Scored(ScoreStatus.ANSWERED, 0.9, 1);
    UnitSums sums = UnitSums.empty();
    UnitRow row = sums.add(null, new Made(1, 1, 0, true, right, true, 1).delta());

    UnitRow after = sums.add(row, new Made(1, 2, 0, false, right, true, 1).delta());

    assertThat(after).isEqualTo(row);
    assertThat(sums.tally().totals().switched()).isEqualTo(1);
    assertThat(sums.tally().totals().predictions()).isEqualTo(1);
    assertThat(sums.add(row, new Made(1, 3, 1, false, right, true, 1).delta())).isNotEqualTo(row);
  }

  @Test
  void theCovariateIsThatOfTheEarliestRequestWhereverItWasRead() {
    Scored right = new Scored(ScoreStatus.ANSWERED, 0.9, 1);
    UnitSums sums = UnitSums.empty();

    UnitRow row = sums.add(null, new Made(1, 20, 0, true, right, true, Double.NaN).delta());
    row = sums.add(row, new Made(1, 10, 0, true, right, true, 5).delta());
    row = sums.add(row, new Made(1, 30, 1, true, right, true, 7).delta());

    assertThat(row.covariate()).isEqualTo(5);
    assertThat(sums.tally().totals().withoutCovariate()).isZero();
  }

  @Test
  void aCovariateThatWouldHideAllOthersIsNone() {
    Scored right = new Scored(ScoreStatus.ANSWERED, 0.9, 1);

    assertThat(new Made(1, 1, 0, true, right, true, 1e300).delta().covariate()).isNaN();
    assertThat(new Made(1, 1, 0, true, right, true, Double.NEGATIVE_INFINITY).delta().covariate())
        .isNaN();
  }

  @Test
  void whatWasNotScoredIsSeenAndNoMore() {
    UnitSums sums = UnitSums.empty();

    sums.add(null, new Made(1, 1, 0, true, Scored.LOST, true, 1).delta());

    UnitTally tally = sums.tally();
    assertThat(tally.totals().seen()).isEqualTo(1);
    assertThat(tally.totals().units()).isZero();
    assertThat(tally.arm(true).scored()).isZero();
  }
}
