package dev.understudy.gateway.hotswap;

import dev.understudy.contracts.Names;
import dev.understudy.contracts.v1.FieldPolicy;
import dev.understudy.contracts.v1.TensorValue;
import dev.understudy.gateway.routing.ServingPolicy;
import dev.understudy.gateway.routing.ServingPolicy.Batching;
import dev.understudy.gateway.routing.ServingPolicy.Capacity;
import dev.understudy.gateway.routing.ServingPolicy.Fallback;
import dev.understudy.gateway.routing.ServingPolicy.LogPolicy;
import dev.understudy.gateway.routing.StatedAnswer;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.Tensor;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reads how a model is to be served, or refuses what cannot be honoured with the reason. */
final class PublishedPolicy {
  private PublishedPolicy() {}

  /**
   * The policy in our own words.
   *
   * @throws IllegalArgumentException if it cannot be honoured; the message names the setting
   */
  static ServingPolicy of(
      dev.understudy.contracts.v1.ServingPolicy published, ModelContract contract) {
    return new ServingPolicy(
        batching(published.getBatching()),
        new Capacity(
            given("capacity.concurrency", published.getCapacity().getConcurrency()),
            given("capacity.queue", published.getCapacity().getQueue())),
        log(published.getLog(), contract),
        fallback(published.getFallback(), contract),
        attributes(published));
  }

  private static Batching batching(dev.understudy.contracts.v1.Batching published) {
    Batching.Mode mode =
        switch (published.getMode()) {
          case BATCHING_MODE_UNSPECIFIED, AUTO -> Batching.Mode.AUTO;
          case ON -> Batching.Mode.ON;
          case OFF -> Batching.Mode.OFF;
          case UNRECOGNIZED -> throw unknown("batching.mode");
        };
    long delay = published.getLongestDelayUs();
    return new Batching(
        mode,
        given("batching.most_rows", published.getMostRows()),
        delay == 0 ? Optional.empty() : Optional.of(Duration.of(delay, ChronoUnit.MICROS)));
  }

  private static LogPolicy log(
      dev.understudy.contracts.v1.LogPolicy published, ModelContract contract) {
    LogPolicy.Mode mode =
        switch (published.getMode()) {
          case LOG_MODE_UNSPECIFIED, ASYNC -> LogPolicy.Mode.ASYNC;
          case DURABLE -> LogPolicy.Mode.DURABLE;
          case UNRECOGNIZED -> throw unknown("log.mode");
        };
    Map<String, LogPolicy.Treatment> fields = new LinkedHashMap<>();
    for (FieldPolicy field : published.getFieldsList()) {
      String input = field.getInput();
      if (contract.inputs().column(input).isEmpty()) {
        throw new IllegalArgumentException(
            "log.fields: the model has no input '%s'".formatted(input));
      }
      LogPolicy.Treatment treatment =
          switch (field.getTreatment()) {
            case HASHED -> LogPolicy.Treatment.HASHED;
            case REDACTED -> LogPolicy.Treatment.REDACTED;
            case DROPPED -> LogPolicy.Treatment.DROPPED;
            case FIELD_TREATMENT_UNSPECIFIED, UNRECOGNIZED ->
                throw unknown("log.fields: treatment of '%s'".formatted(input));
          };
      if (fields.put(input, treatment) != null) {
        throw new IllegalArgumentException("log.fields: '%s' is there twice".formatted(input));
      }
    }
    return new LogPolicy(mode, published.hasSample() ? published.getSample() : 1, fields);
  }

  private static Optional<Fallback> fallback(
      dev.understudy.contracts.v1.Fallback published, ModelContract contract) {
    return switch (published.getAnswerCase()) {
      case VERSION -> Optional.of(new Fallback.Version(published.getVersion().getVersion()));
      case STATED ->
          Optional.of(
              new Fallback.Stated(
                  StatedAnswer.of(
                      published.getStated().getOutputsList().stream()
                          .map(PublishedPolicy::tensor)
                          .toList(),
                      contract.outputs())));
      case ANSWER_NOT_SET -> Optional.empty();
    };
  }

  private static Set<String> attributes(dev.understudy.contracts.v1.ServingPolicy published) {
    Set<String> names = new LinkedHashSet<>();
    for (String name : published.getAttributesList()) {
      if (!Names.allowed(name)) {
        throw new IllegalArgumentException("attributes: '%s': %s".formatted(name, Names.RULE));
      }
      names.add(name);
    }
    return names;
  }

  private static Tensor tensor(TensorValue value) {
    String name = value.getName();
    Datatype datatype =
        Datatype.of(value.getDatatype())
            .orElseThrow(() -> unknown("the stated answer: datatype of '%s'".formatted(name)));
    long[] shape = value.getShapeList().stream().mapToLong(Long::longValue).toArray();
    double[] numbers = value.getNumbersList().stream().mapToDouble(Double::doubleValue).toArray();
    return switch (datatype) {
      case FP64 -> Tensor.ofDoubles(name, shape, numbers);
      case FP32 -> {
        float[] singles = new float[numbers.length];
        for (int i = 0; i < singles.length; i++) {
          singles[i] = (float) numbers[i];
        }
        yield Tensor.ofFloats(name, shape, singles);
      }
      case FP16, BF16 -> {
        short[] halves = new short[numbers.length];
        for (int i = 0; i < halves.length; i++) {
          float single = (float) numbers[i];
          halves[i] =
              datatype == Datatype.FP16
                  ? Float.floatToFloat16(single)
                  : (short) (Float.floatToRawIntBits(single) >>> Short.SIZE);
        }
        yield Tensor.ofHalves(name, datatype, shape, halves);
      }
      case BYTES ->
          Tensor.ofBytes(
              name,
              shape,
              value.getTextsList().stream().map(text -> text.toByteArray()).toArray(byte[][]::new));
      default ->
          Tensor.ofIntegers(
              name,
              datatype,
              shape,
              value.getIntegersList().stream()
                  .mapToLong(whole -> inRange(name, datatype, whole))
                  .toArray());
    };
  }

  private static long inRange(String name, Datatype datatype, long value) {
    int bits = datatype.width() * Byte.SIZE;
    boolean fits =
        switch (datatype) {
          case BOOL -> value == 0 || value == 1;
          case UINT8, UINT16, UINT32 -> value >>> bits == 0;
          case INT8, INT16, INT32 -> value == value << (Long.SIZE - bits) >> (Long.SIZE - bits);
          default -> true;
        };
    if (!fits) {
      throw new IllegalArgumentException(
          "the stated answer: %d of '%s' is no %s".formatted(value, name, datatype));
    }
    return value;
  }

  /** 0 is the gateway's own default. */
  private static OptionalInt given(String what, int value) {
    if (value < 0) {
      throw new IllegalArgumentException("%s must be at least 1".formatted(what));
    }
    return value == 0 ? OptionalInt.empty() : OptionalInt.of(value);
  }

  private static IllegalArgumentException unknown(String what) {
    return new IllegalArgumentException(what + " is not known to this gateway");
  }
}
