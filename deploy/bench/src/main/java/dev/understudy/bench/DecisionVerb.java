package dev.understudy.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.bench.decision.DecisionBench;
import dev.understudy.bench.report.DecisionReport;
import dev.understudy.bench.report.Machine;
import dev.understudy.testkit.TemporaryFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** From the deciding outcome to the swap. */
@Command(
    name = "decision",
    description =
        "How long it takes from the outcome that decides a test to the gateway's new route, on a"
            + " stack of its own. A decision takes about ten seconds to prepare.",
    mixinStandardHelpOptions = true)
final class DecisionVerb implements Callable<Integer> {
  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "100",
      description = "Decisions. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--json",
      description = "Print one JSON object as the last line; the progress goes to standard error.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    PrintStream people = json ? System.err : System.out;
    people.println(Machine.here());
    Path root = Path.of(System.getProperty("understudy.root", "")).toAbsolutePath();
    Path home = Files.createTempDirectory("understudy-bench");
    try {
      DecisionReport report = new DecisionBench(root, home, people::println).measure(rounds);
      people.println(report);
      if (json) {
        ObjectNode all = new ObjectMapper().createObjectNode().put("bench", "decision");
        all.set("machine", Machine.here().json());
        all.setAll(report.json());
        System.out.println(all);
      }
      return 0;
    } finally {
      TemporaryFiles.delete(home);
    }
  }
}
