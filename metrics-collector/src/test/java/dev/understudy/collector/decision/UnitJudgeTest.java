package dev.understudy.collector.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import dev.understudy.collector.comparison.JudgedUnit;
import dev.understudy.collector.comparison.Plans;
import dev.understudy.collector.comparison.Scored;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.comparison.UnitDelta;
import dev.understudy.collector.comparison.UnitRow;
import dev.understudy.collector.comparison.UnitSums;
import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.EvidenceKind;
import dev.understudy.contracts.v1.Guard;
import dev.understudy.contracts.v1.GuardKind;
import dev.understudy.contracts.v1.KpiLine;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.contracts.v1.WatchPolicy;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** The whole rule on tests by unit: what it says, and how often it errs. */
class UnitJudgeTest {
  private static final long BEGIN = 1_000;
  private static final Scored RIGHT = new Scored(ScoreStatus.ANSWERED, 0.9, 1);
  private static final Scored WRONG = new Scored(ScoreStatus.ANSWERED, 0.1, 1);
  private static final Scored FAILED = new Scored(ScoreStatus.FAILED, Double.NaN, 1);

  private static TestDefinition.Builder superior(String covariate) {
    TestDefinition.Builder test = Plans.split("t").setByUnit(true).clearGuards();
    test.getPrimaryBuilder()
        .setLine(KpiLine.SUPERIORITY)
        .setMinimumEffect(0.05)
        .clearMargin()
        .setCentre(0.25)
        .setCovariate(covariate);
    test.getPolicyBuilder().setMinimumDurationMs(0);
    return test;
  }

  private static TestDefinition.Builder ramp(TestDefinition.Builder test) {
    return test.clearEpochs()
        .addEpochs(Epoch.newBuilder().setNumber(0).setShare(0.4))
        .addEpochs(Epoch.newBuilder().setNumber(1).setShare(0.5))
        .addEpochs(Epoch.newBuilder().setNumber(2).setShare(0.6));
  }

  /** A test that is fed request by request. */
  private static final class Run {
    private final TestPlan plan;
    private final UnitSums sums = UnitSums.empty();
    private final Map<Integer, UnitRow> rows = new HashMap<>();
    private Tally tally = Tally.EMPTY;
    private long at = BEGIN;

    Run(TestDefinition.Builder test) {
      this.plan = Plans.plan(test);
    }

    void request(int unit, int epoch, double share, boolean candidate, Scored scored, double v) {
      request(unit, epoch, share, candidate, scored, v, true);
    }

    void request(
        int unit,
        int epoch,
        double share,
        boolean candidate,
        Scored scored,
        double v,
        Boolean label) {
      JudgedUnit.Assigned made = new JudgedUnit.Assigned(epoch, share, candidate, scored, label);
      tally = tally.plus(plan, made);
      ByteString name = ByteString.copyFromUtf8("u" + unit);
      rows.put(unit, sums.add(rows.get(unit), UnitDelta.of(plan, name, at++, v, made)));
    }

    RolloutEvaluated evaluation() {
      return Judge.evaluate(plan, tally.withUnits(sums.tally()), new Stand(BEGIN, 20_000, 19_000));
    }

    Verdict verdict() {
      return Judge.verdict(plan, tally.withUnits(sums.tally()), new Stand(BEGIN, 20_000, 19_000));
    }
  }

  private static double noise(SplittableRandom random, double rate) {
    return rate + 0.1 * random.nextGaussian();
  }

  /** Customers whose rates differ much, each with many requests. */
  private static Run customers(TestDefinition.Builder test, long seed, double gain) {
    Run run = new Run(test);
    SplittableRandom random = new SplittableRandom(seed);
    for (int unit = 0; unit < 1_200; unit++) {
      double rate = 0.8 * random.nextDouble() * random.nextDouble();
      boolean candidate = random.nextBoolean();
      double v = noise(random, rate);
      for (int i = 0; i < 10; i++) {
        boolean right = random.nextDouble() < rate + (candidate ? gain : 0);
        run.request(unit, 0, 0.5, candidate, right ? RIGHT : WRONG, v);
      }
    }
    return run;
  }

