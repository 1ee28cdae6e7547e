package dev.understudy.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** What became of a case. */
public sealed interface CaseReport {
  /** e.g. {@code json-1}. */
  String name();

  /** As it stands in the list {@code cases}. */
  ObjectNode json();

  /** The gateway cannot do it. */
  record Missing(String name, String missing) implements CaseReport {
    @Override
    public ObjectNode json() {
      return new ObjectMapper().createObjectNode().put("name", name).put("missing", missing);
    }
  }

  /** Measuring it was given up. */
  record Broken(String name, String broken) implements CaseReport {
    @Override
    public ObjectNode json() {
      return new ObjectMapper().createObjectNode().put("name", name).put("broken", broken);
    }
  }

  /**
   * It was measured.
   *
   * @param generator of the closed loop
   * @param ratePerSecond of the open loop
   * @param notLogged predictions that the log dropped, over all rounds
   */
  record Measured(
      String name, String generator, double ratePerSecond, long notLogged, List<Round> rounds)
      implements CaseReport {
    /** To the same request without log and shadow. */
    static final String P99_OVER_PLAIN = "p99_over_plain";

    private static final String ALLOCATED = "allocated_bytes_per_request";

    public Measured {
      rounds = List.copyOf(rounds);
      if (rounds.isEmpty()) {
        throw new IllegalArgumentException(name + " has no rounds");
      }
    }

    /** The figures of the table by their names, in the order of the table. */
    public Map<String, Spread> figures() {
      Map<String, Spread> figures = new LinkedHashMap<>();
      figures.put("requests_per_second", of(round -> round.gateway().closed().perSecond()));
      figures.put("cpu_us_per_request", of(round -> round.gateway().cpuUsPerRequest()));
      figures.put("p50_us", of(round -> round.gateway().open().p50Us()));
      figures.put("p99_us", of(round -> round.gateway().open().p99Us()));
      figures.put("p999_us", of(round -> round.gateway().open().p999Us()));
      figures.put("throughput_ratio", of(Round::throughputRatio));
      figures.put("cpu_ratio", of(Round::cpuRatio));
      figures.put("p99_ratio", of(Round::p99Ratio));
      present(Round::p99OverPlain).ifPresent(spread -> figures.put(P99_OVER_PLAIN, spread));
      allocated(Round::gateway).ifPresent(spread -> figures.put(ALLOCATED, spread));
      return figures;
    }

    private Optional<Spread> allocated(Function<Round, Round.Side> side) {
      return present(round -> boxed(side.apply(round).bytesPerRequest()));
    }

    private static Optional<Double> boxed(OptionalDouble value) {
      return value.isPresent() ? Optional.of(value.getAsDouble()) : Optional.empty();
    }

    private Optional<Spread> present(Function<Round, Optional<Double>> figure) {
      List<Double> values = rounds.stream().map(figure).flatMap(Optional::stream).toList();
      return values.isEmpty() ? Optional.empty() : Optional.of(Spread.of(values));
    }

    private Spread of(ToDoubleFunction<Round> figure) {
      return Spread.of(rounds.stream().map(figure::applyAsDouble).toList());
    }

    /** Requests of all rounds that were not answered well. */
    public long failed() {
      return rounds.stream().mapToLong(round -> round.gateway().failed()).sum();
    }

    @Override
    public ObjectNode json() {
      ObjectNode json = new ObjectMapper().createObjectNode();
      json.put("name", name).put("generator", generator).put("rounds", rounds.size());
      json.put("open_loop_per_second", Math.round(ratePerSecond));
      figures().forEach((figure, spread) -> json.set(figure, spread.json()));
      json.put("failed", failed()).put("not_logged", notLogged);
      ObjectNode echo = json.putObject("echo");
      echo.set("requests_per_second", of(round -> round.echo().closed().perSecond()).json());
      echo.set("cpu_us_per_request", of(round -> round.echo().cpuUsPerRequest()).json());
      echo.set("p99_us", of(round -> round.echo().open().p99Us()).json());
      allocated(Round::echo).ifPresent(spread -> echo.set(ALLOCATED, spread.json()));
      echo.put("failed", rounds.stream().mapToLong(round -> round.echo().failed()).sum());
      return json;
    }
  }
}
