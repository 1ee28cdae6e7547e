package dev.understudy.bench.rounds;

import dev.understudy.bench.gateway.MeasuredGateway;
import dev.understudy.bench.load.ClosedLoop;
import dev.understudy.bench.load.Latency;
import dev.understudy.bench.load.Load;
import dev.understudy.bench.load.OwnClient;
import dev.understudy.bench.load.Target;
import dev.understudy.bench.report.CaseReport;
import dev.understudy.bench.report.Round;
import dev.understudy.local.stack.StackException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * Measures cases in turn: every path is warmed up, then each round takes every case once, with the
 * echo right beside it, so that whatever changes on the machine meanwhile changes all of them.
 */
final class Rounds {
  private static final String DROPPED = "gateway_log_dropped_total";

  private final Stage stage;
  private final Plan plan;
  private final Optional<? extends ClosedLoop> external;
  private final OwnClient own;
  private final Consumer<String> progress;

  /**
   * Rounds on a stage.
   *
   * @param external generator for HTTP/1.1; without one our own does it
   */
  Rounds(
      Stage stage,
      Plan plan,
      Optional<? extends ClosedLoop> external,
      OwnClient own,
      Consumer<String> progress) {
    this.stage = stage;
    this.plan = plan;
    this.external = external;
    this.own = own;
    this.progress = progress;
  }

  List<CaseReport> run(List<BenchCase> cases) {
    Map<BenchCase, String> missing = new LinkedHashMap<>();
    cases.forEach(one -> stage.lacks(one).ifPresent(reason -> missing.put(one, reason)));
    List<BenchCase> there = cases.stream().filter(one -> !missing.containsKey(one)).toList();
    Map<BenchCase, Double> rates = warmUp(there);
    Map<BenchCase, List<Round>> rounds = new LinkedHashMap<>();
    Map<BenchCase, Long> notLogged = new LinkedHashMap<>();
    for (int round = 1; round <= plan.rounds(); round++) {
      for (BenchCase one : there) {
        progress.accept("round %d of %d: %s".formatted(round, plan.rounds(), one.name()));
        long before = dropped(one);
        boolean echoFirst = round % 2 == 1;
        rounds
            .computeIfAbsent(one, key -> new ArrayList<>())
            .add(round(one, rate(rates, one), echoFirst));
        notLogged.merge(one, dropped(one) - before, Long::sum);
      }
    }
    List<CaseReport> reports = new ArrayList<>();
    for (BenchCase one : cases) {
      String reason = missing.get(one);
      reports.add(
          reason != null
              ? new CaseReport.Missing(one.name(), reason)
              : new CaseReport.Measured(
                  one.name(),
                  closedLoop(stage.target(one)).generator(),
                  rate(rates, one),
                  notLogged.getOrDefault(one, 0L),
                  rounds.getOrDefault(one, List.of())));
    }
    return reports;
  }

  /** Warms every path up; answers what each case can bear. */
  private Map<BenchCase, Double> warmUp(List<BenchCase> cases) {
    Map<BenchCase, Double> saturations = new LinkedHashMap<>();
    for (BenchCase one : cases) {
      progress.accept("warming up " + one.name());
      for (Target target : List.of(stage.echo(one), stage.target(one))) {
        closedLoop(target).run(target, plan.warmUp());
      }
      drain(one);
      Target target = stage.target(one);
      Load saturated = closedLoop(target).run(target, plan.measure());
      requireAnswers(one.name(), saturated);
      saturations.put(one, saturated.perSecond());
      drain(one);
      // The open loop's own code has to be warm too.
      own.atRate(target, saturated.perSecond() * Plan.OPEN_LOOP_SHARE, plan.measure());
      drain(one);
    }
    return saturations;
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
    Load closed = closedLoop(target).run(target, plan.measure());
    requireAnswers(name, closed);
    drain(one);
    Duration cpu = gateway.cpu().minus(cpuBefore);
    OptionalDouble allocatedAfter = gateway.allocatedBytes();
    Latency open = own.atRate(target, rate, plan.measure());
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

  private ClosedLoop closedLoop(Target target) {
    return external.isPresent() && target.wire() == Target.Wire.HTTP ? external.get() : own;
  }

  private long dropped(BenchCase one) {
    return one.journal() == BenchCase.Journal.OFF
        ? 0
        : (long) stage.gateway(one).metric(DROPPED, "").orElse(0);
  }
}
