package dev.understudy.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.InputContract;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class RequestAssemblyTest {
  private static final Column WORDS = free("words", 2);
  private static final Column CUBE = free("cube", 5);
  private static final Column NOTE = Column.category("note", true);

  private final RequestAssembly assembly =
      new RequestAssembly(
          new ModelContract(
              new InputContract(List.of(WORDS, NOTE)),
              List.of(
                  new TensorSpec("p", Datatype.FP32, List.of(-1L)),
                  new TensorSpec("q", Datatype.FP32, List.of(-1L)))),
          1_000);

  @Test
  void theContractsColumnsComeInItsOrderAndTheMissingAreFilled() {
    assembly.add(words(3));

    RequestAssembly.Assembled assembled = assembly.finish();

    assertThat(assembled.rows()).isEqualTo(3);
    assertThat(assembled.inputs().values()).containsExactly(words(3), NOTE.missing(3));
    assertThat(assembled.outputs()).extracting(OutputWish::name).containsExactly("p", "q");
  }

  @Test
  void whatIsOfAnySizeIsNotLeftOutEvenWhereItsValuesMayBe() {
    Column column =
        new Column(
            "any",
            Datatype.FP32,
            List.of(-1L, -1L),
            true,
            false,
            List.of(),
            OptionalDouble.empty(),
            OptionalDouble.empty());
    RequestAssembly free =
        new RequestAssembly(
            new ModelContract(
                new InputContract(List.of(NOTE, column)),
                List.of(new TensorSpec("p", Datatype.FP32, List.of(-1L)))),
            1_000);
    free.add(NOTE.missing(2));

    refused(free::finish, "input any is missing");
  }

  @Test
  void theOutputsAreThoseAskedForInTheirOrder() {
    assembly.add(words(1));
    assembly.ask(OutputWish.plain("q"));
    assembly.ask(OutputWish.plain("p"));
    refused(() -> assembly.ask(OutputWish.plain("q")), "output q is asked for twice");
    refused(
        () -> assembly.ask(OutputWish.plain("r")), "the model has no output 'r'; it has [p, q]");

    assertThat(assembly.finish().outputs()).extracting(OutputWish::name).containsExactly("q", "p");
  }

  @Test
  void rowsAreAtLeastOneAndOtherDimensionsMayBeEmpty() {
    assertThatCode(() -> assembly.require(WORDS, "FP32", new long[] {1, 0}))
        .doesNotThrowAnyException();
    refused(() -> assembly.require(WORDS, "FP32", new long[] {0, 1}), "1 to 1000 rows");
    refused(() -> assembly.require(WORDS, "FP32", new long[] {1_001, 1}), "1 to 1000 rows");
    refused(() -> assembly.require(WORDS, "FP32", new long[] {1, -1}), "shape [-1, -1] is needed");
    refused(
        () -> assembly.require(WORDS, "FP32", new long[] {1, 1_001}), "dimension 1 can be up to");
  }

  @Test
  void aShapeBeyondAllNumbersIsRefused() {
    long[] shape = {1_000, 1_000, 1_000, 1_000, 1_000};

    refused(() -> assembly.require(CUBE, "FP32", shape), "no tensor is as large as");
  }

  @Test
  void aShapeOfManyDimensionsIsNotSentBackWhole() {
    refused(
        () -> assembly.require(WORDS, "FP32", new long[1_000_000]),
        "not one of 1000000 dimensions");
  }

  @Test
  void aTensorIsGivenOnceUnderAKnownNameWithItsType() {
    assembly.add(words(1));

    refused(() -> assembly.add(words(1)), "input words is given twice");
    refused(() -> assembly.column("word"), "no input 'word'; it has words, note");
    refused(() -> assembly.require(WORDS, "FP64", new long[] {1, 1}), "FP32 is needed");
  }

  @Test
  void tensorsHaveTheSameRows() {
    assembly.add(words(1));
    assembly.add(NOTE.missing(2));

    refused(assembly::finish, "input words has 1 rows, input note has 2");
  }

  private static void refused(ThrowingCallable request, String reason) {
    assertThatThrownBy(request).isInstanceOf(RequestRefused.class).hasMessageContaining(reason);
  }

  private static Tensor words(int rows) {
    return Tensor.ofFloats("words", new long[] {rows, 1}, new float[rows]);
  }

  private static Column free(String name, int dimensions) {
    return new Column(
        name,
        Datatype.FP32,
        Collections.nCopies(dimensions, -1L),
        false,
        false,
        List.of(),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }
}
