package dev.understudy.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.gateway.inference.Answer;
import dev.understudy.gateway.routing.PredictionId;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AnswerWriterTest {
  @Test
  void anAnswerHasTheProtocolsMembers() {
    assertThat(json(Tensor.ofFloats("p", new long[] {2}, 0.25f, 1), OutputWish.plain("p"), false))
        .isEqualTo(
            "{\"model_name\":\"m\",\"model_version\":\"2\",\"id\":\"mine\",\"parameters\":"
                + "{\"prediction_id\":\"0199\",\"arm\":\"3\"},\"outputs\":[{\"name\":\"p\","
                + "\"datatype\":\"FP32\",\"shape\":[2],\"data\":[0.25,1.0]}]}");
  }

  @Test
  void numbersThatJsonDoesNotHaveAreNullUnlessWordsAreWanted() {
    Tensor tensor =
        Tensor.ofDoubles(
            "p", new long[] {3}, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);

    assertThat(json(tensor, OutputWish.plain("p"), false)).contains("[null,null,null]");
    assertThat(json(tensor, OutputWish.plain("p"), true)).contains("[NaN,Infinity,-Infinity]");
  }

  @Test
  void wholeNumbersKeepAllTheirDigits() {
    assertThat(
            json(
                Tensor.ofIntegers("p", Datatype.UINT64, new long[] {2}, -1, 9007199254740993L),
                OutputWish.plain("p"),
                false))
        .contains("[18446744073709551615,9007199254740993]");
    assertThat(
            json(
                Tensor.ofIntegers("p", Datatype.BOOL, new long[] {2}, 1, 0),
                OutputWish.plain("p"),
                false))
        .contains("[true,false]");
  }

  @Test
  void aBinaryOutputIsBehindTheJson() {
    AnswerWriter.Written written =
        AnswerWriter.write(
            answer(Tensor.ofBytes("p", new long[] {1}, new byte[] {0, (byte) 0xFF})),
            "mine",
            List.of(new OutputWish("p", true, 0)),
            false);

    assertThat(written.hasBinary()).isTrue();
    assertThat(written.body().getString(0, written.jsonLength()))
        .endsWith("\"shape\":[1],\"parameters\":{\"binary_data_size\":6}}]}");
    assertThat(written.body().getBytes(written.jsonLength(), written.body().length()))
        .containsExactly(2, 0, 0, 0, 0, 0xFF);
  }

  @Test
  void anEmptyBinaryOutputIsJsonAlone() {
    AnswerWriter.Written written =
        AnswerWriter.write(
            answer(Tensor.ofFloats("p", new long[] {1, 0})),
            "mine",
            List.of(new OutputWish("p", true, 0)),
            false);

    assertThat(written.hasBinary()).isFalse();
    assertThat(written.body().toString(UTF_8)).contains("\"binary_data_size\":0");
  }

  @Test
  void bytesCanBeWrittenInBase64() {
    Tensor any = Tensor.ofBytes("p", new long[] {2}, new byte[] {0, (byte) 0xFF}, new byte[0]);

    assertThat(json(any, new OutputWish("p", false, true, 0, List.of()), false))
        .contains(
            "\"shape\":[2],\"parameters\":{\"content_type\":\"base64\"},\"data\":[\"AP8=\",\"\"]}");
  }

  @Test
  void classesAreRankedByValueAndThenByPlace() {
    Tensor whole = Tensor.ofIntegers("p", Datatype.UINT64, new long[] {1, 4}, 1, -1, 7, 7);

    assertThat(json(whole, new OutputWish("p", false, 9), false))
        .contains("\"datatype\":\"BYTES\",\"shape\":[1,4]")
        .contains("[\"18446744073709551615:1\",\"7:2\",\"7:3\",\"1:0\"]");
    assertThatThrownBy(
            () ->
                json(
                    Tensor.ofFloats("p", new long[] {1_001, 1_000}, new float[1_001_000]),
                    new OutputWish("p", false, 1),
                    false))
        .isInstanceOf(RequestRefused.class)
        .hasMessageContaining("at most 1000000");
  }

  @ParameterizedTest
  @EnumSource(names = {"BOOL", "BYTES", "FP16", "BF16"})
  void someOutputsHaveNoClasses(Datatype datatype) {
    TensorSpec output = new TensorSpec("p", datatype, List.of(-1L, 3L));

    assertThatThrownBy(() -> new OutputWish("p", true, 2).require(output, "-"))
        .isInstanceOf(RequestRefused.class)
        .hasMessageContaining("classes");
  }

  @ParameterizedTest
  @EnumSource(names = {"FP16", "BF16"})
  void halvesComeInBytesOnly(Datatype datatype) {
    TensorSpec output = new TensorSpec("p", datatype, List.of(-1L));

    new OutputWish("p", true, 0).require(output, "ask for bytes");
    assertThatThrownBy(() -> OutputWish.plain("p").require(output, "ask for bytes"))
        .isInstanceOf(RequestRefused.class)
        .hasMessageContaining("no form in JSON; ask for bytes");
  }

  private static String json(Tensor tensor, OutputWish wish, boolean words) {
    return AnswerWriter.write(answer(tensor), "mine", List.of(wish), words).body().toString(UTF_8);
  }

  private static Answer.Predicted answer(Tensor tensor) {
    return new Answer.Predicted(
        new PredictionId("0199"), "m", "3", "2", List.of(tensor), Optional.empty());
  }
}
