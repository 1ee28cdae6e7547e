package dev.understudy.collector.matching;

import dev.understudy.contracts.Topic;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.TopicExistsException;

/** What the broker says about the topics, asked before the topology is built. */
final class InputTopics {
  private InputTopics() {}

  /**
   * The number of partitions of both inputs.
   *
   * @throws IllegalStateException when the two differ: a prediction and its outcome would not meet
   */
  static int partitions(Admin admin, String evaluationsTopic)
      throws ExecutionException, InterruptedException {
    String predictions = Topic.PREDICTIONS.topicName();
    String outcomes = Topic.OUTCOMES.topicName();
    Map<String, TopicDescription> described =
        admin
            .describeTopics(
                List.of(predictions, outcomes, Topic.TESTS.topicName(), evaluationsTopic))
            .allTopicNames()
            .get();
    int ofPredictions = size(described, predictions);
    int ofOutcomes = size(described, outcomes);
    if (ofPredictions != ofOutcomes) {
      throw new IllegalStateException(
          "%s has %d partitions and %s has %d: they are joined partition by partition"
              .formatted(predictions, ofPredictions, outcomes, ofOutcomes));
    }
    return ofPredictions;
  }

  /** Makes the collector's own compacted topic, which Kafka Streams does not make by itself. */
  static void ensureCompacted(Admin admin, String topic)
      throws ExecutionException, InterruptedException {
    NewTopic wanted =
        new NewTopic(topic, Optional.of(1), Optional.empty())
            .configs(Map.of("cleanup.policy", "compact"));
    try {
      admin.createTopics(List.of(wanted)).all().get();
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw e;
      }
    }
  }

  private static int size(Map<String, TopicDescription> described, String topic) {
    TopicDescription one = described.get(topic);
    if (one == null) {
      throw new IllegalStateException("the broker did not describe " + topic);
    }
    return one.partitions().size();
  }
}
