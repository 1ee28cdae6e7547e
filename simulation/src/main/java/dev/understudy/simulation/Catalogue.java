package dev.understudy.simulation;

import java.util.List;
import java.util.stream.Stream;

/** All scenarios, in the order of the reference's tables. */
final class Catalogue {
  private Catalogue() {}

  static List<Scenario> all() {
    return Stream.of(
            AccuracyScenarios.all(),
            RampScenarios.all(),
            LossScenarios.all(),
            EventScenarios.all(),
            TrafficScenarios.all(),
            AsymptoticScenarios.all(),
            AucScenarios.all(),
            UnitScenarios.all(),
            WatchScenarios.all(),
            WholeRuleScenarios.all(),
            LabelScenarios.all(),
            CandidateScenarios.all())
        .flatMap(List::stream)
        .toList();
  }

  static List<Scenario> shortSet() {
    return all().stream().filter(Scenario::brief).toList();
  }
}
