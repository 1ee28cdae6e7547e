package dev.understudy.gateway.journal;

import com.google.protobuf.ByteString;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.TensorValue;
import dev.understudy.contracts.v1.VersionScore;
import dev.understudy.scoring.Score;
import dev.understudy.scoring.Tensor;

/** What one version made of a request, as the log says it. */
public final class VersionScores {
  private VersionScores() {}

  /** A score that is known. */
  public static VersionScore of(String version, Score score) {
    VersionScore.Builder logged = VersionScore.newBuilder().setVersion(version);
    switch (score) {
      case Score.Answered answered -> {
        logged.setStatus(ScoreStatus.ANSWERED).setLatencyUs(micros(answered.latencyNanos()));
        answered.outputs().forEach(output -> logged.addOutputs(tensor(output)));
      }
      case Score.Failed failed ->
          logged
              .setStatus(ScoreStatus.FAILED)
              .setLatencyUs(micros(failed.latencyNanos()))
              .setErrorClass(failed.errorClass());
      case Score.TimedOut late ->
          logged
              .setStatus(ScoreStatus.TIMED_OUT)
              .setLatencyUs(micros(late.afterNanos()))
              .setErrorClass("deadline");
      case Score.Shed shed -> logged.setStatus(ScoreStatus.SHED).setErrorClass(shed.cause());
    }
    return logged.build();
  }

  /** A shadow that still runs; its record follows. */
  public static VersionScore expected(String version) {
    return bare(version, ScoreStatus.EXPECTED);
  }

  /** A candidate that this request was not for. */
  public static VersionScore notSampled(String version) {
    return bare(version, ScoreStatus.NOT_SAMPLED);
  }

  private static VersionScore bare(String version, ScoreStatus status) {
    return VersionScore.newBuilder().setVersion(version).setStatus(status).build();
  }

  private static long micros(long nanos) {
    return nanos / 1_000;
  }

  static TensorValue tensor(Tensor tensor) {
    TensorValue.Builder value =
        TensorValue.newBuilder().setName(tensor.name()).setDatatype(tensor.datatype().name());
    for (long dimension : tensor.shape()) {
      value.addShape(dimension);
    }
    for (int i = 0; i < tensor.size(); i++) {
      switch (tensor.datatype()) {
        case FP16, BF16, FP32, FP64 -> value.addNumbers(tensor.number(i));
        case BYTES -> value.addTexts(ByteString.copyFrom(tensor.bytes(i)));
        default -> value.addIntegers(tensor.integer(i));
      }
    }
    return value.build();
  }
}
