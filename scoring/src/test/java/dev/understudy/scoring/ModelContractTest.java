package dev.understudy.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelContractTest {
  private static final InputContract INPUTS = new InputContract(List.of(Column.number("x", false)));

  @Test
  void everyClassOfARowHasALabelOrNoneHas() {
    assertThat(labelled(List.of(-1L, 2L), "good", "bad").labels())
        .isEqualTo(Map.of("p", List.of("good", "bad")));
    assertThat(labelled(List.of(-1L), "bad").labels()).containsKey("p");
    assertThat(labelled(List.of(-1L, 2L, 2L), "a", "b", "c", "d").labels()).containsKey("p");

    assertThatThrownBy(() -> labelled(List.of(-1L, 3L), "good", "bad"))
        .hasMessageContaining("has 3 classes a row, and 2 labels");
    assertThatThrownBy(() -> labelled(List.of(-1L, -1L), "good", "bad"))
        .hasMessageContaining("no fixed number of classes");
    assertThatThrownBy(() -> labelled(List.of(2L), "good", "bad")).hasMessageContaining("labels");
    assertThatThrownBy(
            () ->
                new ModelContract(
                    INPUTS,
                    List.of(new TensorSpec("p", Datatype.FP32, List.of(-1L))),
                    Map.of("q", List.of("bad"))))
        .hasMessageContaining("'q', which is no output");
  }

  private static ModelContract labelled(List<Long> shape, String... labels) {
    return new ModelContract(
        INPUTS, List.of(new TensorSpec("p", Datatype.FP32, shape)), Map.of("p", List.of(labels)));
  }
}
