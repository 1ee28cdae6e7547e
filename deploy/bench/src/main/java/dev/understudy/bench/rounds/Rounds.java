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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Consumer;

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
    Map<BenchCase, Double> saturations = new LinkedHashMap<>();
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
              Round round = round(one, rate(saturations, one), echoFirst);
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
                  rate(saturations, one),
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

  // With log or shadow a case is to be compared with the plain one, so it gets that one's load.
  private static double rate(Map<BenchCase, Double> saturations, BenchCase one) {
    double own = saturations.getOrDefault(one, 1.0);
    return Plan.OPEN_LOOP_SHARE * saturations.getOrDefault(one.plain(), own);
  }

  private Round round(BenchCase one, double rate, boolean echoFirst) {
    if (echoFirst) {
      Round.Side echo = side(one, "echo", stage.echo(one), rate);
      return new Round(side(one, one.name(), stage.target(one), rate), echo);
    }
    Round.Side gateway = side(one, one.name(), stage.target(one), rate);
    return new Round(gateway, side(one, "echo", stage.echo(one), rate));
  }

  private Round.Side side(BenchCase one, String name, Target target, double rate) {
    MeasuredGateway gateway = stage.gateway(one);
    OptionalDouble allocatedBefore = gateway.allocatedBytes();
    Duration cpuBefore = gateway.cpu();
    Load closed = generators.closedLoop(target).run(target, plan.measure());
    requireAnswers(name, closed);
    drain(one);
    Duration cpu = gateway.cpu().minus(cpuBefore);
    OptionalDouble allocatedAfter = gateway.allocatedBytes();
    Latency open = generators.own().atRate(target, rate, plan.measure());
    drain(one);
    return new Round.Side(
        closed, cpu.toNanos() / 1e3, difference(allocatedBefore, allocatedAfter), open);
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
