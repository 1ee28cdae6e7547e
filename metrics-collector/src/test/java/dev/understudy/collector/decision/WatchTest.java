package dev.understudy.collector.decision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.understudy.collector.comparison.JudgedUnit;
import dev.understudy.collector.comparison.Plans;
import dev.understudy.collector.comparison.Scored;
import dev.understudy.collector.comparison.Tally;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.statistics.RestartMixture;
import dev.understudy.collector.statistics.Wealth;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.KpiLine;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.contracts.v1.WatchLine;
import dev.understudy.contracts.v1.WatchPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slots of two seconds, of which each is judged once when it is mature. */
class WatchTest {
  private static final long BEGIN = 1_000_000;
  private static final int SLOTS = 60;
  private static final long SLOT_MS = 2_000;
  private static final Scored RIGHT = new Scored(ScoreStatus.ANSWERED, 0.9, 1_000);
  private static final Scored WRONG = new Scored(ScoreStatus.ANSWERED, 0.1, 1_000);
  private static final Scored FAILED = new Scored(ScoreStatus.FAILED, Double.NaN, 1_000);

  private static TestDefinition.Builder watched(TestDefinition.Builder test) {
    test.getPrimaryBuilder().setLine(KpiLine.NON_INFERIORITY).setMargin(0.03).clearMinimumEffect();
    return test.setWatch(
        WatchPolicy.newBuilder().setAlpha(0.01).setSlots(SLOTS).setSlotMs(SLOT_MS));
  }

  private static TestDefinition.Builder reverseShadow() {
    return watched(Plans.shadow("r-watch"));
  }

  private static TestDefinition.Builder holdBack() {
    return watched(Plans.split("r-watch"));
  }

  private record Course(List<RolloutEvaluated> evaluations, List<Tally> slots) {
    RolloutEvaluated last() {
      return evaluations.getLast();
    }
  }

  /** As a collector does: cumulative tallies, second by second, until a verdict ends it. */
  private static Course run(TestDefinition.Builder test, IntFunction<UnaryOperator<Tally>> slot) {
    TestPlan plan = Plans.plan(test);
    Memory memory = Memory.NONE;
    Tally soFar = Tally.EMPTY;
    List<RolloutEvaluated> evaluations = new ArrayList<>();
    List<Tally> slots = new ArrayList<>();
    for (int number = 0; number < SLOTS; number++) {
      Tally own = slot.apply(number).apply(Tally.EMPTY);
      slots.add(own);
      soFar = soFar.merge(own);
      long end = BEGIN + plan.maturesAfterMs() + (number + 1) * SLOT_MS;
      for (long second = end - SLOT_MS + 1_000; second <= end; second += 1_000) {
        Stand stand = new Stand(BEGIN, second, second - 10);
        RolloutEvaluated evaluation = Judge.evaluate(plan, soFar, stand, memory);
        assertThat(Judge.verdict(plan, soFar, stand, memory)).isEqualTo(evaluation.getVerdict());
        evaluations.add(evaluation);
        if (Judge.ends(plan, evaluation)) {
          return new Course(evaluations, slots);
        }
        memory = Memory.read(memory.after(plan, soFar, stand).write());
      }
    }
    return new Course(evaluations, slots);
  }

  private static UnaryOperator<Tally> pairs(
      TestDefinition.Builder test, int times, Scored former, Scored promoted) {
    TestPlan plan = Plans.plan(test);
    return tally -> {
      Tally next = tally;
      for (int i = 0; i < times; i++) {
        next = next.plus(plan, new JudgedUnit.Pair(0, former, promoted, true));
      }
      return next;
    };
  }

  private static UnaryOperator<Tally> arms(
      TestDefinition.Builder test, int times, boolean promoted, Scored scored) {
    TestPlan plan = Plans.plan(test);
    return tally -> {
      Tally next = tally;
      for (int i = 0; i < times; i++) {
        next = next.plus(plan, new JudgedUnit.Assigned(0, 0.95, promoted, scored, true));
      }
      return next;
    };
  }

  private static UnaryOperator<Tally> all(List<UnaryOperator<Tally>> steps) {
    return tally -> {
      Tally next = tally;
      for (UnaryOperator<Tally> step : steps) {
        next = step.apply(next);
      }
      return next;
    };
  }

  @Test
  void aPromotionThatHarmsNobodyStandsWhenTheWatchIsOver() {
    Course course = run(reverseShadow(), n -> pairs(reverseShadow(), 20, RIGHT, RIGHT));

    assertThat(course.evaluations()).hasSize(2 * SLOTS);
    assertThat(course.last().getVerdict()).isEqualTo(Verdict.WATCHED_OK);
    assertThat(course.last().getReason())
        .startsWith("The watch is over and no harm is proven")
        .endsWith("The promotion stands.");
    assertThat(course.evaluations().subList(0, 2 * SLOTS - 1))
        .allMatch(one -> one.getVerdict() == Verdict.CONTINUE && one.getBlockingCount() == 0);
    assertThat(course.last().getEvidence().getWatch().getSlot()).isEqualTo(SLOTS);
  }

