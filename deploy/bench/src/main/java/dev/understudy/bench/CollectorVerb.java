package dev.understudy.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.bench.collector.CollectorBench;
import dev.understudy.bench.report.CollectorReport;
import dev.understudy.bench.report.Machine;
import dev.understudy.bench.report.WaitingReport;
import dev.understudy.testkit.TemporaryFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The join and the judge against a bare join. */
@Command(
    name = "collector",
    description =
        "The collector's join and judge against a bare keyed join (RocksDB, changelog, exactly"
            + " once), both on the same log of a real Kafka broker beside them, in the same rounds.",
    mixinStandardHelpOptions = true)
final class CollectorVerb implements Callable<Integer> {
  // Kept, because the log manager holds its loggers weakly. Warns of folders and first metadata.
  private static final Logger KAFKA = Logger.getLogger("org.apache.kafka");

  private enum Mode {
    SPLIT,
    SHADOW
  }

  @Option(
      names = "--modes",
      paramLabel = "MODE",
      split = ",",
      defaultValue = "split,shadow",
      description = "split: two records a pair; shadow: three. Default: ${DEFAULT-VALUE}.")
  private List<Mode> modes = List.of();

  @Option(
      names = "--tests",
      paramLabel = "N",
      split = ",",
      defaultValue = "1,10,100",
      description = "Live at once, each of a model of its own. Default: ${DEFAULT-VALUE}.")
  private List<Integer> tests = List.of();

  @Option(
      names = "--pairs",
      paramLabel = "N",
      defaultValue = "200000",
      description = "In a round. Default: ${DEFAULT-VALUE}.")
  private int pairs;

  @Option(
      names = "--lag",
      paramLabel = "N",
      defaultValue = "100000",
      description =
          "Predictions between one and its outcome: what both must keep meanwhile. Default:"
              + " ${DEFAULT-VALUE}.")
  private int lag;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of Kafka Streams, on both sides. Default: ${DEFAULT-VALUE}.")
  private int threads;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      defaultValue = "2",
      description = "Rounds that do not count. Default: ${DEFAULT-VALUE}.")
  private int warmUps;

  @Option(
      names = "--waiting",
      paramLabel = "N",
      description =
          "Instead of the cases: the rate with N predictions waiting against the rate with none."
              + " UNDERSTUDY_HEAP=512m bounds the heap.")
  private int waiting;

  @Option(
      names = "--quick",
      description = "One round of 2,000 pairs and one test: shows that it works, no more.")
  private boolean quick;

  @Option(
      names = "--json",
      description = "Print one JSON object as the last line; the progress goes to standard error.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    PrintStream people = json ? System.err : System.out;
    KAFKA.setLevel(Level.SEVERE);
    people.println(Machine.here());
    if (quick) {
      tests = List.of(1);
      pairs = 2_000;
      rounds = 1;
      warmUps = 0;
    }
    Path home = Files.createTempDirectory("understudy-bench");
    if (waiting > 0) {
      return waiting(home, people);
    }
    List<CollectorReport> reports = new ArrayList<>();
    try {
      CollectorBench bench = new CollectorBench(home, lag, people::println);
      for (Mode mode : modes) {
        for (int live : tests) {
          reports.add(bench.measure(mode == Mode.SHADOW, live, threads, pairs, warmUps, rounds));
        }
      }
    } finally {
      TemporaryFiles.delete(home);
    }
    people.println(CollectorReport.HEADER);
    reports.forEach(people::println);
    if (json) {
      ObjectNode all = new ObjectMapper().createObjectNode().put("bench", "collector");
      all.set("machine", Machine.here().json());
      all.put("rounds", rounds).put("warm_ups", warmUps).put("lag", lag);
      var cases = all.putArray("cases");
      reports.forEach(report -> cases.add(report.json()));
      System.out.println(all);
    }
    return 0;
  }

  private int waiting(Path home, PrintStream people) {
    List<WaitingReport> reports = new ArrayList<>();
    try {
      CollectorBench bench = new CollectorBench(home, lag, people::println);
      for (Mode mode : modes) {
        reports.add(bench.waiting(mode == Mode.SHADOW, waiting, threads, pairs, warmUps, rounds));
      }
    } finally {
      TemporaryFiles.delete(home);
    }
    reports.forEach(people::println);
    if (json) {
      ObjectNode all = new ObjectMapper().createObjectNode().put("bench", "collector");
      all.set("machine", Machine.here().json());
      var waitings = all.putArray("waiting");
      reports.forEach(report -> waitings.add(report.json()));
      System.out.println(all);
    }
    return 0;
  }
}
