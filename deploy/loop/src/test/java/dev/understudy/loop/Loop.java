package dev.understudy.loop;

import dev.understudy.collector.matching.Keep;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.local.demo.CreditModels;
import dev.understudy.local.demo.CreditStage;
import dev.understudy.local.demo.TopicFollower;
import dev.understudy.local.replay.ReplayReport;
import dev.understudy.local.replay.RolloutReplay;
import dev.understudy.local.stack.Ports;
import dev.understudy.local.stack.Stack;
import dev.understudy.local.traffic.CreditApplications;
import dev.understudy.testkit.TemporaryFiles;
import dev.understudy.training.data.CreditData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A stack of its own with the real processes, people who apply for credit, and hands to do it harm.
 */
final class Loop implements AutoCloseable {
  private static final long SEED = 7;
  private static final Path ROOT = Path.of(System.getProperty("understudy.root"));

  private static final class Trained {
    static final CreditModels MODELS = train();

    private static CreditModels train() {
      Path runs = home();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> TemporaryFiles.delete(runs)));
      return CreditModels.train(SEED, runs, line -> {});
    }
  }

  private final Path home = home();
  private final Stack stack;
  private final CreditStage stage;

  private Loop(String first, double rate) {
    stack = Stack.start(home, Ports.free(), ROOT, part -> {});
    try {
      stage = CreditStage.set(stack, Trained.MODELS, first, rate, line -> {});
    } catch (RuntimeException e) {
      stack.close();
      throw e;
    }
  }

  /** With that recipe serving first and so many requests a second. */
  static Loop start(String first, double rate) {
    return new Loop(first, rate);
  }

  Stack stack() {
    return stack;
  }

  CreditStage stage() {
    return stage;
  }

  /** The state of a rollout now. */
  String state(String rollout) {
    return stage.registry().rollout(rollout).required("state").asText();
  }

  /** One request, as a caller sends it. */
  HttpResponse<String> askOnce() {
    String body = CreditApplications.of(CreditData.load().rows().subList(0, 1)).getFirst().body();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(stack.gatewayUrl().resolve("/v2/models/credit-risk/infer"))
              .timeout(Duration.ofSeconds(10))
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Evaluations by test and number; a second one with the same must be equal. */
  static final class Evaluated {
    final Map<String, TreeMap<Long, RolloutEvaluated>> byTest = new TreeMap<>();

    static Evaluated read(String bootstrapServers, String topic) {
      Evaluated evaluated = new Evaluated();
      TopicFollower.readAll(bootstrapServers, topic, evaluated::note);
      return evaluated;
    }

    private void note(ConsumerRecord<byte[], byte[]> record) {
      RolloutEvaluated evaluation = parse(record);
      RolloutEvaluated before =
          byTest
              .computeIfAbsent(evaluation.getTestId(), test -> new TreeMap<>())
              .put(evaluation.getNumber(), evaluation);
      if (before != null) {
        throw new AssertionError(
            "evaluation %d of %s was written twice"
                .formatted(evaluation.getNumber(), evaluation.getTestId()));
      }
    }
  }

  static RolloutEvaluated parse(ConsumerRecord<byte[], byte[]> record) {
    try {
      return RolloutEvaluated.parseFrom(record.value());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Evaluated evaluations(Stack stack) {
    return Evaluated.read(stack.bootstrapServers(), Topic.EVALUATIONS.topicName());
  }

  /** Recomputes a rollout from the log, as {@code ./understudy replay} does. */
  ReplayReport replay(String rollout, String evaluationsTopic) {
    Keep keep = Keep.of(Duration.ofDays(7), Duration.ofDays(1), Duration.ofDays(30));
    return new RolloutReplay(stack.bootstrapServers(), rollout, evaluationsTopic, keep)
        .run(List.of(1, 3, 12));
  }

  private static Path home() {
    try {
      return Files.createTempDirectory("understudy-loop");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    stage.close();
    stack.close();
    TemporaryFiles.delete(home);
  }
}
