package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.CandidateShare;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.registry.rollout.Contender.Standing;
import java.util.ArrayList;
import java.util.List;

/** The routes of a rollout, as gateways are told of them. Pure. */
final class TestRoutes {
  private TestRoutes() {}

  /** The promoted version alone. */
  static Route promoted(Rollout rollout) {
    return ModelRoute.single(rollout.candidate()).setRolloutId(rollout.id()).build();
  }

  /** The promoted version is current, and the former one its reverse shadow or its hold-back. */
  static Route watched(Rollout rollout, PlannedTest test) {
    RouteMode mode = test.definition().getMode();
    double share = test.epoch(0).getShare();
    CandidateShare.Builder former =
        CandidateShare.newBuilder()
            .setVersion(rollout.current())
            .setShare(mode == RouteMode.SPLIT ? WatchPlan.allBut(share) : share);
    Route.Builder route = ModelRoute.single(rollout.candidate()).setMode(mode);
    if (test.definition().getByUnit()) {
      former.setBegins(beginsBeforePromoted(rollout, former.getShare()));
      route
          .setUnitKey(rollout.eligibility().getUnitKey())
          .setHoldOut(rollout.eligibility().getHoldOut());
    }
    return route
        .addCandidates(former)
        .setRolloutId(rollout.id())
        .setTestId(test.id())
        .setEpoch(0)
        .setSalt(rollout.salt())
        .setShadowDeadlineMs(test.shadowDeadline().toMillis())
        .build();
  }

  /**
   * Where an arc of that length ends just where that of the promoted version began in the split. So
   * whoever had it there has it still, unless both together were more than everybody; and who is
   * held back had the former version, as far as it had so many there.
   */
  private static double beginsBeforePromoted(Rollout rollout, double length) {
    List<Contender> contenders = rollout.contenders();
    int place = 0;
    while (!contenders.get(place).name().equals(rollout.candidate().getVersion())) {
      place++;
    }
    double begins = (double) place / contenders.size() - length;
    return begins < 0 ? begins + 1 : begins;
  }

  /** All candidates that are under the tests of that stage, at that epoch. */
  static Route underTest(Rollout rollout, Stage stage, int epoch) {
    List<PlannedTest> tests = rollout.tests(stage);
    PlannedTest any = tests.getFirst();
    Route.Builder route = rollout.eligibility().toBuilder();
    if (stage != Stage.CALIBRATION && !any.definition().getByUnit() && route.getHoldOut() == 0) {
      // A shadow compares each request by itself, also one that says no unit. But whoever is held
      // out is held out of every test.
      route.clearUnitKey();
    }
    return route
        .setMode(
            switch (stage) {
              case CALIBRATION -> RouteMode.SINGLE;
              case SHADOW -> RouteMode.SHADOW;
              case SPLIT -> RouteMode.SPLIT;
              case WATCH -> throw new IllegalArgumentException("a watch is no test of a candidate");
            })
        .setCurrent(rollout.current())
        .addAllCandidates(stage == Stage.CALIBRATION ? List.of() : shares(rollout, stage, epoch))
        .setRolloutId(rollout.id())
        .setTestId(
            stage == Stage.CALIBRATION || !rollout.hasSeveral()
                ? any.id()
                : rollout.id() + "-" + stage.word())
        .setEpoch(epoch)
        .setSalt(rollout.salt())
        .setShadowDeadlineMs(stage == Stage.CALIBRATION ? 0 : any.shadowDeadline().toMillis())
        .build();
  }

  private static List<CandidateShare> shares(Rollout rollout, Stage stage, int epoch) {
    List<CandidateShare> shares = new ArrayList<>();
    for (Contender one : rollout.contenders()) {
      PlannedTest test = rollout.test(stage, one.name()).orElseThrow();
      CandidateShare.Builder share = CandidateShare.newBuilder().setVersion(one.version());
      if (rollout.hasSeveral()) {
        share.setTestId(test.id());
      }
      if (one.standing() == Standing.TESTED) {
        shares.add(share.setShare(test.epoch(epoch).getShare()).build());
      } else if (stage == Stage.SPLIT) {
        // Its place stays, because the others' places follow from how many there are.
        shares.add(share.setShare(left(one, test)).setRetired(true).build());
      }
    }
    return shares;
  }

  /**
   * What stays of the share of one that has left. Where units are sticky, those that it answered
   * may still feel it: they count for nobody. A single request has no memory, and goes to current.
   */
  private static double left(Contender one, PlannedTest split) {
    Integer epoch = one.leftInEpoch();
    return epoch == null || !split.definition().getByUnit() ? 0 : split.epoch(epoch).getShare();
  }
}
