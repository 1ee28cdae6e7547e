package dev.understudy.collector.matching;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.matching.KnownTests.KnownPlan;
import dev.understudy.collector.state.v1.NamedNumber;
import dev.understudy.collector.state.v1.WaitingPrediction;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.TensorValue;
import dev.understudy.contracts.v1.TensorValues;
import org.jspecify.annotations.Nullable;

/**
 * What a prediction says of its unit: the keyed hash, and the covariate of a test that has one.
 * While the definition is not known, whatever could be the covariate is kept; what is read in the
 * end is the same. No other input is kept. The log is as untrusted here as anywhere.
 */
final class UnitFields {
  /** Of a hash, in bytes; the gateway's have 16. */
  private static final int LONGEST_HASH = 64;

  /** A covariate must be among so many inputs. */
  private static final int MOST_INPUTS = 4_096;

  private static final int LONGEST_NAME = 128;

  private UnitFields() {}

  /** The prediction with what its test may need of its unit. */
  static WaitingPrediction kept(
      WaitingPrediction prediction, PredictionLogged logged, @Nullable KnownPlan known) {
    boolean mayBeByUnit =
        logged.getMode() == RouteMode.SPLIT && (known == null || known.plan().byUnit());
    int length = logged.getUnitHash().size();
    if (!mayBeByUnit || length == 0 || length > LONGEST_HASH) {
      return prediction;
    }
    WaitingPrediction.Builder kept = prediction.toBuilder().setUnitHash(logged.getUnitHash());
    String wanted = known == null ? "" : known.plan().primary().getCovariate();
    if (known == null || !wanted.isEmpty()) {
      addInputs(kept, logged, wanted);
    }
    return kept.build();
  }

  /** The unit; empty where the prediction says none. */
  static ByteString unit(WaitingPrediction prediction) {
    return prediction.getUnitHash();
  }

  /** The covariate; NaN where the test has none, or the prediction has no number for it. */
  static double covariate(WaitingPrediction prediction, TestPlan plan) {
    String wanted = plan.primary().getCovariate();
    if (!wanted.isEmpty()) {
      for (NamedNumber input : prediction.getInputsList()) {
        if (input.getName().equals(wanted)) {
          return input.getValue();
        }
      }
    }
    return Double.NaN;
  }

  /** Of every column its first row's value; what is encrypted cannot be read. */
  private static void addInputs(
      WaitingPrediction.Builder kept, PredictionLogged logged, String wanted) {
    if (!logged.getInputsKeyId().isEmpty()) {
      return;
    }
    try {
      TensorValues inputs = TensorValues.parseFrom(logged.getInputs());
      int seen = 0;
      for (TensorValue input : inputs.getTensorsList()) {
        if (seen++ == MOST_INPUTS) {
          return;
        }
        double value = firstNumber(input);
        if (Double.isFinite(value)
            && input.getName().length() <= LONGEST_NAME
            && (wanted.isEmpty() || input.getName().equals(wanted))) {
          kept.addInputs(NamedNumber.newBuilder().setName(input.getName()).setValue(value));
        }
      }
    } catch (InvalidProtocolBufferException e) {
      // Not the inputs of a gateway of ours: the unit has no covariate, which is counted.
      return;
    }
  }

  private static double firstNumber(TensorValue input) {
    if (input.getNumbersCount() > 0) {
      return input.getNumbers(0);
    }
    return input.getIntegersCount() > 0 ? input.getIntegers(0) : Double.NaN;
  }
}
