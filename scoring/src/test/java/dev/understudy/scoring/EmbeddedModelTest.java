package dev.understudy.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.net.httpserver.HttpServer;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.PredictionEvent;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.testkit.Graphs;
import dev.understudy.testkit.TestKafka;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registry here is an HTTP server that says what the real one says. */
class EmbeddedModelTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Path SOCKETS = Path.of("/proc/self/net");
  private static final byte[] GRAPH = Graphs.sigmoid(2);
  private static final String DIGEST = ModelLoader.digest(GRAPH);

  @TempDir Path directory;

  @Test
  void aFileGivesTheScoresThatAGatewayGives() throws Exception {
    Path file = Files.write(directory.resolve("model.onnx"), GRAPH);
    Map<String, Tensor> inputs = x(-1f, 0f, 3f);
    ModelPool gateways = new ModelPool(1, 8);
    try (EmbeddedModel embedded = EmbeddedModel.open(file, DIGEST, Contracts.number());
        ModelPool.Lease served = gateways.lease(DIGEST, Contracts.number(), () -> GRAPH)) {
      Score here = embedded.score(inputs, LONG).toCompletableFuture().join();
      Score there = served.score(inputs, LONG).toCompletableFuture().join();

      assertThat(((Score.Answered) here).outputs()).isEqualTo(((Score.Answered) there).outputs());
    }
  }

  @Test
  void aFileWithAnotherDigestIsRefused() throws Exception {
    Path file = Files.write(directory.resolve("model.onnx"), GRAPH);

    assertThatThrownBy(() -> EmbeddedModel.open(file, "0".repeat(64), Contracts.number()))
        .isInstanceOf(ModelRefused.class);
  }

  @Test
  void aVersionOfTheRegistryIsScoredInProcessWithoutAPort() throws Exception {
    assumeThat(SOCKETS).exists();
    Registry registry = new Registry();
    try (registry) {
      Set<String> before = listening();

      try (EmbeddedModel model =
          EmbeddedModel.fromRegistry(registry.address(), "bank", "tiny", "7")) {
        registry.close();
        Score score = model.score(x(0f), LONG).toCompletableFuture().join();

        assertThat(((Score.Answered) score).output("p").number(0)).isEqualTo(0.5);
        assertThat(before).containsAll(listening());
      }
    }
  }

  @Test
  void whatTheRegistryDoesNotHaveIsSaid() throws Exception {
    try (Registry registry = new Registry()) {
      assertThatThrownBy(() -> EmbeddedModel.fromRegistry(registry.address(), "bank", "tiny", "8"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("404")
          .hasMessageContaining("versions/8");
    }
  }

  @Test
  void anArtefactThatIsNotTheAnnouncedOneIsRefused() throws Exception {
    try (Registry registry = new Registry()) {
      registry.answers.put("/v1/artefacts/" + DIGEST, Graphs.sigmoid(3));

      assertThatThrownBy(() -> EmbeddedModel.fromRegistry(registry.address(), "bank", "tiny", "7"))
          .isInstanceOf(ModelRefused.class)
          .hasMessageContaining("SHA-256");
    }
  }

  @Test
  void inputsAgainstTheContractAreRefusedByName() throws Exception {
    Path file = Files.write(directory.resolve("model.onnx"), GRAPH);
    try (EmbeddedModel model = EmbeddedModel.open(file, DIGEST, Contracts.number())) {
      assertThatThrownBy(() -> model.score(Map.of(), LONG)).hasMessageContaining("input x");
      assertThatThrownBy(() -> model.score(x(Float.NaN), LONG)).hasMessageContaining("x[0]");
      assertThatThrownBy(
              () -> model.score(Map.of("y", Tensor.ofFloats("y", new long[] {1}, 1f)), LONG))
          .hasMessageContaining("input y");
      assertThatThrownBy(
              () -> model.score(Map.of("x", Tensor.ofDoubles("x", new long[] {1}, 1)), LONG))
          .hasMessageContaining("FP64");
    }
  }

  @Test
  void everyPredictionIsToldToWhoeverLogs() throws Exception {
    Path file = Files.write(directory.resolve("model.onnx"), GRAPH);
    List<PredictionRecord> told = new ArrayList<>();
    try (EmbeddedModel model =
        EmbeddedModel.open(file, DIGEST, Contracts.number()).logging(told::add)) {
      Score score = model.score(x(1f), LONG).toCompletableFuture().join();

      assertThat(told).hasSize(1);
      assertThat(told.getFirst().score()).isEqualTo(score);
      assertThat(told.getFirst().inputs()).isEqualTo(x(1f));
    }
  }

  @Test
  void theSampleLogsWhatAGatewayLogs() throws Exception {
    List<PredictionRecord> told = new ArrayList<>();
    try (Registry registry = new Registry();
        EmbeddedModel model = EmbeddedModel.fromRegistry(registry.address(), "bank", "tiny", "7")) {
      model.logging(told::add).score(x(0f), LONG).toCompletableFuture().join();

      ProducerRecord<String, byte[]> record = EmbeddingSample.record(told.getFirst());

      var logged = PredictionEvent.parseFrom(record.value()).getLogged();
      assertThat(record.topic()).isEqualTo("understudy.predictions");
      assertThat(record.key()).isEqualTo(logged.getPredictionId());
      assertThat(logged.getModel()).isEqualTo("tiny");
      assertThat(logged.getAnsweredBy()).isEqualTo("7");
      assertThat(logged.getScores(0).getOutputs(0).getNumbers(0)).isEqualTo(0.5);
    }
  }

  @Test
  void theSamplesOnlyPredictionIsInTheLogWhenItEnds() throws Exception {
    String servers = TestKafka.bootstrapServers();
    try (Registry registry = new Registry()) {
      EmbeddingSample.main(
          new String[] {registry.address().toString(), "bank", "tiny", "7", servers});
    }

    List<PredictionLogged> logged = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> log =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", servers),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          log.partitionsFor(Topic.PREDICTIONS.topicName()).stream()
              .map(found -> new TopicPartition(found.topic(), found.partition()))
              .toList();
      log.assign(partitions);
      log.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = log.endOffsets(partitions);
      while (partitions.stream().anyMatch(it -> log.position(it) < ends.get(it))) {
        for (ConsumerRecord<byte[], byte[]> record : log.poll(Duration.ofSeconds(1))) {
          logged.add(PredictionEvent.parseFrom(record.value()).getLogged());
        }
      }
    }
    assertThat(logged).hasSize(1);
    assertThat(logged.getFirst().getModel()).isEqualTo("tiny");
    assertThat(logged.getFirst().getRows()).isEqualTo(2);
    assertThat(logged.getFirst().getPinned()).isTrue();
  }

  @Test
  void anIdIsAUuidOfVersionSevenThatRisesWithTime() {
    Random random = new Random(1);
    UUID early = PredictionRecord.nextId(Instant.ofEpochMilli(1_700_000_000_000L), random);
    UUID late = PredictionRecord.nextId(Instant.ofEpochMilli(1_700_000_000_001L), random);

    assertThat(early.version()).isEqualTo(7);
    assertThat(early.variant()).isEqualTo(2);
    assertThat(early.toString()).startsWith("018bcfe5-6800-7").isLessThan(late.toString());
  }

  private static Map<String, Tensor> x(float... values) {
    return Map.of("x", Tensor.ofFloats("x", new long[] {values.length}, values));
  }

  /** The sockets of this process that wait for somebody to connect, by their inode. */
  private static Set<String> listening() throws IOException {
    Set<String> mine = new HashSet<>();
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      for (Path file : files.toList()) {
        try {
          mine.add(Files.readSymbolicLink(file).toString());
        } catch (IOException closedMeanwhile) {
          continue;
        }
      }
    }
    Set<String> listening = new HashSet<>();
    for (String table : List.of("tcp", "tcp6")) {
      if (Files.exists(SOCKETS.resolve(table))) {
        for (String line : Files.readAllLines(SOCKETS.resolve(table))) {
          String[] fields = line.strip().split("\\s+");
          if (fields[3].equals("0A") && mine.contains("socket:[" + fields[9] + "]")) {
            listening.add(fields[9]);
          }
        }
      }
    }
    return listening;
  }

  private static final class Registry implements AutoCloseable {
    final Map<String, byte[]> answers = new HashMap<>();
    private final HttpServer server;

    Registry() throws IOException {
      answers.put(
          "/v1/projects/bank/models/tiny",
          """
          {"project": "bank", "model": "tiny",
           "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1]}],
           "outputs": [{"name": "p", "datatype": "FP32", "shape": [-1]}]}"""
              .getBytes(UTF_8));
      answers.put(
          "/v1/projects/bank/models/tiny/versions/7",
          "{\"version\": \"7\", \"sha256\": \"%s\"}".formatted(DIGEST).getBytes(UTF_8));
      answers.put("/v1/artefacts/" + DIGEST, GRAPH);
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            byte[] answer = answers.get(exchange.getRequestURI().getPath());
            exchange.sendResponseHeaders(
                answer == null ? 404 : 200, answer == null ? -1 : answer.length);
            if (answer != null) {
              exchange.getResponseBody().write(answer);
            }
            exchange.close();
          });
      server.start();
    }

    URI address() {
      return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }
}
