package dev.understudy.bench.rounds;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.bench.gateway.GatewayLaunch;
import dev.understudy.bench.load.Generators;
import dev.understudy.bench.load.Target;
import dev.understudy.bench.report.CaseReport;
import dev.understudy.bench.report.Requirements;
import dev.understudy.local.stack.StackException;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The gateway against the echo. */
public final class GatewayBench {
  private GatewayBench() {}

  /**
   * What came of it.
   *
   * @param json the whole report
   */
  public record Outcome(List<CaseReport> cases, ObjectNode json) {
    public Outcome {
      cases = List.copyOf(cases);
    }
  }

  /**
   * Measures.
   *
   * @param patterns of the cases' names, such as {@code json-*}
   * @param installed whether installed generators may be used
   * @param progress told in a few words what is being done
   */
  public static Outcome run(
      GatewayLaunch launch,
      Plan plan,
      List<String> patterns,
      boolean installed,
      Consumer<String> progress) {
    List<BenchCase> cases = BenchCase.fitting(patterns);
    if (cases.isEmpty()) {
      throw new StackException(
          "No case fits %s. There are: %s."
              .formatted(
                  String.join(",", patterns),
                  BenchCase.all().stream().map(BenchCase::name).collect(Collectors.joining(", "))));
    }
    progress.accept(
        "%d cases, about %d minutes"
            .formatted(cases.size(), 1 + plan.length(cases.size()).toMinutes()));
    try (Generators generators = Generators.find(plan.connections(), launch.home(), installed);
        Stage stage = Stage.set(launch, cases, progress)) {
      generators.advice().ifPresent(progress);
      List<CaseReport> reports = new Rounds(stage, plan, generators, progress).run(cases);
      return new Outcome(reports, json(launch, plan, generators, reports));
    }
  }

  private static ObjectNode json(
      GatewayLaunch launch, Plan plan, Generators generators, List<CaseReport> reports) {
    ObjectNode json = new ObjectMapper().createObjectNode().put("bench", "gateway");
    ObjectNode method = plan.json();
    method.put("generator", generators.closedLoop(Target.Wire.HTTP).generator());
    method.put("grpc_generator", generators.closedLoop(Target.Wire.GRPC).generator());
    method.put("open_loop_generator", generators.own().generator());
    launch.jvm().forEach(method.putArray("gateway_jvm")::add);
    method.putPOJO("gateway_settings", launch.settings());
    json.set("method", method);
    var cases = json.putArray("cases");
    reports.forEach(report -> cases.add(report.json()));
    json.set("requirements", Requirements.json(reports));
    return json;
  }
}
