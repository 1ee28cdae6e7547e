package dev.understudy.bench.rounds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BenchCaseTest {
  @Test
  void theTreesHaveTheNamesOfTheTableAndOthersTheirModelInFront() {
    assertThat(BenchCase.all())
        .extracting(BenchCase::name)
        .doesNotHaveDuplicates()
        .contains(
            "json-1",
            "json-32",
            "binary-32",
            "grpc-1",
            "grpc-32",
            "json-1-journal",
            "json-1-journal-durable",
            "json-1-shadow",
            "credit-json-1",
            "dense-grpc-32");
  }

  @Test
  void aPatternTakesThoseThatFitAsAWhole() {
    assertThat(BenchCase.fitting(List.of("json-1", "dense-json-*")))
        .extracting(BenchCase::name)
        .containsExactly(
            "json-1",
            "dense-json-1",
            "dense-json-32",
            "dense-json-1-journal",
            "dense-json-1-journal-durable",
            "dense-json-1-shadow");
    assertThat(BenchCase.fitting(List.of("nothing"))).isEmpty();
  }
}