  @Test
  void aPromotedVersionThatFailsMoreOftenIsRolledBackInShadow() {
    Course course =
        run(
            reverseShadow(),
            n ->
                all(
                    List.of(
                        pairs(reverseShadow(), 17, RIGHT, RIGHT),
                        pairs(reverseShadow(), 3, RIGHT, FAILED))));

    assertThat(course.last().getVerdict()).isEqualTo(Verdict.ROLLBACK);
    assertThat(course.last().getReason()).startsWith("The promoted version does harm");
    assertThat(course.slots()).hasSizeLessThan(20);
  }

  @Test
  void aFormerVersionThatFailsMoreOftenIsNoHarmInShadow() {
    Course course =
        run(
            reverseShadow(),
            n ->
                all(
                    List.of(
                        pairs(reverseShadow(), 17, RIGHT, RIGHT),
                        pairs(reverseShadow(), 3, FAILED, RIGHT))));

    assertThat(course.last().getVerdict()).isEqualTo(Verdict.WATCHED_OK);
  }

  @Test
  void aPromotedVersionThatIsWrongMoreOftenIsRolledBackAndTheFormerIsNot() {
    Course worse =
        run(
            reverseShadow(),
            n ->
                all(
                    List.of(
                        pairs(reverseShadow(), 16, RIGHT, RIGHT),
                        pairs(reverseShadow(), 4, RIGHT, WRONG))));
    Course better =
        run(
            reverseShadow(),
            n ->
                all(
                    List.of(
                        pairs(reverseShadow(), 16, RIGHT, RIGHT),
                        pairs(reverseShadow(), 4, WRONG, RIGHT))));

    assertThat(worse.last().getVerdict()).isEqualTo(Verdict.ROLLBACK);
    assertThat(worse.last().getReason())
        .startsWith("The promoted version is worse: accuracy 0.8000 against 1.0000 of the one");
    assertThat(worse.last().getEvidence().getPrimary().getWorse().getNeeded())
        .isCloseTo(Math.log(3 / 0.01), within(1e-12));
    assertThat(better.last().getVerdict()).isEqualTo(Verdict.WATCHED_OK);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void inAHoldBackTheArmThatFailsIsTheOneThatIsBlamed(boolean promotedFails) {
    Scored promoted = promotedFails ? FAILED : RIGHT;
    Scored former = promotedFails ? RIGHT : FAILED;

    Course course =
        run(
            holdBack(),
            n ->
                all(
                    List.of(
                        arms(holdBack(), 88, true, RIGHT),
                        arms(holdBack(), 7, true, promoted),
                        arms(holdBack(), 4, false, RIGHT),
                        arms(holdBack(), 1, false, former))));

    assertThat(course.last().getVerdict())
        .isEqualTo(promotedFails ? Verdict.ROLLBACK : Verdict.WATCHED_OK);
  }

  @Test
  void errorsThatTripleLateAreFoundInAFewSlots() {
    SplittableRandom random = new SplittableRandom(8);
    Course course =
        run(
            reverseShadow(),
            n -> {
              List<UnaryOperator<Tally>> slot = new ArrayList<>();
              for (int i = 0; i < 200; i++) {
                Scored former = random.nextDouble() < 0.05 ? FAILED : RIGHT;
                Scored promoted = random.nextDouble() < (n < 30 ? 0.05 : 0.15) ? FAILED : RIGHT;
                slot.add(pairs(reverseShadow(), 1, former, promoted));
              }
              return all(slot);
            });

    assertThat(course.last().getVerdict()).isEqualTo(Verdict.ROLLBACK);
    assertThat(course.slots()).hasSizeBetween(31, 42);
  }

  @ParameterizedTest
  @ValueSource(strings = {"cells", "sums", "split"})
  void theEvidenceIsThatOfAllStartsCountedOneByOne(String kind) {
    boolean split = kind.equals("split");
    TestDefinition.Builder test = split ? holdBack() : reverseShadow();
    if (kind.equals("sums")) {
      test.getPrimaryBuilder().setKind(KpiKind.LOG_LOSS).setCap(6.908);
    }
    SplittableRandom random = new SplittableRandom(2);
    Course course =
        run(
            test,
            n -> {
              List<UnaryOperator<Tally>> slot = new ArrayList<>();
              for (int i = 0; i < 10; i++) {
                slot.add(
                    split
                        ? arms(test, 1, random.nextInt(20) > 0, some(random))
                        : pairs(test, 1, some(random), some(random)));
              }
              return all(slot);
            });
    TestPlan plan = Plans.plan(test);

    for (RolloutEvaluated one : course.evaluations()) {
      long elapsed = one.getLogTimeMs() - BEGIN - plan.maturesAfterMs();
      int seen = (int) Math.min(course.slots().size(), (elapsed + SLOT_MS - 1) / SLOT_MS);
      for (int line = 0; line < one.getEvidence().getWatch().getLinesCount(); line++) {
        List<Wealth> windows = new ArrayList<>();
        for (Tally slot : course.slots().subList(0, seen)) {
          windows.add(WatchLines.of(plan, slot).get(line).wealth());
        }
        assertThat(one.getEvidence().getWatch().getLines(line).getValue())
            .as("%s at %d", one.getEvidence().getWatch().getLines(line).getName(), seen)
            .isCloseTo(new RestartMixture(SLOTS).logE(windows), within(1e-9));
      }
    }
    assertThat(course.evaluations()).hasSizeGreaterThan(20);
    assertThat(course.evaluations().getFirst().getEvidence().getWatch().getLinesList())
        .extracting(WatchLine::getName)
        .containsExactly(
            "worse", "errors relative", "errors absolute", "slow relative", "slow absolute");
  }

  private static Scored some(SplittableRandom random) {
    return switch (random.nextInt(10)) {
      case 0 -> FAILED;
      case 1, 2 -> WRONG;
      default -> RIGHT;
    };
  }

  @Test
  void withoutHarmOneWatchInAHundredRaisesAnAlarmAtMost() {
    // Equal versions are inside every line; the rate at a line is that of RestartSumsTest.
    SplittableRandom random = new SplittableRandom(6);
    int alarms = 0;
    for (int run = 0; run < 150; run++) {
      Course course =
          run(
              reverseShadow(),
              n -> {
                List<UnaryOperator<Tally>> slot = new ArrayList<>();
                for (int i = 0; i < 5; i++) {
                  slot.add(pairs(reverseShadow(), 1, some(random), some(random)));
                }
                return all(slot);
              });
      alarms += course.last().getVerdict() == Verdict.ROLLBACK ? 1 : 0;
    }

    assertThat(alarms).isLessThan(6);
  }

  @Test
  void aWatchThatSawNothingDoesNotSayThatAllWasWell() {
    TestDefinition.Builder test = reverseShadow();
    test.getPolicyBuilder().setStaleAfterMs(1_000);
    TestPlan plan = Plans.plan(test);
    long end = BEGIN + plan.maturesAfterMs() + SLOTS * SLOT_MS;

    RolloutEvaluated before = Judge.evaluate(plan, Tally.EMPTY, new Stand(BEGIN, end - 1_000, 0));
    RolloutEvaluated after = Judge.evaluate(plan, Tally.EMPTY, new Stand(BEGIN, end, 0));

    assertThat(before.getVerdict()).isEqualTo(Verdict.HOLD);
    assertThat(after.getVerdict()).isEqualTo(Verdict.STOP_INVALID);
    assertThat(after.getReason()).endsWith("The promotion stands, unproven.");
  }

  @Test
  void whatIsNoMeanIsWatchedByItsGuardsAlone() {
    TestDefinition.Builder test = reverseShadow();
    test.getPrimaryBuilder().setKind(KpiKind.F1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Plans.plan(test))
        .withMessageContaining("watch.guards_only");
    test.getWatchBuilder().setGuardsOnly(true);

    Course worse =
        run(test, n -> all(List.of(pairs(test, 10, RIGHT, WRONG), pairs(test, 10, RIGHT, RIGHT))));
    Course failing =
        run(test, n -> all(List.of(pairs(test, 10, RIGHT, FAILED), pairs(test, 10, RIGHT, RIGHT))));

    assertThat(worse.last().getVerdict()).isEqualTo(Verdict.WATCHED_OK);
    assertThat(failing.last().getVerdict()).isEqualTo(Verdict.ROLLBACK);
    assertThat(failing.last().getEvidence().getGuards(0).getHarm().getNeeded())
        .isCloseTo(Math.log(2 / 0.01), within(1e-12));
  }

  @Test
  void aPolicyThatMakesNoSenseIsRefusedByItsField() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Plans.plan(with(WatchPolicy.newBuilder().setSlots(1).setSlotMs(1_000))))
        .withMessageContaining("watch.alpha");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Plans.plan(with(WatchPolicy.newBuilder().setAlpha(0.1).setSlotMs(1_000))))
        .withMessageContaining("watch.slots");
    for (long wrong : new long[] {0, 999, 1_500, Long.MAX_VALUE / 1_000 * 1_000}) {
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  Plans.plan(
                      with(WatchPolicy.newBuilder().setAlpha(0.1).setSlots(2).setSlotMs(wrong))))
          .withMessageContaining("watch.slot_ms");
    }
  }

  private static TestDefinition.Builder with(WatchPolicy.Builder policy) {
    return reverseShadow().setWatch(policy);
  }
}