  @Test
  void aGainIsProvenOverUnits() {
    RolloutEvaluated evaluation = customers(superior(""), 1, 0.1).evaluation();

    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.PROMOTE);
    var evidence = evaluation.getEvidence();
    assertThat(evidence.getUnits()).isEqualTo(1_200);
    assertThat(evidence.getPrimary().getEvidence()).isEqualTo(EvidenceKind.ASYMPTOTIC);
    assertThat(evidence.getPrimary().getEffect()).isCloseTo(0.1, within(0.03));
    assertThat(evidence.getPrimary().getLower()).isPositive();
    assertThat(evidence.getUnitFigures().getPredictions()).isEqualTo(12_000);
    assertThat(evidence.getUnitFigures().hasExplained()).isFalse();
    assertThat(evaluation.getReason()).contains("in 1200 units");
    assertThat(evidence.getSumsList())
        .anyMatch(
            sum ->
                sum.getName()
                    .equals(
                        "units of epoch 0 share 0.5 current, epoch 0 share 0.5 current: 1 x y v"));
  }

  @Test
  void aCovariateMakesTheSameDataSayMore() {
    var plain = customers(superior(""), 1, 0.05).evaluation().getEvidence();
    var adjusted = customers(superior("history"), 1, 0.05).evaluation().getEvidence();

    assertThat(adjusted.getPrimary().getStandardError())
        .isLessThan(0.85 * plain.getPrimary().getStandardError());
    assertThat(adjusted.getPrimary().getEffect()).isCloseTo(0.05, within(0.02));
    assertThat(adjusted.getPrimary().getBetter().getValue())
        .isGreaterThan(plain.getPrimary().getBetter().getValue());
    assertThat(adjusted.getUnitFigures().getExplained()).isBetween(0.3, 0.9);
    assertThat(adjusted.getPrimary().getCurrentMean())
        .isEqualTo(plain.getPrimary().getCurrentMean());
  }

  @Test
  void aHarmfulCandidateIsRolledBackByUnitsWithAnError() {
    TestDefinition.Builder test = superior("");
    test.addGuards(
        Guard.newBuilder()
            .setKind(GuardKind.ERRORS)
            .setRelativeMargin(0.5)
            .setAbsoluteMargin(0.0025)
            .setRequired(true));
    Run one = new Run(test);
    Run many = new Run(test);
    for (int unit = 0; unit < 400; unit++) {
      boolean candidate = unit % 2 == 0;
      for (int i = 0; i < 5; i++) {
        one.request(unit, 0, 0.5, candidate, unit == 0 ? FAILED : RIGHT, 0);
        many.request(unit, 0, 0.5, candidate, unit % 10 == 0 && i == 2 ? FAILED : RIGHT, 0);
      }
    }
    for (int i = 0; i < 500; i++) {
      one.request(0, 0, 0.5, true, FAILED, 0);
    }

    var alone = one.evaluation();
    assertThat(alone.getEvidence().getGuards(0).getCandidateEvents()).isEqualTo(1);
    assertThat(alone.getVerdict()).isNotEqualTo(Verdict.ROLLBACK);
    var evaluation = many.evaluation();
    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.ROLLBACK);
    assertThat(evaluation.getEvidence().getGuards(0).getCandidateEvents()).isEqualTo(40);
    assertThat(evaluation.getReason()).contains("40 errors against 0");
  }

  @Test
  void theSampleRatioIsOfUnitsAndOfEachOnce() {
    Run run = new Run(ramp(superior("")));
    // One customer in the candidate's arm sends as much as all others.
    for (int unit = 0; unit < 400; unit++) {
      for (int epoch = 0; epoch < 3; epoch++) {
        double share = 0.4 + 0.1 * epoch;
        run.request(unit, epoch, share, unit % 5 < 2, RIGHT, 0);
      }
    }
    for (int i = 0; i < 1_000; i++) {
      run.request(0, 2, 0.6, true, RIGHT, 0);
    }
    var health = run.evaluation().getEvidence().getHealth();
    assertThat(health.getSampleRatio().getValue()).isLessThan(1);
    assertThat(health.getHealthy()).isTrue();

    for (int unit = 1_000; unit < 1_100; unit++) {
      run.request(unit, 2, 0.6, true, RIGHT, 0);
    }
    assertThat(run.evaluation().getEvidence().getHealth().getProblemsList())
        .singleElement()
        .asString()
        .contains("the units did not fall into the arms as planned: 260 to the candidate");
  }

  @Test
  void unitsThatAreInBothArmsHoldTheVerdict() {
    Run run = new Run(superior(""));
    for (int unit = 0; unit < 400; unit++) {
      for (int i = 0; i < 4; i++) {
        run.request(unit, 0, 0.5, i == 3 ? unit % 2 == 0 : unit % 2 == 1, RIGHT, 0);
      }
    }

    RolloutEvaluated evaluation = run.evaluation();

    assertThat(evaluation.getVerdict()).isEqualTo(Verdict.HOLD);
    assertThat(evaluation.getReason()).contains("400 requests came to the other arm");
    assertThat(evaluation.getEvidence().getUnitFigures().getSwitched()).isEqualTo(400);
  }

  @Test
  void labelsThatAreMissingUnevenlyAreCountedByUnit() {
    Run few = new Run(superior(""));
    Run many = new Run(superior(""));
    for (int unit = 0; unit < 400; unit++) {
      for (int i = 0; i < 50; i++) {
        few.request(unit, 0, 0.5, unit % 2 == 1, RIGHT, 0, unit == 1 ? null : Boolean.TRUE);
        many.request(
            unit, 0, 0.5, unit % 2 == 1, RIGHT, 0, unit % 4 == 1 && i == 0 ? null : Boolean.TRUE);
      }
    }

    assertThat(few.evaluation().getEvidence().getHealth().getHealthy()).isTrue();
    assertThat(many.evaluation().getEvidence().getHealth().getProblemsList())
        .singleElement()
        .asString()
        .contains("units with one missing, 100 of the candidate, 0 of current");
  }

  /** How many of so many runs claim a gain at any of the looks, where there is none. */
  private static int falseClaims(int runs, long seed, OneRun one) {
    int claims = 0;
    for (int run = 0; run < runs; run++) {
      claims += one.claims(new SplittableRandom(seed + run)) ? 1 : 0;
    }
    return claims;
  }

  @FunctionalInterface
  private interface OneRun {
    boolean claims(SplittableRandom random);
  }

  private static int most(int runs) {
    return (int) (runs * (0.05 + 3 * Math.sqrt(0.05 * 0.95 / runs)));
  }

  private static boolean everPromoted(int looks, Runnable more, BooleanSupplier promoted) {
    for (int look = 0; look < looks; look++) {
      more.run();
      if (promoted.getAsBoolean()) {
        return true;
      }
    }
    return false;
  }

  private static boolean equalCustomers(SplittableRandom random, TestDefinition.Builder test) {
    Run run = new Run(test);
    double[] rates = new double[600];
    boolean[] candidate = new boolean[600];
    for (int unit = 0; unit < rates.length; unit++) {
      rates[unit] = 1 - Math.cbrt(1 - random.nextDouble());
      candidate[unit] = random.nextBoolean();
    }
    return everPromoted(
        60,
        () -> {
          for (int i = 0; i < 200; i++) {
            int unit = random.nextInt(rates.length);
            boolean right = random.nextDouble() < rates[unit];
            run.request(unit, 0, 0.5, candidate[unit], right ? RIGHT : WRONG, rates[unit]);
          }
        },
        () -> run.verdict() == Verdict.PROMOTE);
  }

  @Test
  void equalVersionsAreSeldomPromotedHoweverMuchTheRequestsOfACustomerDepend() {
    int runs = 300;

    int byRequest = falseClaims(runs, 1, random -> equalCustomers(random, byRequest()));
    int byUnit = falseClaims(runs, 1, random -> equalCustomers(random, superior("")));
    int withCuped = falseClaims(runs, 1, random -> equalCustomers(random, superior("rate")));

    assertThat(byUnit).isLessThanOrEqualTo(most(runs));
    assertThat(withCuped).isLessThanOrEqualTo(most(runs));
    assertThat(byRequest).as("what units are for").isGreaterThan(most(runs));
  }

  private static TestDefinition.Builder byRequest() {
    TestDefinition.Builder test = superior("").setByUnit(false);
    return test;
  }

  /** A fixed panel that stays through three shares, of which each adds a few to the candidate. */
  private static boolean equalPanelOnARamp(SplittableRandom random) {
    Run run = new Run(ramp(superior("")));
    int units = 1_500;
    double[] rates = new double[units];
    double[] points = new double[units];
    for (int unit = 0; unit < units; unit++) {
      rates[unit] = 1 - Math.cbrt(1 - random.nextDouble());
      points[unit] = random.nextDouble();
    }
    int[] look = {0};
    return everPromoted(
        45,
        () -> {
          int epoch = look[0]++ / 15;
          double share = 0.4 + 0.1 * epoch;
          for (int i = 0; i < 500; i++) {
            int unit = random.nextInt(units);
            boolean right = random.nextDouble() < rates[unit];
            run.request(unit, epoch, share, points[unit] < share, right ? RIGHT : WRONG, 0);
          }
        },
        () -> run.verdict() == Verdict.PROMOTE);
  }

  @Test
  void customersWhoStayThroughARampAreNotCountedAsNewOnes() {
    int runs = 200;

    assertThat(falseClaims(runs, 7, UnitJudgeTest::equalPanelOnARamp))
        .isLessThanOrEqualTo(most(runs));
  }

  private static TestDefinition.Builder heldBack(int slots) {
    TestDefinition.Builder test =
        superior("")
            .clearEpochs()
            .addEpochs(Epoch.newBuilder().setShare(0.95))
            .setWatch(WatchPolicy.newBuilder().setAlpha(0.05).setSlots(slots).setSlotMs(60_000));
    test.getPrimaryBuilder().setLine(KpiLine.NON_INFERIORITY).setMargin(1e-6).clearMinimumEffect();
    test.getPolicyBuilder().setAlphaRollback(0.05);
    return test;
  }

  /** 5,000 customers of whom one in twenty stays with the former version; at the line of harm. */
  private static boolean equalHoldBack(SplittableRandom random) {
    Run run = new Run(heldBack(1));
    double[] rates = new double[5_000];
    boolean[] promoted = new boolean[rates.length];
    for (int unit = 0; unit < rates.length; unit++) {
      rates[unit] = 1 - Math.cbrt(1 - random.nextDouble());
      promoted[unit] = random.nextDouble() < 0.95;
    }
    return everPromoted(
        40,
        () -> {
          for (int i = 0; i < 1_000; i++) {
            int unit = random.nextInt(rates.length);
            boolean right = random.nextDouble() < rates[unit];
            run.request(unit, 0, 0.95, promoted[unit], right ? RIGHT : WRONG, 0);
          }
        },
        () -> run.verdict() == Verdict.ROLLBACK);
  }

  @Test
  void aHoldBackOfEqualVersionsRaisesFewAlarmsHoweverMuchTheRequestsOfACustomerDepend() {
    int runs = 200;

    assertThat(falseClaims(runs, 11, UnitJudgeTest::equalHoldBack)).isLessThanOrEqualTo(most(runs));
  }

  @Test
  void aWatchByUnitHasOneSlot() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Plans.plan(heldBack(2)))
        .withMessageStartingWith("watch.slots: 2");
  }
}
