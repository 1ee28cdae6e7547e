package dev.understudy.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.bench.models.BenchModel;
import dev.understudy.bench.report.Machine;
import dev.understudy.bench.report.ScoringReport;
import dev.understudy.scoring.ModelRefused;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The models alone. */
@Command(
    name = "scoring",
    description = "Each model alone in this process: time and garbage of one run, one thread.",
    mixinStandardHelpOptions = true)
final class ScoringVerb implements Callable<Integer> {
  private static final List<Integer> BATCHES = List.of(1, 32);

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--millis",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Of each round, and of twice that for the warm-up. Default: ${DEFAULT-VALUE}.")
  private int millis;

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  @Override
  public Integer call() throws ModelRefused {
    PrintStream people = json ? System.err : System.out;
    people.println(Machine.here());
    people.println(ScoringReport.HEADER);
    List<ScoringReport> reports = new ArrayList<>();
    for (BenchModel model :
        List.of(
            BenchModel.trees(), BenchModel.dense(), BenchModel.credit(), BenchModel.slowTrees())) {
      for (int batch : BATCHES) {
        ScoringReport report = ScoringRun.measure(model, batch, rounds, Duration.ofMillis(millis));
        people.println(report);
        reports.add(report);
      }
    }
    if (json) {
      ObjectNode all = new ObjectMapper().createObjectNode().put("bench", "scoring");
      all.set("machine", Machine.here().json());
      all.put("rounds", rounds).put("millis", millis).put("seed", BenchModel.SEED);
      var cases = all.putArray("cases");
      reports.forEach(report -> cases.add(report.json()));
      System.out.println(all);
    }
    return 0;
  }
}
