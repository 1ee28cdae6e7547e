package dev.understudy.collector.matching;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.collector.comparison.Plans;
import dev.understudy.collector.matching.MatchCounts.OutcomeStatus;
import dev.understudy.collector.matching.MatchCounts.PredictionStatus;
import dev.understudy.contracts.Signature;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.ScoreStatus;
import dev.understudy.contracts.v1.TestDefined;
import dev.understudy.contracts.v1.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The topology with its real stores, driven without a broker; one partition. */
class MatchTopologyTest {
  private static final Signature SIGNATURE = new Signature("a key for tests only");

  @TempDir Path stateDir;
  private final Counted counts = new Counted();
  private final TopologySettings settings =
      new TopologySettings("collector", 1, "evaluations", SIGNATURE, Bench.KEEP);
  private TopologyTestDriver driver;

  @BeforeEach
  void start() {
    Properties properties = new Properties();
    properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "collector");
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
    properties.put(
        StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class.getName());
    driver = new TopologyTestDriver(MatchTopology.of(settings, counts), properties);
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  private void pipe(Events.Entry entry) {
    Topic topic = entry.ofPredictions() ? Topic.PREDICTIONS : Topic.OUTCOMES;
    TestInputTopic<byte[], byte[]> input =
        driver.createInputTopic(
            topic.topicName(), new ByteArraySerializer(), new ByteArraySerializer());
    input.pipeInput(
        new TestRecord<>(entry.key(), entry.value(), Instant.ofEpochMilli(entry.appendedMs())));
  }

  private void define(String key, TestDefined defined, long at) {
    driver
        .createInputTopic(
            Topic.TESTS.topicName(), new StringSerializer(), new ByteArraySerializer())
        .pipeInput(new TestRecord<>(key, defined.toByteArray(), Instant.ofEpochMilli(at)));
  }

  private void passUntil(long at) {
    pipe(Events.tick(true, at));
    pipe(Events.tick(false, at));
  }

  private TestOutputTopic<String, byte[]> output(String topic) {
    return driver.createOutputTopic(topic, new StringDeserializer(), new ByteArrayDeserializer());
  }

  private List<RolloutEvaluated> evaluations() {
    return output("evaluations").readRecordsToList().stream().map(MatchTopologyTest::read).toList();
  }

