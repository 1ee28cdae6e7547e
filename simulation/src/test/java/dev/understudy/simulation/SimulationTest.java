package dev.understudy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The short set with every build; the whole set is run by command. */
class SimulationTest {
  private static final Simulation SHORT = new Simulation(300, 2026, 2);

  static Stream<String> shortSet() {
    return Catalogue.shortSet().stream().map(Scenario::name);
  }

  private static Scenario named(String name) {
    return Catalogue.all().stream()
        .filter(one -> one.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("shortSet")
  void theJudgeErrsNoMoreThanItPromises(String name) throws InterruptedException {
    List<Row> rows = SHORT.rows(named(name), () -> {});

    assertThat(rows).isNotEmpty().noneMatch(row -> Boolean.FALSE.equals(row.accepted()));
    // Of 300 runs a median is not precise to 15 %; but twice the reference would be no chance.
    assertThat(rows)
        .filteredOn(row -> row.measure().equals("median samples"))
        .allSatisfy(
            row -> assertThat(row.measured()).isBetween(row.reference() / 2, row.reference() * 2));
  }

  @Test
  void theResultDoesNotDependOnTheNumberOfThreads() throws InterruptedException {
    Scenario scenario = named("paired-accuracy-6-percent-2-points-better");

    List<Row> alone = new Simulation(50, 7, 1).rows(scenario, () -> {});
    List<Row> together = new Simulation(50, 7, 4).rows(scenario, () -> {});

    assertThat(together).isEqualTo(alone);
  }

  @Test
  void namesAreUnique() {
    assertThat(Catalogue.all()).extracting(Scenario::name).doesNotHaveDuplicates();
  }
}
