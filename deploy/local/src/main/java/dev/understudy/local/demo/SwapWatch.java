package dev.understudy.local.demo;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.RoutePublished;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Notes when each route was committed, as *routes* tells it. Thread-safe. */
public final class SwapWatch implements AutoCloseable {
  private final List<Swap> swaps = new ArrayList<>();
  private final TopicFollower follower;

  /**
   * A route that became the committed one.
   *
   * @param atMs the broker's append time, Unix milliseconds
   * @param version that answers by default from then on
   */
  public record Swap(long atMs, long revision, String mode, String version, String rollout) {}

  /** Begins to watch. */
  public SwapWatch(String bootstrapServers) {
    follower = new TopicFollower(bootstrapServers, Topic.ROUTES.topicName(), this::note);
  }

  private synchronized void note(ConsumerRecord<byte[], byte[]> record) {
    try {
      RoutePublished published = RoutePublished.parseFrom(record.value());
      if (!published.hasCommitted()) {
        return;
      }
      Route route = published.getCommitted();
      if (swaps.isEmpty() || swaps.getLast().revision() < route.getRevision()) {
        swaps.add(
            new Swap(
                record.timestamp(),
                route.getRevision(),
                route.getMode().name(),
                route.getCurrent().getVersion(),
                route.getRolloutId()));
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an unreadable record on *routes*", e);
    }
  }

  /** All commits so far, in order. */
  public synchronized List<Swap> swaps() {
    return List.copyOf(swaps);
  }

  @Override
  public void close() {
    follower.close();
  }
}
