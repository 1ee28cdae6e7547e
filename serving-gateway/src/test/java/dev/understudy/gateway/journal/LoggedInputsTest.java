package dev.understudy.gateway.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.gateway.routing.ServingPolicy.LogPolicy.Treatment;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.Tensor;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LoggedInputsTest {
  private static final long[] THREE = {3};
  private final LoggedInputs inputs = new LoggedInputs(new KeyedHash(new byte[16]));

  @Test
  void anInputThatThePolicyDoesNotNameIsLoggedAsItCame() {
    Tensor age = Tensor.ofFloats("age", new long[] {1}, 42);

    assertThat(inputs.of(List.of(age), Map.of("other", Treatment.DROPPED)))
        .containsExactly(new PredictionWire.Input(age, true));
  }

  @Test
  void equalValuesOfAHashedInputStayEqualAndMissingOnesMissing() {
    Tensor text = hashed(Tensor.ofTexts("city", new long[] {4}, "Rome", "Oslo", "Rome", ""));

    assertThat(text.datatype()).isEqualTo(Datatype.BYTES);
    assertThat(text.text(0)).matches("[0-9a-f]{32}").isEqualTo(text.text(2));
    assertThat(text.text(1)).matches("[0-9a-f]{32}").isNotEqualTo(text.text(0));
    assertThat(text.isMissing(3)).isTrue();
  }

  @Test
  void numbersAreHashedToo() {
    Tensor floats = hashed(Tensor.ofFloats("f", THREE, 0f, -0f, Float.NaN));
    Tensor whole = hashed(Tensor.ofIntegers("i", Datatype.INT32, THREE, 1, 2, 1));

    assertThat(floats.text(0)).isEqualTo(floats.text(1)).matches("[0-9a-f]{32}");
    assertThat(floats.isMissing(2)).isTrue();
    assertThat(whole.text(0)).isEqualTo(whole.text(2)).isNotEqualTo(whole.text(1));
    assertThat(whole.shape()).containsExactly(3);
  }

  @Test
  void anotherKeyOrAnotherColumnGivesAnotherHash() {
    Tensor name = Tensor.ofTexts("name", new long[] {1}, "x");
    LoggedInputs elsewhere = new LoggedInputs(new KeyedHash(new byte[16]).derived("inputs"));

    assertThat(hashed(inputs, name)).isNotEqualTo(hashed(elsewhere, name));
    assertThat(hashed(name).text(0))
        .isNotEqualTo(hashed(Tensor.ofTexts("town", new long[] {1}, "x")).text(0));
  }

  @Test
  void aRedactedInputHasNoValuesAndADroppedOneIsNotThere() {
    Tensor age = Tensor.ofFloats("age", new long[] {1}, 42);
    Tensor name = Tensor.ofTexts("name", new long[] {1}, "x");

    assertThat(
            inputs.of(
                List.of(age, name), Map.of("age", Treatment.REDACTED, "name", Treatment.DROPPED)))
        .containsExactly(new PredictionWire.Input(age, false));
  }

  private Tensor hashed(Tensor tensor) {
    return hashed(inputs, tensor);
  }

  private static Tensor hashed(LoggedInputs inputs, Tensor tensor) {
    return inputs.of(List.of(tensor), Map.of(tensor.name(), Treatment.HASHED)).getFirst().tensor();
  }
}