  private static RolloutEvaluated read(TestRecord<String, byte[]> record) {
    try {
      return RolloutEvaluated.parseFrom(record.value());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aCommitBringsARowIntoTheChangelogThoughItIsHeldInMemory() {
    define("t", Plans.defined(Plans.shadow("t")), 1_000);
    passUntil(1_000);

    pipe(Events.pair(2_000, "p", "t", 0.1, 0.9));

    assertThat(output("collector-waiting-changelog").readRecordsToList())
        .anySatisfy(row -> assertThat(row.key()).isEqualTo("p"));
  }

  @Test
  void aBetterCandidateIsPromotedAndTheVerdictIsSigned() {
    var test = Plans.shadow("t").clearGuards();
    test.getPolicyBuilder().setMinimumUnits(50);
    define("t", Plans.defined(test), 1_000);
    passUntil(1_000);
    for (int i = 0; i < 60; i++) {
      String id = "p" + i;
      boolean differ = i % 3 == 0;
      pipe(Events.label(1_900, id, "bad", 0));
      pipe(Events.pair(2_000, id, "t", differ ? 0.1 : 0.9, 0.9));
    }
    passUntil(9_001);

    var records = output("evaluations").readRecordsToList();
    RolloutEvaluated last = read(records.getLast());
    assertThat(last.getVerdict()).isEqualTo(Verdict.PROMOTE);
    assertThat(last.getLogTimeMs()).isEqualTo(6_000);
    assertThat(records).hasSize(5);
    assertThat(records.getLast().key()).isEqualTo("rollout-t");
    var headers = records.getLast().headers();
    assertThat(
            SIGNATURE.matches(
                records.getLast().value(), headers.lastHeader(Signature.HEADER).value()))
        .isTrue();
    assertThat(new String(headers.lastHeader("ce_id").value(), UTF_8)).isEqualTo("t-4");
    assertThat(new String(headers.lastHeader("ce_time").value(), UTF_8))
        .isEqualTo("1970-01-01T00:00:06Z");
    assertThat(output(settings.endedTopic()).readKeyValuesToMap()).containsOnlyKeys("t");
  }

  @Test
  void aDefinitionIsNoticedWhileTheInputsAreSilent() {
    passUntil(500);
    pipe(Events.pair(2_000, "a", "t", 0.1, 0.9));
    pipe(Events.label(2_500, "a", "bad", 0));
    passUntil(8_000);
    define("t", Plans.defined(Plans.shadow("t")), 1_000);
    List<RolloutEvaluated> before = evaluations();

    driver.advanceWallClockTime(Duration.ofSeconds(1));

    assertThat(before).isEmpty();
    assertThat(evaluations()).hasSize(6).last().matches(it -> it.getEvidence().getUnits() == 1);
  }

  @Test
  void aForgedOrUnjudgeableDefinitionIsRefusedAndALaterGoodOneTaken() {
    TestDefined good = Plans.defined(Plans.shadow("t"));
    passUntil(500);
    define("t", good.toBuilder().setDefinitionSha256("0".repeat(64)).build(), 900);
    define("another", good, 900);
    define("t", good, 1_000);
    define("t", good, 3_500);
    passUntil(3_500);

    assertThat(counts.refused).isEqualTo(2);
    assertThat(counts.accepted).isEqualTo(1);
    assertThat(evaluations())
        .extracting(RolloutEvaluated::getLogTimeMs)
        .containsExactly(2_000L, 3_000L);
  }

  @Test
  void aRecordFarAheadOfTheClockIsLeftOutAndCounted() {
    define("t", Plans.defined(Plans.shadow("t")), 1_000);
    passUntil(500);
    long ahead = System.currentTimeMillis() + Duration.ofDays(2).toMillis();
    pipe(Events.pair(ahead, "a", "t", 0.1, 0.9));
    pipe(Events.label(ahead, "a", "bad", 0));
    pipe(Events.tick(true, ahead));
    passUntil(3_500);

    assertThat(counts.predictions).containsOnly(Map.entry(PredictionStatus.AHEAD, 2));
    assertThat(counts.outcomes).containsOnly(Map.entry(OutcomeStatus.AHEAD, 1));
    assertThat(evaluations())
        .extracting(RolloutEvaluated::getLogTimeMs)
        .containsExactly(2_000L, 3_000L);
  }

  @Test
  void afterItsLastWordTheJudgeIsSilent() {
    define("t", Plans.defined(Plans.shadow("t")), 1_000);
    passUntil(1_000);
    for (int i = 0; i < 60; i++) {
      pipe(
          Events.prediction(
              2_000,
              Events.logged("p" + i, "t")
                  .addScores(Events.answered("1", 0.9))
                  .addScores(Events.with("2", ScoreStatus.FAILED))));
    }
    passUntil(7_000);
    driver.advanceWallClockTime(Duration.ofSeconds(1));
    passUntil(20_000);
    pipe(Events.pair(20_500, "late", "t", 0.1, 0.9));
    passUntil(30_000);
    driver.advanceWallClockTime(Duration.ofSeconds(1));

    List<RolloutEvaluated> evaluations = evaluations();
    assertThat(evaluations.getLast().getVerdict()).isEqualTo(Verdict.ROLLBACK);
    assertThat(evaluations.getLast().getLogTimeMs()).isEqualTo(5_000);
  }

  @Test
  void aLongAbsenceIsCaughtUpInPiecesWithoutAGap() {
    var test = Plans.shadow("t");
    test.getPolicyBuilder().setMaximumDurationMs(0);
    define("t", Plans.defined(test), 1_000);
    passUntil(900);
    passUntil(20_000_000);

    List<RolloutEvaluated> atOnce = evaluations();
    for (int turn = 0; turn < 20; turn++) {
      driver.advanceWallClockTime(Duration.ofMillis(100));
    }
    List<RolloutEvaluated> later = evaluations();

    assertThat(atOnce).hasSize(1_000);
    assertThat(later).hasSize(19_998 - 1_000);
    assertThat(later.getFirst().getNumber()).isEqualTo(1_000);
    assertThat(later.getLast().getNumber()).isEqualTo(19_997);
  }
}
