package dev.understudy.gateway.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.contracts.Topic;
import dev.understudy.testkit.LocalBroker;
import dev.understudy.testkit.TestKafka;
import dev.understudy.testkit.TopicSetup;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was offered is logged, on disk, or counted as dropped, whatever Kafka does. */
class JournalBufferTest {
  private static final int SIZE = 100;
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  @TempDir private Path directory;

  @Test
  void moreThanTheBoundsIsDroppedAndTheRestGoesToTheDisk() throws IOException {
    // A record alone is too large for the memory, whatever the writer has taken meanwhile.
    try (JournalBuffer buffer = buffer(nobody(), 10, 2_000, Duration.ZERO)) {
      assertThat(offer(buffer, 0, 10)).isTrue();
      assertThat(offer(buffer, 1, 2_000)).isFalse();
    }
    assertThat(dropped("buffer_full")).isOne();
    assertThat(onDisk(directory)).containsExactly("key-0000");
  }

  @Test
  void whatComesAfterTheStopIsCounted() throws IOException {
    JournalBuffer buffer = buffer(nobody(), 3, 1 << 20, Duration.ZERO);
    buffer.close();

    assertThat(offer(buffer, 1, 10)).isFalse();
    assertThat(dropped("closed")).isOne();
  }

  @Test
  void aBrokerWhoseNameDoesNotResolveOnlyMakesTheLogWait() throws IOException {
    try (JournalBuffer buffer = buffer("kafka.invalid:9092", 3, 1 << 20, Duration.ZERO)) {
      assertThat(offer(buffer, 1, 10)).isTrue();
    }
    assertThat(onDisk(directory)).containsExactly("key-0001");
    assertThat(result("dropped")).isZero();
  }

  @Test
  void beyondTheBoundOfTheDiskTheNewestAreDropped() throws IOException {
    try (JournalBuffer buffer = buffer(nobody(), 1_000, 16 << 20, Duration.ZERO)) {
      IntStream.range(0, 20).forEach(i -> offer(buffer, i, 100_000));
    }
    assertThat(dropped("spool_full")).isEqualTo(10);
    assertThat(onDisk(directory)).containsExactlyElementsOf(keys(0, 10));
  }

  @Test
  void aDurableRecordIsSafeOnDiskWhileKafkaIsAway() throws IOException {
    try (JournalBuffer buffer = buffer(nobody(), 100, 1 << 20, Duration.ZERO)) {
      assertThat(buffer.offer(record(1, SIZE), true).join()).isTrue();

      assertThat(onDisk(LogOnDisk.copy(directory, directory.resolve("after"))))
          .containsExactly("key-0001");
    }
  }

  @Test
  void aDurableRecordThatNeitherKafkaNorTheDiskTakesIsNotSafe() throws IOException {
    try (JournalBuffer buffer = buffer(nobody(), 100, 16 << 20, Duration.ZERO)) {
      assertThat(buffer.offer(record(1, 2 << 20), true).join()).isFalse();
    }
    assertThat(dropped("spool_full")).isOne();
  }

  @Test
  void aDurableRecordIsSafeOnceKafkaHasIt() throws IOException {
    String servers = TestKafka.bootstrapServers();
    try (JournalBuffer buffer = buffer(servers, 100, 1 << 20, Duration.ofSeconds(30))) {
      // Connected now, so that the next one goes the direct way.
      assertThat(offer(buffer, 5_000, SIZE)).isTrue();
      awaitLogged(1);

      assertThat(buffer.offer(record(5_001, SIZE), true).join()).isTrue();

      assertThat(allKeys(servers)).contains(key(5_001));
    }
  }

  @Test
  void aDiskThatFailsDropsWithItsCauseAndADurableRecordIsNotSafe() throws IOException {
    try (JournalBuffer buffer = buffer(nobody(), 100, 1 << 20, Duration.ZERO)) {
      Files.delete(directory.resolve("ledger"));
      Files.delete(directory);

      assertThat(buffer.offer(record(1, SIZE), true).join()).isFalse();
      assertThat(dropped("spool_failed")).isOne();
    }
    Files.createDirectory(directory);
  }

