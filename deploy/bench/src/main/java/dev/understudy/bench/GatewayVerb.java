package dev.understudy.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.bench.gateway.GatewayLaunch;
import dev.understudy.bench.report.CaseReport;
import dev.understudy.bench.report.CaseTable;
import dev.understudy.bench.report.Machine;
import dev.understudy.bench.report.Requirements;
import dev.understudy.bench.rounds.GatewayBench;
import dev.understudy.bench.rounds.Plan;
import dev.understudy.bench.soak.OverloadSoak;
import dev.understudy.bench.soak.SwapSoak;
import dev.understudy.local.stack.StackException;
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
import org.jspecify.annotations.Nullable;
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
  /** The whole heap is resident from the start, so that what grows later is something else. */
  private static final String TOUCHED = "-XX:+AlwaysPreTouch";

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

  @Option(
      names = "--own-client",
      description = "Do not use wrk and h2load, even where they are installed.")
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
      names = "--soak",
      paramLabel = "WHAT",
      description =
          "Instead of the cases: swaps (hot swaps under load) or overload (past saturation).")
  private @Nullable Soak soak;

  @Option(
      names = "--swaps",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Of --soak swaps. Default: ${DEFAULT-VALUE}.")
  private int swaps;

  @Option(
      names = "--idle",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Of --soak swaps: versions that stay loaded after they were replaced. Default:"
              + " ${DEFAULT-VALUE}; a gateway's own is 2.")
  private int idle;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "500",
      description = "Requests a second during --soak swaps. Default: ${DEFAULT-VALUE}.")
  private double rate;

  @Option(
      names = "--json",
      description = "Print one JSON object as the last line; the progress goes to standard error.")
  private boolean json;

  @Option(names = "--keep", description = "Keep data and logs of the processes.")
  private boolean keep;

  private enum Soak {
    SWAPS,
    OVERLOAD
  }

  @Override
  public Integer call() throws IOException {
    PrintStream people = json ? System.err : System.out;
    Path home = Files.createTempDirectory("understudy-bench");
    try {
      people.println(Machine.here());
      return switch (soak) {
        case null -> cases(home, people);
        case SWAPS -> swaps(home, people);
        case OVERLOAD -> overload(home, people);
      };
    } finally {
      if (keep) {
        people.println("Kept: " + home);
      } else {
        TemporaryFiles.delete(home);
      }
    }
  }

  private int cases(Path home, PrintStream people) {
    GatewayBench.Outcome outcome =
        GatewayBench.run(launch(home), plan(), cases, !ownClient, people::println);
    people.println();
    CaseTable.lines(outcome.cases()).forEach(people::println);
    people.println();
    Requirements.check(outcome.cases()).forEach(people::println);
    print(outcome.json());
    return outcome.cases().stream().allMatch(GatewayVerb::isAsItShould) ? 0 : 1;
  }

  private int swaps(Path home, PrintStream people) {
    if (idle < 0 || swaps < 1) {
      throw new StackException("No soak like that: --swaps is at least 1, --idle at least 0");
    }
    SwapSoak.Outcome outcome =
        SwapSoak.run(launch(home, TOUCHED), swaps, rate, idle, people::println);
    people.println(outcome);
    print(outcome.json());
    return outcome.failed() > 0 ? 1 : 0;
  }

  private int overload(Path home, PrintStream people) {
    Plan plan = plan();
    OverloadSoak.Outcome outcome =
        OverloadSoak.run(
            launch(home, TOUCHED), plan.warmUp(), plan.measure(), !ownClient, people::println);
    people.println(outcome);
    print(outcome.json());
    return outcome.failed() > 0 ? 1 : 0;
  }

  private void print(ObjectNode report) {
    if (json) {
      report.set("machine", Machine.here().json());
      System.out.println(report);
    }
  }

  private GatewayLaunch launch(Path home, String... more) {
    List<String> all = new ArrayList<>(GatewayLaunch.JVM);
    all.addAll(List.of(more));
    all.addAll(jvm);
    Path root = Path.of(System.getProperty("understudy.root", "")).toAbsolutePath();
    return new GatewayLaunch(root, home, all, settings);
  }

  private Plan plan() {
    Duration second = Duration.ofSeconds(1);
    try {
      return quick
          ? new Plan(1, second, second, connections)
          : new Plan(rounds, Duration.ofSeconds(seconds), Duration.ofSeconds(warmUp), connections);
    } catch (IllegalArgumentException e) {
      throw new StackException("No measuring like that: " + e.getMessage(), e);
    }
  }

  private static boolean isAsItShould(CaseReport report) {
    return switch (report) {
      case CaseReport.Missing missing -> true;
      case CaseReport.Broken broken -> false;
      case CaseReport.Measured measured -> measured.failed() == 0;
    };
  }
}
