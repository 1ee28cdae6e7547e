package dev.understudy.bench.rounds;

import dev.understudy.bench.gateway.MeasuredGateway;
import dev.understudy.bench.load.Generators;
import dev.understudy.bench.load.Latency;
import dev.understudy.bench.load.Load;
import dev.understudy.bench.load.Target;
import dev.understudy.bench.report.CaseReport;
import dev.understudy.bench.report.Round;
import dev.understudy.local.stack.StackException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Measures cases in turn: every path is warmed up, then each round takes every case once, with the
 * echo right beside it, so that whatever changes on the machine meanwhile changes all of them.
 */
final class Rounds {
  private static final String DROPPED = "gateway_log_dropped_total";

  private final Stage stage;
  private final Plan plan;
  private final Generators generators;
  private final Consumer<String> progress;
  private final Set<WarmEcho> warmEchoes = new HashSet<>();

  /** How many requests a second each case can bear. */
  private final Map<BenchCase, Double> saturations = new HashMap<>();

  /** To the echo, one body of a length is as any other. */
  private record WarmEcho(int port, Target.Wire wire, int length) {}

  Rounds(Stage stage, Plan plan, Generators generators, Consumer<String> progress) {
    this.stage = stage;
    this.plan = plan;
    this.generators = generators;
    this.progress = progress;
  }

  List<CaseReport> run(List<BenchCase> cases) {
    Map<BenchCase, CaseReport> unmeasured = new LinkedHashMap<>();
    cases.forEach(
        one ->
            stage
                .lacks(one)
                .ifPresent(lack -> unmeasured.put(one, new CaseReport.Missing(one.name(), lack))));
    for (BenchCase one : cases) {
      attempt(one, unmeasured, () -> saturations.put(one, warmUp(one)));
    }
    Map<BenchCase, List<Round>> rounds = new LinkedHashMap<>();
    Map<BenchCase, Long> notLogged = new LinkedHashMap<>();
    for (int number = 1; number <= plan.rounds(); number++) {
      boolean echoFirst = number % 2 == 1;
      String name = "round %d of %d: ".formatted(number, plan.rounds());
      for (BenchCase one : cases) {
        attempt(
            one,
            unmeasured,
            () -> {
              progress.accept(name + one.name());
              long before = dropped(one);
              Round round = round(one, rate(one), echoFirst);
              rounds.computeIfAbsent(one, key -> new ArrayList<>()).add(round);
              notLogged.merge(one, dropped(one) - before, Long::sum);
            });
      }
    }
    List<CaseReport> reports = new ArrayList<>();
    for (BenchCase one : cases) {
      CaseReport report = unmeasured.get(one);
      reports.add(
          report != null
              ? report
              : new CaseReport.Measured(
                  one.name(),
                  generators.closedLoop(stage.target(one)).generator(),
                  rate(one),
                  notLogged.getOrDefault(one, 0L),
                  rounds.getOrDefault(one, List.of())));
    }
    return reports;
  }

  // One case that breaks must not cost the others an hour of measuring.
  private void attempt(BenchCase one, Map<BenchCase, CaseReport> unmeasured, Runnable step) {
    if (unmeasured.containsKey(one)) {
      return;
    }
    try {
      step.run();
    } catch (RuntimeException e) {
      progress.accept("%s is given up: %s".formatted(one.name(), e));
      unmeasured.put(one, new CaseReport.Broken(one.name(), String.valueOf(e.getMessage())));
    }
  }

  /** Warms its paths up; answers how many requests a second it can bear. */
  private double warmUp(BenchCase one) {
    progress.accept("warming up " + one.name());
    Target echo = stage.echo(one);
    if (warmEchoes.add(new WarmEcho(echo.port(), echo.wire(), echo.body().length))) {
      generators.closedLoop(echo).run(echo, plan.warmUp());
    }
    Target target = stage.target(one);
    generators.closedLoop(target).run(target, plan.warmUp());
    drain(one);
    Load saturated = generators.closedLoop(target).run(target, plan.measure());
    requireAnswers(one.name(), saturated);
    drain(one);
    // The open loop's own code has to be warm too.
    generators.own().atRate(target, saturated.perSecond() * Plan.OPEN_LOOP_SHARE, plan.measure());
    drain(one);
    return saturated.perSecond();
  }

  // What it is compared with, the echo and the case without log and shadow, gets the same load.
  private double rate(BenchCase one) {
    return Plan.OPEN_LOOP_SHARE * saturations.getOrDefault(one, 1.0);
  }

  private Round round(BenchCase one, double rate, boolean echoFirst) {
    Turn echo = new Turn(one, stage.echo(one));
    Turn gateway = new Turn(one, stage.target(one));
    List<Turn> turns = new ArrayList<>(List.of(echo, gateway));
    if (!echoFirst) {
      Collections.reverse(turns);
    }
    turns.forEach(Turn::closedLoop);
    Optional<Turn> plain =
        Optional.of(one.plain())
            .filter(other -> !other.equals(one) && saturations.containsKey(other))
            .map(other -> new Turn(other, stage.target(other)));
    plain.ifPresent(turns::add);
    for (int slice = 0; slice < plan.slices(); slice++) {
      turns.forEach(turn -> turn.openLoop(rate));
    }
    return new Round(gateway.side(), echo.side(), plain.map(Turn::latency));
  }

  /** One of those that take turns in a round. */
  private final class Turn {
    private final BenchCase one;
    private final Target target;
    private final MeasuredGateway gateway;
    private final List<Latency> slices = new ArrayList<>();
    private @Nullable Load closed;
    private double cpuUs;
    private OptionalDouble allocatedBytes = OptionalDouble.empty();

    Turn(BenchCase one, Target target) {
      this.one = one;
      this.target = target;
      this.gateway = stage.gateway(one);
    }

    void closedLoop() {
      OptionalDouble allocatedBefore = gateway.allocatedBytes();
      Duration cpuBefore = gateway.cpu();
      Load load = generators.closedLoop(target).run(target, plan.measure());
      requireAnswers(target.path(), load);
      drain(one);
      cpuUs = gateway.cpu().minus(cpuBefore).toNanos() / 1e3;
      allocatedBytes = difference(allocatedBefore, gateway.allocatedBytes());
      closed = load;
    }

    void openLoop(double rate) {
      slices.add(generators.own().atRate(target, rate, plan.slice()));
      drain(one);
    }

    Latency latency() {
      return Latency.together(slices);
    }

    Round.Side side() {
      Load load = Objects.requireNonNull(closed, "the closed loop comes first");
      return new Round.Side(load, cpuUs, allocatedBytes, latency());
    }
  }

  // To ask costs the gateway something, so one that logs nothing is not asked.
  private void drain(BenchCase one) {
    if (one.journal() != BenchCase.Journal.OFF) {
      stage.gateway(one).awaitDrained();
    }
  }

  private static OptionalDouble difference(OptionalDouble before, OptionalDouble after) {
    return before.isPresent() && after.isPresent()
        ? OptionalDouble.of(after.getAsDouble() - before.getAsDouble())
        : OptionalDouble.empty();
  }

  private static void requireAnswers(String name, Load load) {
    if (load.answered() == 0) {
      throw new StackException(
          "%s: none of %d requests was answered well".formatted(name, load.failed()));
    }
  }

  private long dropped(BenchCase one) {
    return one.journal() == BenchCase.Journal.OFF
        ? 0
        : (long) stage.gateway(one).metric(DROPPED, "").orElse(0);
  }
}