  @Test
  void aMissingTopicForAttributesDoesNotHoldUpThePredictions() throws Exception {
    int port = TestKafka.freePort();
    try (LocalBroker broker =
        LocalBroker.start(directory.resolve("home"), port, TestKafka.freePort())) {
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
        admin
            .createTopics(List.of(new NewTopic(Topic.PREDICTIONS.topicName(), 1, (short) 1)))
            .all()
            .get();
      }
      try (JournalBuffer buffer =
          buffer(broker.bootstrapServers(), 100, 1 << 20, Duration.ofSeconds(30))) {
        byte[] key = key(1).getBytes(UTF_8);
        buffer.offer(new LogRecord(LogRecord.Kind.ATTRIBUTES, 0, key, key, key), false);
        offer(buffer, 2, SIZE);
        awaitLogged(1);
      }
    }
    assertThat(
            meters
                .get("gateway.log.dropped")
                .tag("reason", "no_topic")
                .tag("event", "attributes")
                .counter()
                .count())
        .isOne();
  }

  @Test
  void nothingIsLostOrDoubledOrOutOfOrderWhileKafkaIsAway() throws IOException {
    int port = TestKafka.freePort();
    int controllerPort = TestKafka.freePort();
    Path home = directory.resolve("broker");
    try (JournalBuffer buffer = buffer("127.0.0.1:" + port, 300, 1 << 20, Duration.ofSeconds(30))) {
      try (LocalBroker broker = LocalBroker.start(home, port, controllerPort)) {
        TopicSetup.ensure(broker.bootstrapServers());
        IntStream.range(0, 100).forEach(i -> offer(buffer, i, SIZE));
        awaitLogged(100);
      }

      // First those that Kafka's client is stuck with, then those that only the disk has.
      IntStream.range(100, 110).forEach(i -> offer(buffer, i, SIZE));
      awaitSpooled();
      for (int i = 110; i < 2_000; i++) {
        assertThat(buffer.offer(record(i, SIZE), i % 100 == 0).join()).isTrue();
      }
      assertThat(result("dropped")).isZero();

      try (LocalBroker broker = LocalBroker.start(home, port, controllerPort)) {
        awaitLogged(2_000);
        IntStream.range(2_000, 2_010).forEach(i -> offer(buffer, i, SIZE));
        awaitLogged(2_010);
        assertThat(keysByPartition(broker.bootstrapServers()))
            .allSatisfy(keys -> assertThat(keys).isSorted().doesNotHaveDuplicates())
            .satisfies(all -> assertThat(all.stream().mapToInt(List::size).sum()).isEqualTo(2_010));
      }
    }
    assertThat(onDisk(directory)).isEmpty();
  }

  @Test
  void afterAKillTheSpoolIsSentAndWhatWasInMemoryAloneIsCounted() throws IOException {
    Path afterKill;
    try (JournalBuffer buffer = buffer(nobody(), 1_000, 1 << 20, Duration.ZERO)) {
      for (int i = 0; i < 100; i++) {
        assertThat(buffer.offer(record(i, SIZE), true).join()).isTrue();
      }
      // What the operating system would keep of the files if the process ended here.
      afterKill = LogOnDisk.copy(directory, directory.resolve("killed"));
    }
    try (CrashLedger ledger = CrashLedger.open(afterKill)) {
      IntStream.range(0, 3).forEach(i -> ledger.taken(LogRecord.Kind.PREDICTION));
    }
    Files.write(segments(afterKill).getLast(), new byte[] {1, 2, 3}, StandardOpenOption.APPEND);

    Set<String> before = Set.copyOf(allKeys(TestKafka.bootstrapServers()));
    try (JournalBuffer buffer =
        buffer(afterKill, TestKafka.bootstrapServers(), 1_000, 1 << 20, Duration.ofSeconds(30))) {
      offer(buffer, 100, SIZE);
      awaitLogged(101);
    }

    List<String> sent =
        allKeys(TestKafka.bootstrapServers()).stream()
            .filter(key -> !before.contains(key))
            .toList();
    assertThat(sent).containsExactlyInAnyOrderElementsOf(keys(0, 101));
    assertThat(keysByPartition(TestKafka.bootstrapServers()))
        .allSatisfy(keys -> assertThat(keys.stream().filter(sent::contains)).isSorted());
    assertThat(lost("crash")).isEqualTo(3);
    assertThat(lost("torn")).isOne();
    assertThat(onDisk(afterKill)).isEmpty();
  }

  private void awaitLogged(int count) {
    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(result("logged")).isEqualTo(count));
  }

  private void awaitSpooled() {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> assertThat(meters.get("gateway.log.spool.bytes").gauge().value()).isPositive());
  }

  private JournalBuffer buffer(String servers, int records, long bytes, Duration flush)
      throws IOException {
    return buffer(directory, servers, records, bytes, flush);
  }

  private JournalBuffer buffer(Path spool, String servers, int records, long bytes, Duration flush)
      throws IOException {
    return new JournalBuffer(
        "test",
        new PredictionJournal.Bounds(records, bytes, flush),
        new PredictionJournal.Spooling(
            spool, 1 << 20, Duration.ofMillis(200), Duration.ofSeconds(10)),
        Map.of("bootstrap.servers", servers),
        new LogMeters(meters));
  }

  private static String nobody() {
    return "127.0.0.1:" + TestKafka.freePort();
  }

  private static boolean offer(JournalBuffer buffer, int number, int bytes) {
    return buffer.offer(record(number, bytes), false).join();
  }

  private static LogRecord record(int number, int bytes) {
    byte[] key = key(number).getBytes(UTF_8);
    return new LogRecord(LogRecord.Kind.PREDICTION, 0, key, key, new byte[bytes]);
  }

  private static String key(int number) {
    return "key-%04d".formatted(number);
  }

  private static List<String> keys(int from, int to) {
    return IntStream.range(from, to).mapToObj(JournalBufferTest::key).toList();
  }

  private static List<Path> segments(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".spool")).sorted().toList();
    }
  }

  private static List<String> onDisk(Path directory) throws IOException {
    return LogOnDisk.records(directory).stream()
        .map(record -> new String(record.key(), UTF_8))
        .toList();
  }

  private double dropped(String cause) {
    return count(
        meters
            .find("gateway.log.dropped")
            .tag("reason", cause)
            .tag("event", "prediction")
            .counter());
  }

  private double lost(String cause) {
    return meters.find("gateway.log.lost").tag("reason", cause).counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  private double result(String result) {
    return count(
        meters
            .find("gateway.log.events")
            .tag("event", "prediction")
            .tag("result", result)
            .counter());
  }

  private static double count(@Nullable Counter counter) {
    return counter == null ? 0 : counter.count();
  }

  private static List<String> allKeys(String servers) {
    return keysByPartition(servers).stream().flatMap(List::stream).toList();
  }

  private static List<List<String>> keysByPartition(String servers) {
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", servers),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(Topic.PREDICTIONS.topicName()).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      Map<Integer, List<String>> keys = new TreeMap<>();
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          keys.computeIfAbsent(record.partition(), any -> new ArrayList<>()).add(record.key());
        }
      }
      return List.copyOf(keys.values());
    }
  }
}
