package dev.understudy.simulation;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Rollouts with a known truth.
 *
 * @param name readable and stable
 * @param id of the simulation in the reference, s1 to s20; a word where it has none such
 * @param source whether the reference describes the data well enough to make them again
 * @param note what the data are, and what is to be known of the comparison
 * @param brief whether it is in the short set, which runs with every build
 */
record Scenario(
    String name,
    String id,
    Source source,
    String note,
    boolean brief,
    Run run,
    List<Measure> measures) {

  /** Where the generator of the data comes from. */
  enum Source {
    /** The reference describes it. */
    GIVEN("given"),
    /** The reference describes it in part; the rest was chosen, and the note says what. */
    INFERRED("inferred"),
    /** It has none such: the scenario is ours, and so is what it is compared with. */
    OURS("ours");

    private final String word;

    Source(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  /** One rollout from its first unit to its ending. Must be safe to run in several threads. */
  @FunctionalInterface
  interface Run {
    Ending of(SplittableRandom random);
  }

  Scenario {
    measures = List.copyOf(measures);
  }

  static Scenario given(String name, String id, String note, Run run, Measure... measures) {
    return new Scenario(name, id, Source.GIVEN, note, false, run, List.of(measures));
  }

  static Scenario inferred(String name, String id, String note, Run run, Measure... measures) {
    return new Scenario(name, id, Source.INFERRED, note, false, run, List.of(measures));
  }

  static Scenario ours(String name, String id, String note, Run run, Measure... measures) {
    return new Scenario(name, id, Source.OURS, note, false, run, List.of(measures));
  }

  Scenario inTheShortSet() {
    return new Scenario(name, id, source, note, true, run, measures);
  }
}
