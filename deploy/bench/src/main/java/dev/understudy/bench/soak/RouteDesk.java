package dev.understudy.bench.soak;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.GatewayState;
import dev.understudy.contracts.v1.ModelState;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.local.stack.StackException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Publishes routes and reads what the gateway makes of them, as the registry does. Not thread-safe.
 */
final class RouteDesk implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final KafkaProducer<String, byte[]> producer;
  private final KafkaConsumer<String, byte[]> consumer;
  private ModelState latest = ModelState.getDefaultInstance();

  RouteDesk(String servers) {
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", servers),
            new StringSerializer(),
            new ByteArraySerializer());
    consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", servers),
            new StringDeserializer(),
            new ByteArrayDeserializer());
    TopicPartition states = new TopicPartition(Topic.GATEWAYS.topicName(), 0);
    consumer.assign(List.of(states));
    consumer.seekToBeginning(List.of(states));
  }

  /** Publishes a change, and waits until the gateway has told of it. */
  void publish(RoutePublished route, Predicate<ModelState> done) {
    send(route);
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!done.test(latest)) {
      if (latest.getFailuresCount() > 0) {
        throw new StackException("The gateway refuses a route: " + latest.getFailuresList());
      }
      if (System.nanoTime() > end) {
        throw new StackException(
            "The gateway did not take the routes up to revision %d for %d s; its state is %s"
                .formatted(
                    Math.max(route.getCommitted().getRevision(), route.getPrepared().getRevision()),
                    PATIENCE.toSeconds(),
                    latest));
      }
      consumer.poll(Duration.ofMillis(100)).forEach(record -> read(record, route.getModel()));
    }
  }

  private void send(RoutePublished route) {
    try {
      producer
          .send(
              new ProducerRecord<>(
                  Topic.ROUTES.topicName(),
                  Topic.modelKey(route.getProject(), route.getModel()),
                  route.toByteArray()))
          .get();
    } catch (ExecutionException e) {
      throw new StackException("The route was not published", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StackException("interrupted", e);
    }
  }

  private void read(ConsumerRecord<String, byte[]> record, String model) {
    try {
      GatewayState.parseFrom(record.value()).getModelsList().stream()
          .filter(state -> state.getModel().equals(model))
          .forEach(state -> latest = state);
    } catch (InvalidProtocolBufferException e) {
      throw new StackException("A gateway's state cannot be read", e);
    }
  }

  @Override
  public void close() {
    producer.close();
    consumer.close();
  }
}
