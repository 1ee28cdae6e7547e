package dev.understudy.simulation;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * One figure of a scenario beside its reference; of a rate that nobody has published, that is the
 * level that was promised.
 *
 * @param name of the scenario
 * @param id of the simulation in the reference that it repeats, or a word
 * @param measure what was measured: a rate, or the median number of samples
 * @param limit up to where it is accepted, see {@link Measure}
 * @param accepted null where there were too few runs to tell
 * @param generator where the data come from
 */
record Row(
    @JsonProperty String name,
    @JsonProperty String id,
    @JsonProperty String measure,
    @JsonProperty int runs,
    @JsonProperty @Nullable Double measured,
    @JsonProperty double reference,
    @JsonProperty double limit,
    @JsonProperty @Nullable Boolean accepted,
    @JsonProperty String generator,
    @JsonProperty String note) {

  static Row of(
      Scenario scenario,
      String measure,
      int runs,
      double measured,
      double reference,
      double limit,
      @Nullable Boolean accepted) {
    return new Row(
        scenario.name(),
        scenario.id(),
        measure,
        runs,
        // JSON knows no infinity: half of the runs or more were never decided.
        Double.isFinite(measured) ? measured : null,
        reference,
        limit,
        accepted,
        scenario.source().word(),
        scenario.note());
  }
}
