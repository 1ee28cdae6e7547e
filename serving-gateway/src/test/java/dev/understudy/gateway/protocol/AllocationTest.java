package dev.understudy.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.understudy.gateway.inference.Answer;
import dev.understudy.gateway.routing.PredictionId;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.InputContract;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/**
 * What this room leaves to the garbage collector; counted by the JVM, so it is no matter of time.
 */
class AllocationTest {
  private static final ModelContract TWENTY =
      new ModelContract(
          new InputContract(
              List.of(
                  new Column(
                      "x",
                      Datatype.FP32,
                      List.of(-1L, 20L),
                      false,
                      false,
                      List.of(),
                      OptionalDouble.empty(),
                      OptionalDouble.empty()))),
          List.of(new TensorSpec("p", Datatype.FP32, List.of(-1L, 1L))));

  private final ThreadMXBean jvm = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final InferenceParser parser = new InferenceParser(new RequestLimits(1 << 20, 16, 1_000));

  @Test
  void oneRowCostsLessThanTwoKilobytes() {
    byte[] body = body(1);

    // What the compiler leaves out it leaves out in its own time.
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 20 && least >= 2_048; round++) {
      long before = jvm.getCurrentThreadAllocatedBytes();
      answer(body, 1, 10_000);
      least = Math.min(least, (jvm.getCurrentThreadAllocatedBytes() - before) / 10_000);
    }

    assertThat(least).isLessThan(2_048);
  }

  @Test
  void anElementCostsNothingButItsPlace() {
    byte[] one = body(1);
    byte[] many = body(101);
    parse(one, 20_000);
    parse(many, 1_000);

    long before = jvm.getCurrentThreadAllocatedBytes();
    parse(one, 1_000);
    long between = jvm.getCurrentThreadAllocatedBytes();
    parse(many, 1_000);
    long after = jvm.getCurrentThreadAllocatedBytes();

    // 4 bytes for each of the 20 floats of the 100 rows more, and hardly anything else.
    long more = ((after - between) - (between - before)) / 1_000;
    assertThat(more).isLessThan(8_300L);
  }

  private static byte[] body(int rows) {
    StringBuilder data = new StringBuilder();
    for (int i = 0; i < 20 * rows; i++) {
      data.append(i == 0 ? "" : ",").append(Math.sin(i));
    }
    return ("{\"id\":\"request-1\",\"inputs\":[{\"name\":\"x\",\"shape\":[%d,20],"
            + "\"datatype\":\"FP32\",\"data\":[%s]}]}")
        .formatted(rows, data)
        .getBytes(UTF_8);
  }

  private void parse(byte[] body, int times) {
    for (int i = 0; i < times; i++) {
      assertRows(parser.parse(body, TWENTY).rows());
    }
  }

  private static void assertRows(int rows) {
    if (rows < 1) {
      throw new AssertionError("no rows");
    }
  }

  private void answer(byte[] body, int rows, int times) {
    PredictionId id = new PredictionId("0199b0a0-0000-7000-8000-000000000000");
    Tensor p = Tensor.ofFloats("p", new long[] {rows, 1}, 0.123456f);
    Answer.Predicted answer =
        new Answer.Predicted(id, "credit-risk", "3", "3", List.of(p), Optional.empty());
    for (int i = 0; i < times; i++) {
      InferenceParser.Parsed parsed = parser.parse(body, TWENTY);
      AnswerWriter.Written written =
          AnswerWriter.write(answer, parsed.id(), parsed.outputs(), false);
      assertRows(written.jsonLength());
    }
  }
}
