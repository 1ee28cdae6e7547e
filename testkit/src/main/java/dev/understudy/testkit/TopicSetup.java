package dev.understudy.testkit;

import dev.understudy.contracts.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** Creates the topics of {@link Topic} that are not there yet, with their settings. */
public final class TopicSetup {
  private TopicSetup() {}

  /** Creates what is missing on a single broker, and waits until it is there. */
  public static void ensure(String bootstrapServers) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
      Set<String> there = admin.listTopics().names().get();
      List<NewTopic> missing = new ArrayList<>();
      for (Topic topic : Topic.values()) {
        if (!there.contains(topic.topicName())) {
          missing.add(
              new NewTopic(topic.topicName(), topic.partitions(), (short) 1)
                  .configs(topic.settings()));
        }
      }
      admin.createTopics(missing).all().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the topics were made", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the topics could not be made: " + e.getCause(), e);
    }
  }
}
