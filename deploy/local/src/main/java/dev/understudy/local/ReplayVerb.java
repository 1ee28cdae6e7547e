package dev.understudy.local;

import dev.understudy.collector.matching.Keep;
import dev.understudy.contracts.Topic;
import dev.understudy.local.replay.ReplayReport;
import dev.understudy.local.replay.RolloutReplay;
import dev.understudy.local.stack.StackException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Judges a rollout once more from the log. */
@Command(
    name = "replay",
    description = {
      "Recomputes a rollout's evaluations from the log and compares them with the recorded ones:"
          + " with the log's own partitions, and with it divided otherwise.",
      "Exit code 0 only when there is no difference."
    },
    mixinStandardHelpOptions = true,
    footer =
        "%nThe heap holds about 0.4 KB per prediction of the last day of log time and 1.5 KB per"
            + " recorded second; UNDERSTUDY_HEAP=4g gives it more than its 768m.")
final class ReplayVerb implements Callable<Integer> {
  private static final int MOST_PARTITIONS = 1_000;

  @Mixin private Place place = new Place();

  @Option(names = "--rollout", paramLabel = "ID", required = true, description = "Which one.")
  private String rollout = "";

  @Option(
      names = "--partitions",
      paramLabel = "N",
      split = ",",
      description = "Into how many the log is divided, beside its own. Default: 1,3,12.")
  private List<Integer> partitions = new ArrayList<>();

  @Option(
      names = "--keep-outcomes",
      paramLabel = "DURATION",
      defaultValue = "P7D",
      description = "As the collector has it. Default: ${DEFAULT-VALUE}.")
  private Duration keepOutcomes = Duration.ofDays(7);

  @Option(
      names = "--keep-predictions",
      paramLabel = "DURATION",
      defaultValue = "P1D",
      description = "As the collector has it. Default: ${DEFAULT-VALUE}.")
  private Duration keepPredictions = Duration.ofDays(1);

  @Option(names = "--json", description = "Print one JSON object as the last line.")
  private boolean json;

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      description = "Another Kafka than the local stack's.")
  private @Nullable String bootstrapServers;

  @Override
  public Integer call() {
    List<Integer> wanted = partitions.isEmpty() ? List.of(1, 3, 12) : partitions;
    wanted.stream()
        .filter(number -> number < 1 || number > MOST_PARTITIONS)
        .findFirst()
        .ifPresent(
            number -> {
              throw new StackException(
                  "--partitions: %d is not from 1 to %d".formatted(number, MOST_PARTITIONS));
            });
    String servers = bootstrapServers == null ? place.runningKafka() : bootstrapServers;
    ReplayReport report =
        new RolloutReplay(servers, rollout, Topic.EVALUATIONS.topicName(), keep()).run(wanted);
    report.print(json ? System.err : System.out);
    if (json) {
      System.out.println(report.json());
    }
    return report.equal() ? 0 : 1;
  }

  private Keep keep() {
    if (!keepOutcomes.isPositive() || !keepPredictions.isPositive()) {
      throw new StackException("--keep-outcomes and --keep-predictions are longer than nothing");
    }
    // Every definition is read before the first prediction, so none is ever undefined for long.
    return Keep.of(keepOutcomes, keepPredictions, Duration.ofDays(30));
  }
}
