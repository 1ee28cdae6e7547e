package dev.understudy.local;

import dev.understudy.contracts.Topic;
import dev.understudy.local.stack.StackException;
import dev.understudy.local.tail.TopicTail;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the records of a topic as JSON. */
@Command(
    name = "tail",
    description = "Prints the records of a topic as lines of JSON, committed ones only.",
    mixinStandardHelpOptions = true)
final class TailVerb implements Callable<Integer> {
  @Mixin private Place place = new Place();

  @Parameters(
      paramLabel = "TOPIC",
      description =
          "predictions, outcomes, attributes, tests, evaluations, reports, routes or gateways.")
  private String topic = "";

  @Option(names = "--from-start", description = "From the first record that is kept, not from now.")
  private boolean fromStart;

  @Option(names = "--no-follow", description = "Stop at the end of the topic.")
  private boolean noFollow;

  @Option(names = "--limit", paramLabel = "N", description = "Stop after N records.")
  private long limit;

  @Option(names = "--ticks", description = "Print the ticks too, which only advance time.")
  private boolean ticks;

  @Option(
      names = "--bootstrap-servers",
      paramLabel = "HOST:PORT",
      description = "Another Kafka than the local stack's.")
  private @Nullable String bootstrapServers;

  @Override
  public Integer call() {
    Topic chosen =
        Topic.of(topic)
            .orElseThrow(
                () ->
                    new StackException(
                        "There is no topic '%s'; there are %s."
                            .formatted(
                                topic,
                                Arrays.stream(Topic.values())
                                    .map(Topic::word)
                                    .collect(Collectors.joining(", ")))));
    new TopicTail(chosen, ticks)
        .run(
            bootstrapServers == null ? place.runningKafka() : bootstrapServers,
            fromStart,
            !noFollow,
            limit,
            System.out::println);
    return 0;
  }
}
