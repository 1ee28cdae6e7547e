package dev.understudy.collector.matching;

import com.google.protobuf.ByteString;
import dev.understudy.collector.comparison.Plans;
import dev.understudy.contracts.v1.ArmProbability;
import dev.understudy.contracts.v1.Epoch;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.TensorValue;
import dev.understudy.contracts.v1.TensorValues;
import dev.understudy.contracts.v1.TestDefinition;
import java.util.SplittableRandom;

/** Records of a split by unit, for tests: a quarter of the units in epoch 0, half in epoch 1. */
final class StickyEvents {
  private StickyEvents() {}

  static TestDefinition.Builder definition(String testId) {
    TestDefinition.Builder test =
        Plans.split(testId)
            .setByUnit(true)
            .clearEpochs()
            .addEpochs(Epoch.newBuilder().setNumber(0).setShare(0.25))
            .addEpochs(Epoch.newBuilder().setNumber(1).setShare(0.5));
    test.getPrimaryBuilder().setCovariate("income");
    return test;
  }

  static boolean toCandidate(int unit, int epoch) {
    return unit % 4 == 0 || (epoch == 1 && unit % 2 == 0);
  }

  static ByteString hash(int unit) {
    return ByteString.copyFromUtf8("unit-hash-%06d".formatted(unit));
  }

  /** A request that was answered. */
  static PredictionLogged.Builder logged(
      String id, String testId, int unit, int epoch, double probability) {
    String version = toCandidate(unit, epoch) ? "2" : "1";
    double share = epoch == 0 ? 0.25 : 0.5;
    return Events.logged(id, testId)
        .setMode(RouteMode.SPLIT)
        .setEpoch(epoch)
        .setUnitHash(hash(unit))
        .setArm(version)
        .clearProbabilities()
        .addProbabilities(ArmProbability.newBuilder().setVersion("1").setProbability(1 - share))
        .addProbabilities(ArmProbability.newBuilder().setVersion("2").setProbability(share))
        .addScores(Events.answered(version, probability));
  }

  static ByteString inputs(TensorValue.Builder... inputs) {
    TensorValues.Builder all = TensorValues.newBuilder();
    for (TensorValue.Builder input : inputs) {
      all.addTensors(input);
    }
    return all.build().toByteString();
  }

  static TensorValue.Builder number(String name, double value) {
    return TensorValue.newBuilder().setName(name).setDatatype("FP64").addShape(1).addNumbers(value);
  }

  /** A random one; some fail, some have no covariate. */
  static Events.Entry request(
      long at, String id, String testId, int unit, int epoch, SplittableRandom random) {
    PredictionLogged.Builder logged = logged(id, testId, unit, epoch, random.nextDouble());
    if (random.nextInt(10) == 0) {
      logged.clearScores().addScores(Events.with(logged.getArm(), ScoreStatus.FAILED));
    }
    TensorValue.Builder age =
        TensorValue.newBuilder().setName("age").setDatatype("INT64").addShape(1).addIntegers(30);
    logged.setInputs(
        random.nextInt(4) == 0
            ? inputs(age)
            : inputs(age, number("income", unit + random.nextGaussian())));
    return Events.prediction(at, logged);
  }
}
