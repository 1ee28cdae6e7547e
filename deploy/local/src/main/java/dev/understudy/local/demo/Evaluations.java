package dev.understudy.local.demo;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.RolloutEvaluated;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The last evaluation of each test, as *evaluations* tells it. Thread-safe. */
public final class Evaluations implements AutoCloseable {
  private final Map<String, RolloutEvaluated> latest = new LinkedHashMap<>();
  private final TopicFollower follower;

  /** Begins to follow. */
  public Evaluations(String bootstrapServers) {
    follower = new TopicFollower(bootstrapServers, Topic.EVALUATIONS.topicName(), this::note);
  }

  private synchronized void note(ConsumerRecord<byte[], byte[]> record) {
    try {
      RolloutEvaluated evaluation = RolloutEvaluated.parseFrom(record.value());
      latest.put(evaluation.getTestId(), evaluation);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an unreadable record on *evaluations*", e);
    }
  }

  /** The last evaluations of a rollout's tests, in the order of the tests. */
  public synchronized List<RolloutEvaluated> of(String rollout) {
    return latest.values().stream().filter(it -> it.getRolloutId().equals(rollout)).toList();
  }

  /** The newest evaluation of a rollout. */
  public Optional<RolloutEvaluated> newest(String rollout) {
    List<RolloutEvaluated> all = of(rollout);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  @Override
  public void close() {
    follower.close();
  }
}
