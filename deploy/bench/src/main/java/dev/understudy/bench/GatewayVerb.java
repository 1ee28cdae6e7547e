package dev.understudy.bench;

import dev.understudy.bench.gateway.GatewayLaunch;
import dev.understudy.bench.report.CaseReport;
import dev.understudy.bench.report.CaseTable;
import dev.understudy.bench.report.Machine;
import dev.understudy.bench.report.Requirements;
import dev.understudy.bench.rounds.GatewayBench;
import dev.understudy.bench.rounds.Plan;
import dev.understudy.testkit.TemporaryFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The gateway against an echo on the same server. */
@Command(
    name = "gateway",
    description =
        "The real gateway against a bare echo in the same process: throughput and CPU as fast as it"
            + " goes, latency at a constant rate. Exit code 0 only if every request was answered.",
    mixinStandardHelpOptions = true)
final class GatewayVerb implements Callable<Integer> {
  @Option(
      names = "--cases",
      paramLabel = "PATTERN",
      split = ",",
      defaultValue = "*",
      description = "e.g. json-1,grpc-* or credit-*. Default: all.")
  private List<String> cases = List.of();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Of each of the four loads of a case in a round. Default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      defaultValue = "20",
      description = "Seconds of load before a path counts. Default: ${DEFAULT-VALUE}.")
  private int warmUp;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "32",
      description = "Of the closed loop. Default: ${DEFAULT-VALUE}.")
  private int connections;

  @Option(
      names = "--quick",
      description =
          "One round of a second after a second of warm-up: shows that it works, no more.")
  private boolean quick;

  @Option(names = "--own-client", description = "Do not use wrk, even where it is installed.")
  private boolean ownClient;

  @Option(
      names = "--jvm",
      paramLabel = "ARGUMENT",
      description = "One more argument of the gateway's JVM, e.g. --jvm=-XX:+UseZGC.")
  private List<String> jvm = List.of();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting of the gateway, e.g. --set understudy.scoring.threads=4.")
  private Map<String, String> settings = Map.of();

  @Option(
      names = "--json",
      description = "Print one JSON object as the last line; the progress goes to standard error.")
  private boolean json;

  @Option(names = "--keep", description = "Keep data and logs of the processes.")
  private boolean keep;

  @Override
  public Integer call() throws IOException {
    PrintStream people = json ? System.err : System.out;
    Path home = Files.createTempDirectory("understudy-bench");
    try {
      people.println(Machine.here());
      GatewayBench.Outcome outcome =
          GatewayBench.run(launch(home), plan(), cases, !ownClient, line -> tell(people, line));
      people.println();
      CaseTable.lines(outcome.cases()).forEach(people::println);
      people.println();
      Requirements.check(outcome.cases()).forEach(people::println);
      if (json) {
        System.out.println(outcome.json());
      }
      return outcome.cases().stream().anyMatch(GatewayVerb::hasFailures) ? 1 : 0;
    } finally {
      if (keep) {
        people.println("Kept: " + home);
      } else {
        TemporaryFiles.delete(home);
      }
    }
  }

  private GatewayLaunch launch(Path home) {
    List<String> all = new ArrayList<>(GatewayLaunch.JVM);
    all.addAll(jvm);
    Path root = Path.of(System.getProperty("understudy.root", "")).toAbsolutePath();
    return new GatewayLaunch(root, home, all, settings);
  }

  private Plan plan() {
    Duration second = Duration.ofSeconds(1);
    return quick
        ? new Plan(1, second, second, connections)
        : new Plan(rounds, Duration.ofSeconds(seconds), Duration.ofSeconds(warmUp), connections);
  }

  private static boolean hasFailures(CaseReport report) {
    return report instanceof CaseReport.Measured measured && measured.failed() > 0;
  }

  private static void tell(PrintStream people, String line) {
    people.println(line);
  }
}
