package dev.understudy.collector.matching;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.collector.comparison.TestPlan;
import dev.understudy.collector.matching.WaitingRoom.Standing;
import dev.understudy.collector.state.v1.KnownTest;
import dev.understudy.collector.state.v1.Waiting;
import dev.understudy.contracts.v1.TestDefined;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.StreamsNotStartedException;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Answers from the join's own state what became of an outcome, and whose outcomes are wanted first.
 * Knows the partitions that this collector has and no others. Thread-safe.
 */
@ApplicationScoped
public class LabelDesk {
  private final MatchService service;

  LabelDesk(MatchService service) {
    this.service = service;
  }

  /** What was found, or why it could not be looked for. */
  public sealed interface Answer {}

  /** The partition is here. */
  public record Here(OutcomeState state) implements Answer {}

  /** The partition is with another collector, or on its way. */
  public record Elsewhere(int partition, int partitions, SortedSet<Integer> here)
      implements Answer {}

  /** Nothing runs at the moment. */
  public record Closed(String why) implements Answer {}

  /**
   * Predictions to label, most telling first.
   *
   * @param partitions that this collector knows
   * @param ofPartitions how many there are
   */
  @JsonNaming(SnakeCaseStrategy.class)
  public record Queue(SortedSet<Integer> partitions, int ofPartitions, List<Wanted> wanted) {}

  /**
   * A prediction whose outcome is wanted.
   *
   * @param worth accuracy: how far apart the two versions' probabilities are; a loss: the largest
   *     difference that any outcome could make
   * @param secondsLeft until its outcome would be late
   */
  @JsonNaming(SnakeCaseStrategy.class)
  public record Wanted(
      String predictionId,
      String testId,
      double worth,
      Instant predictedAt,
      Instant labelUntil,
      long secondsLeft) {}

  /** How a prediction stands with its outcome. */
  public Answer outcomeOf(String predictionId) {
    MatchService.Running now = service.running();
    if (now == null) {
      return new Closed(reason());
    }
    byte[] key = predictionId.getBytes(UTF_8);
    // The default partitioner's rule, which is also the gateway's.
    int partition = Utils.toPositive(Utils.murmur2(key)) % now.partitions();
    try {
      return new Here(state(now.streams(), predictionId, partition));
    } catch (StreamsNotStartedException e) {
      return new Closed(reason());
    } catch (InvalidStateStoreException e) {
      if (now.streams().state() == KafkaStreams.State.REBALANCING) {
        return new Closed("the partitions are being dealt out among the collectors; ask again");
      }
      return new Elsewhere(partition, now.partitions(), service.queues().partitions());
    }
  }

  /** Whose outcomes are wanted first; null while nothing runs. */
  public @Nullable Queue queue(String project, String model, Instant now, int limit) {
    MatchService.Running running = service.running();
    if (running == null) {
      return null;
    }
    List<Wanted> wanted =
        service.queues().first(project, model, now.toEpochMilli(), limit).stream()
            .map(
                one ->
                    new Wanted(
                        one.predictionId(),
                        one.testId(),
                        one.worth(),
                        Instant.ofEpochMilli(one.appendedMs()),
                        Instant.ofEpochMilli(one.dueMs()),
                        (one.dueMs() - now.toEpochMilli()) / 1_000))
            .toList();
    return new Queue(service.queues().partitions(), running.partitions(), wanted);
  }

  /** Why nothing can be asked, in words. */
  public String reason() {
    String obstacle = service.obstacle();
    return obstacle == null ? "the join is starting" : obstacle;
  }

  private OutcomeState state(KafkaStreams streams, String id, int partition) {
    ReadOnlyKeyValueStore<Bytes, byte[]> rows = store(streams, MatchTopology.WAITING, partition);
    ReadOnlyKeyValueStore<Bytes, byte[]> tests = store(streams, MatchTopology.PROGRESS, partition);
    Bytes key = Bytes.wrap(Keys.id(id));
    try {
      Waiting found = parsed(rows.get(key));
      if (found == null) {
        return OutcomeState.of(id, null, null);
      }
      TestPlan plan = plan(streams, found.getPrediction().getTestId());
      Map<String, Standing> standings = new HashMap<>();
      for (String testId : RowTests.of(found.getPrediction())) {
        byte[] progress = tests.get(Bytes.wrap(Keys.test(testId)));
        standings.put(testId, Maturity.standing(progress, plan(streams, testId)));
      }
      // Once more, or it could lack an outcome that its test has counted meanwhile.
      Waiting row = parsed(rows.get(key));
      return row == null
          ? OutcomeState.of(id, null, null)
          : OutcomeState.of(id, seen(id, row, standings), plan);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the row of prediction " + id + " cannot be read", e);
    }
  }

  private Waiting seen(String id, Waiting row, Map<String, Standing> standings) {
    return WaitingRoom.seen(
        id, row, testId -> standings.getOrDefault(testId, Standing.UNKNOWN), service.keep());
  }

  private static @Nullable Waiting parsed(byte @Nullable [] kept)
      throws InvalidProtocolBufferException {
    return kept == null ? null : Waiting.parseFrom(kept);
  }

  private static ReadOnlyKeyValueStore<Bytes, byte[]> store(
      KafkaStreams streams, String name, int partition) {
    return streams.store(
        StoreQueryParameters.fromNameAndType(
                name, QueryableStoreTypes.<Bytes, byte[]>keyValueStore())
            .withPartition(partition));
  }

  private static @Nullable TestPlan plan(KafkaStreams streams, String testId)
      throws InvalidProtocolBufferException {
    ReadOnlyKeyValueStore<String, byte[]> definitions =
        streams.store(
            StoreQueryParameters.fromNameAndType(
                MatchTopology.DEFINITIONS, QueryableStoreTypes.<String, byte[]>keyValueStore()));
    byte[] kept = testId.isEmpty() ? null : definitions.get(testId);
    return kept == null
        ? null
        : TestPlan.of(TestDefined.parseFrom(KnownTest.parseFrom(kept).getTestDefined()));
  }
}
