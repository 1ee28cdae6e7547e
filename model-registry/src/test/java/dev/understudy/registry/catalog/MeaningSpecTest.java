package dev.understudy.registry.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.contracts.v1.OutputColumn;
import dev.understudy.contracts.v1.Task;
import dev.understudy.registry.measure.Predicted;
import dev.understudy.registry.problem.Refused;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MeaningSpecTest {
  private static final OutputColumn ONE = output("FP32");
  private static final OutputColumn THREE = output("FP32", 3);
  private static final OutputColumn LABELLED =
      THREE.toBuilder().addAllLabels(List.of("cat", "dog", "bird")).build();

  @Test
  void aBinaryMeaningIsTheProbabilityOfOneOfTwoValues() {
    Predicted predicted = of(binary("bad", "good", 0.5), Task.BINARY, ONE);

    assertThat(predicted.outcomes()).containsExactly("good", "bad");
    assertThat(predicted.meaning().getThreshold()).isEqualTo(0.5);
    assertThat(predicted.meaning().getTask()).isEqualTo(Task.BINARY);
  }

  @Test
  void theClassesAreThoseThatAreNamedAndElseTheLabels() {
    assertThat(of(several("a", "b", "c"), Task.MULTICLASS, LABELLED).outcomes())
        .containsExactly("a", "b", "c");
    assertThat(of(several(), Task.MULTICLASS, LABELLED).outcomes())
        .containsExactly("cat", "dog", "bird");
  }

  @Test
  void anOutputThatNamesTheClassGivesNoProbabilities() {
    assertThat(of(several("a", "b"), Task.MULTICLASS, output("BYTES")).probabilities()).isFalse();
    assertThat(of(several("0", "1"), Task.MULTICLASS, output("INT64", 1)).probabilities())
        .isFalse();
    assertThat(of(several("a", "b", "c"), Task.MULTICLASS, THREE).probabilities()).isTrue();
  }

  @Test
  void aNumberHasNoValuesToChooseFrom() {
    assertThat(of(several(), Task.REGRESSION, ONE).outcomes()).isEmpty();
  }

  static Stream<Arguments> wrong() {
    String[] tooMany =
        IntStream.rangeClosed(0, 1_000).mapToObj(Integer::toString).toArray(String[]::new);
    return Stream.of(
        Arguments.of("meaning.output", binary("bad", "good", 0.5), Task.BINARY, THREE),
        Arguments.of("meaning.output", binary("bad", "good", 0.5), Task.BINARY, output("INT64")),
        Arguments.of("meaning.negative", binary("bad", "bad", 0.5), Task.BINARY, ONE),
        Arguments.of("meaning.threshold", binary("bad", "good", null), Task.BINARY, ONE),
        Arguments.of("meaning.positive", binary("bad", "good", 0.5), Task.MULTICLASS, THREE),
        Arguments.of("meaning.positive", binary("bad", "good", 0.5), Task.REGRESSION, ONE),
        Arguments.of("meaning.classes", several("a", "b"), Task.REGRESSION, ONE),
        Arguments.of("meaning.classes", several("a", "b"), Task.BINARY, ONE),
        Arguments.of("meaning.classes", several(), Task.MULTICLASS, THREE),
        Arguments.of("meaning.classes", several("a"), Task.MULTICLASS, output("FP32", 1)),
        Arguments.of("meaning.classes", several("a", "b", "a"), Task.MULTICLASS, THREE),
        Arguments.of("meaning.classes[1]", several("a", "", "c"), Task.MULTICLASS, THREE),
        Arguments.of("meaning.classes[1]", several("a", null, "c"), Task.MULTICLASS, THREE),
        Arguments.of("meaning.classes", several(tooMany), Task.MULTICLASS, output("BYTES")),
        Arguments.of("meaning.output", several("a", "b"), Task.MULTICLASS, THREE),
        Arguments.of("meaning.output", several("a", "b"), Task.MULTICLASS, output("FP32", -1)),
        Arguments.of("meaning.output", several("a", "b"), Task.MULTICLASS, output("BOOL")),
        Arguments.of("meaning.output", several(), Task.REGRESSION, THREE),
        Arguments.of("meaning.output", several(), Task.REGRESSION, output("INT32")));
  }

  @ParameterizedTest(name = "{index}: {0}")
  @MethodSource("wrong")
  void whatIsWrongIsNamed(String field, MeaningSpec meaning, Task task, OutputColumn output) {
    Refused refused = catchThrowableOfType(Refused.class, () -> of(meaning, task, output));

    assertThat(refused.field()).isEqualTo(field);
  }

  private static Predicted of(MeaningSpec meaning, Task task, OutputColumn output) {
    return meaning.checked(task, List.of(output));
  }

  private static MeaningSpec binary(String positive, String negative, Double threshold) {
    return new MeaningSpec("out", "status", positive, negative, threshold, null);
  }

  private static MeaningSpec several(String... classes) {
    return new MeaningSpec(
        "out", "status", null, null, null, classes.length == 0 ? null : Arrays.asList(classes));
  }

  private static OutputColumn output(String datatype, long... sizes) {
    OutputColumn.Builder column =
        OutputColumn.newBuilder().setName("out").setDatatype(datatype).addShape(-1);
    for (long size : sizes) {
      column.addShape(size);
    }
    return column.build();
  }
}
