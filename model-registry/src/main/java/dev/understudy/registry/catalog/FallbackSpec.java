package dev.understudy.registry.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.understudy.contracts.v1.Fallback;
import dev.understudy.contracts.v1.OutputColumn;
import dev.understudy.contracts.v1.StatedAnswer;
import dev.understudy.contracts.v1.TensorValue;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who answers when the version that should does not, as it is written in a request: another
 * version, or an answer that is stated here. Unchecked until {@link #fallback}.
 *
 * @param answer one row of every output of the model
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record FallbackSpec(@Nullable String version, @Nullable List<Stated> answer) {
  private static final Map<String, BigInteger[]> RANGES =
      Map.of(
          "UINT8", unsigned(8),
          "UINT16", unsigned(16),
          "UINT32", unsigned(32),
          "UINT64", unsigned(64),
          "INT8", signed(8),
          "INT16", signed(16),
          "INT32", signed(32),
          "INT64", signed(64));
  private static final double LARGEST_HALF = 65_504;

  /** One output, in the protocol's form; the data are flat. */
  public record Stated(
      @Nullable String name,
      @Nullable String datatype,
      @Nullable List<Long> shape,
      @Nullable List<JsonNode> data) {}

  /**
   * The fallback as the gateways get it, once everything in it is right.
   *
   * @param at its path in the request
   * @param versions finds a version of the model
   */
  Fallback fallback(String at, ModelSpec model, Function<String, Optional<VersionRef>> versions) {
    if ((version == null) == (answer == null)) {
      throw Refused.field(at, "say either the 'version' that answers or the 'answer' itself");
    }
    return version != null
        ? Fallback.newBuilder()
            .setVersion(
                versions
                    .apply(version)
                    .orElseThrow(
                        () ->
                            Refused.field(
                                at + ".version",
                                "the model has no version '%s'".formatted(version))))
            .build()
        : Fallback.newBuilder().setStated(stated(at + ".answer", answer, model)).build();
  }

  private static StatedAnswer stated(String at, @Nullable List<Stated> answer, ModelSpec model) {
    List<Stated> given = Checks.present(at, answer);
    Map<String, OutputColumn> missing = new HashMap<>();
    model.outputColumns().forEach(output -> missing.put(output.getName(), output));
    StatedAnswer.Builder stated = StatedAnswer.newBuilder();
    for (int i = 0; i < given.size(); i++) {
      String each = "%s[%d]".formatted(at, i);
      Stated one = Checks.present(each, given.get(i));
      String name = Checks.present(each + ".name", one.name());
      OutputColumn output = missing.remove(name);
      if (output == null) {
        throw Refused.field(
            each + ".name", "'%s' is no output of the model, or is there twice".formatted(name));
      }
      stated.addOutputs(tensor(each, one, output));
    }
    if (!missing.isEmpty()) {
      throw Refused.field(at, "the outputs %s are not stated".formatted(missing.keySet()));
    }
    return stated.build();
  }

  private static TensorValue tensor(String at, Stated said, OutputColumn output) {
    String datatype = output.getDatatype();
    if (!datatype.equals(said.datatype())) {
      throw Refused.field(at + ".datatype", "the model's output is %s".formatted(datatype));
    }
    List<Long> row = Checks.present(at + ".shape", said.shape());
    if (!isOneRow(row, output.getShapeList())) {
      List<Long> needed = new ArrayList<>(output.getShapeList());
      needed.set(0, 1L);
      throw Refused.field(at + ".shape", "one row has the shape %s".formatted(needed));
    }
    List<JsonNode> data = Checks.present(at + ".data", said.data());
    // Beyond what can be counted exactly there is no such body.
    double size = row.stream().mapToDouble(Long::doubleValue).reduce(1, (a, b) -> a * b);
    if (data.size() != size) {
      throw Refused.field(
          at + ".data", "it has %d values, one row has %.0f".formatted(data.size(), size));
    }
    TensorValue.Builder value =
        TensorValue.newBuilder().setName(output.getName()).setDatatype(datatype).addAllShape(row);
    for (int i = 0; i < data.size(); i++) {
      add(value, "%s.data[%d]".formatted(at, i), datatype, data.get(i));
    }
    return value.build();
  }

  private static boolean isOneRow(List<Long> row, List<Long> promised) {
    if (row.size() != promised.size()) {
      return false;
    }
    for (int i = 0; i < row.size(); i++) {
      @Nullable Long size = row.get(i);
      long wanted = i == 0 ? 1 : promised.get(i);
      if (size == null || (wanted == -1 ? size < 1 : size != wanted)) {
        return false;
      }
    }
    return true;
  }

  private static void add(
      TensorValue.Builder value, String at, String datatype, @Nullable JsonNode element) {
    JsonNode one = Checks.present(at, element);
    switch (datatype) {
      case "BOOL" -> {
        if (!one.isBoolean()) {
          throw Refused.field(at, "it must be true or false");
        }
        value.addIntegers(one.booleanValue() ? 1 : 0);
      }
      case "BYTES" -> {
        if (!one.isTextual()) {
          throw Refused.field(at, "it must be a text");
        }
        value.addTexts(ByteString.copyFromUtf8(one.textValue()));
      }
      case "FP16", "BF16", "FP32", "FP64" -> {
        if (!one.isNumber()) {
          throw Refused.field(at, "it must be a number");
        }
        double most =
            switch (datatype) {
              case "FP16" -> LARGEST_HALF;
              case "FP64" -> Double.MAX_VALUE;
              default -> Float.MAX_VALUE;
            };
        value.addNumbers(Checks.between(at, one.doubleValue(), -most, most));
      }
      default -> {
        BigInteger[] range = RANGES.get(datatype);
        if (range == null
            || !one.isIntegralNumber()
            || one.bigIntegerValue().compareTo(range[0]) < 0
            || one.bigIntegerValue().compareTo(range[1]) > 0) {
          throw Refused.field(at, "it must be a whole number of %s".formatted(datatype));
        }
        value.addIntegers(one.bigIntegerValue().longValue());
      }
    }
  }

  private static BigInteger[] unsigned(int bits) {
    return new BigInteger[] {
      BigInteger.ZERO, BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE)
    };
  }

  private static BigInteger[] signed(int bits) {
    BigInteger half = BigInteger.ONE.shiftLeft(bits - 1);
    return new BigInteger[] {half.negate(), half.subtract(BigInteger.ONE)};
  }
}
