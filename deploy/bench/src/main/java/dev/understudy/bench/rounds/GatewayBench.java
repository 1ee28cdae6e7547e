package dev.understudy.bench.rounds;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.bench.gateway.GatewayLaunch;
import dev.understudy.bench.load.OwnClient;
import dev.understudy.bench.load.Wrk;
import dev.understudy.bench.report.CaseReport;
import dev.understudy.bench.report.Machine;
import dev.understudy.bench.report.Requirements;
import dev.understudy.local.stack.StackException;
import java.util.List;
import java.util.Optional;
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
   * @param wrk whether it may be used where it is installed
   * @param progress told in a few words what is being done
   */
  public static Outcome run(
      GatewayLaunch launch,
      Plan plan,
      List<String> patterns,
      boolean wrk,
      Consumer<String> progress) {
    List<BenchCase> cases = BenchCase.fitting(patterns);
    if (cases.isEmpty()) {
      throw new StackException(
          "No case fits %s. There are: %s."
              .formatted(
                  String.join(",", patterns),
                  BenchCase.all().stream().map(BenchCase::name).collect(Collectors.joining(", "))));
    }
    Optional<Wrk> external = wrk ? Wrk.find(plan.connections(), launch.home()) : Optional.empty();
    if (external.isEmpty()) {
      progress.accept(
          "wrk is not used, so the load comes from our own client, which is slower. To get it: "
              + Wrk.INSTALL);
    }
    try (Stage stage = Stage.set(launch, cases, progress);
        OwnClient own = new OwnClient(plan.connections())) {
      List<CaseReport> reports = new Rounds(stage, plan, external, own, progress).run(cases);
      return new Outcome(reports, json(launch, plan, external, own, reports));
    }
  }

  private static ObjectNode json(
      GatewayLaunch launch,
      Plan plan,
      Optional<Wrk> external,
      OwnClient own,
      List<CaseReport> reports) {
    ObjectNode json = new ObjectMapper().createObjectNode().put("bench", "gateway");
    json.set("machine", Machine.here().json());
    ObjectNode method = plan.json();
    method.put("generator", external.map(Wrk::generator).orElseGet(own::generator));
    method.put("grpc_generator", own.generator());
    method.put("open_loop_generator", own.generator());
    launch.jvm().forEach(method.putArray("gateway_jvm")::add);
    method.putPOJO("gateway_settings", launch.settings());
    json.set("method", method);
    var cases = json.putArray("cases");
    reports.forEach(report -> cases.add(report.json()));
    json.set("requirements", Requirements.json(reports));
    return json;
  }
}
