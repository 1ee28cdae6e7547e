package dev.understudy.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.testkit.Graphs;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ModelLoaderTest {
  private static final ModelContract NUMBER = Contracts.number();

  @Test
  void aSoundArtefactIsLoadedWithItsSignature() throws ModelRefused {
    try (Model model = load(Graphs.sigmoid(1), NUMBER)) {
      assertThat(model.platform()).isEqualTo("onnx_onnxv1");
      assertThat(model.inputs()).containsExactly(new TensorSpec("x", Datatype.FP32, List.of(-1L)));
      assertThat(model.outputs()).containsExactly(new TensorSpec("p", Datatype.FP32, List.of(-1L)));
    }
  }

  @Test
  void contentWithAnotherDigestIsRefused() {
    ModelRefused refused =
        catchThrowableOfType(
            ModelRefused.class, () -> ModelLoader.load(Graphs.sigmoid(1), "0".repeat(64), NUMBER));

    assertThat(refused.reason()).isEqualTo(ModelRefused.Reason.DIGEST_MISMATCH);
  }

  @Test
  void contentThatIsNoModelIsRefused() {
    for (String content : List.of("", "PK\u0003\u0004 a zip", "just a text")) {
      assertRefused(
          content.getBytes(StandardCharsets.UTF_8), NUMBER, ModelRefused.Reason.UNKNOWN_FORMAT);
    }
  }

  @Test
  void aTruncatedModelIsRefused() {
    byte[] whole = Graphs.sigmoid(1);

    assertRefused(
        Arrays.copyOf(whole, whole.length - 3), NUMBER, ModelRefused.Reason.UNKNOWN_FORMAT);
  }

  @Test
  void anInputThatTheContractDoesNotKnowIsRefused() {
    ModelContract other =
        new ModelContract(
            new InputContract(List.of(Column.number("income", false))), NUMBER.outputs());

    ModelRefused refused =
        assertRefused(Graphs.sigmoid(1), other, ModelRefused.Reason.AGAINST_CONTRACT);

    assertThat(refused).hasMessageContaining("input x").hasMessageContaining("income");
  }

  @Test
  void anInputOfAnotherTypeIsRefused() {
    assertRefused(Graphs.is("a"), NUMBER, ModelRefused.Reason.AGAINST_CONTRACT);
  }

  @Test
  void aMissingOutputIsRefused() {
    ModelContract other =
        new ModelContract(
            NUMBER.inputs(), List.of(new TensorSpec("probability", Datatype.FP32, List.of(-1L))));

    assertRefused(Graphs.sigmoid(1), other, ModelRefused.Reason.AGAINST_CONTRACT);
  }

  @Test
  void anOutputOfAnotherShapeIsRefused() {
    ModelContract other =
        new ModelContract(
            NUMBER.inputs(), List.of(new TensorSpec("p", Datatype.FP32, List.of(-1L, 2L))));

    assertRefused(Graphs.sigmoid(1), other, ModelRefused.Reason.AGAINST_CONTRACT);
  }

  @Test
  void anOutputThatIsNoTensorIsRefusedWithTheRemedy() {
    ModelRefused refused =
        assertRefused(Graphs.answersSequence(), NUMBER, ModelRefused.Reason.UNSUPPORTED_OUTPUT);

    assertThat(refused).hasMessageContaining("sequence").hasMessageContaining("zipmap=False");
  }

  @Test
  void aModelThatFailsOnAHarmlessRowIsRefused() {
    Column positive =
        new Column(
            "x",
            Datatype.FP32,
            List.of(-1L),
            false,
            false,
            List.of(),
            OptionalDouble.of(5),
            OptionalDouble.empty());

    assertRefused(
        Graphs.failsOutsideZeroAndOne(),
        new ModelContract(new InputContract(List.of(positive)), NUMBER.outputs()),
        ModelRefused.Reason.WARM_UP_FAILED);
  }

  private static ModelRefused assertRefused(
      byte[] content, ModelContract contract, ModelRefused.Reason reason) {
    ModelRefused refused = catchThrowableOfType(ModelRefused.class, () -> load(content, contract));
    assertThat(refused.reason()).isEqualTo(reason);
    return refused;
  }

  private static Model load(byte[] content, ModelContract contract) throws ModelRefused {
    return ModelLoader.load(content, ModelLoader.digest(content), contract);
  }
}
