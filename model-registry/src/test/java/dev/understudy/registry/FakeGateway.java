package dev.understudy.registry;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.GatewayState;
import dev.understudy.contracts.v1.LoadFailure;
import dev.understudy.contracts.v1.ModelState;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.testkit.TestKafka;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A gateway as far as the registry sees one: follows *routes*, reports on *gateways*, and leaves
 * when it is closed. What it makes of a prepared route is up to the test.
 */
final class FakeGateway implements AutoCloseable {
  enum Manner {
    PREPARES,
    CANNOT_LOAD,
    NEVER_READY
  }

  private final String id = "gw-" + UUID.randomUUID();
  private final Map<String, ModelState> models = new ConcurrentHashMap<>();
  private final KafkaProducer<byte[], byte[]> producer =
      new KafkaProducer<>(
          Map.<String, Object>of("bootstrap.servers", TestKafka.bootstrapServers()),
          new ByteArraySerializer(),
          new ByteArraySerializer());
  private final Thread thread = Thread.ofPlatform().name(id).unstarted(this::follow);
  private volatile Manner manner;
  private volatile boolean closed;

  private FakeGateway(Manner manner) {
    this.manner = manner;
  }

  static FakeGateway that(Manner manner) {
    FakeGateway gateway = new FakeGateway(manner);
    gateway.report(false);
    gateway.thread.start();
    return gateway;
  }

  String id() {
    return id;
  }

  void becomes(Manner next) {
    manner = next;
  }

  @Override
  public void close() throws InterruptedException {
    closed = true;
    thread.join();
    report(true);
    producer.close();
  }

  private void follow() {
    TopicPartition routes = new TopicPartition(Topic.ROUTES.topicName(), 0);
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of("bootstrap.servers", TestKafka.bootstrapServers()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(routes));
      consumer.seekToBeginning(List.of(routes));
      while (!closed) {
        for (var record : consumer.poll(Duration.ofMillis(100))) {
          RoutePublished published = RoutePublished.parseFrom(record.value());
          models.put(new String(record.key(), UTF_8), state(published));
        }
        report(false);
      }
    } catch (Exception e) {
      throw new AssertionError("the gateway of the test failed", e);
    }
  }

  private ModelState state(RoutePublished published) {
    ModelState.Builder state =
        ModelState.newBuilder()
            .setProject(published.getProject())
            .setModel(published.getModel())
            .setLiveRevision(published.getCommitted().getRevision());
    long revision = published.getPrepared().getRevision();
    if (published.hasPrepared()) {
      switch (manner) {
        case PREPARES -> state.setPreparedRevision(revision);
        case CANNOT_LOAD ->
            state.addFailures(
                LoadFailure.newBuilder()
                    .setRevision(revision)
                    .setVersion("2")
                    .setReason("no such operator"));
        case NEVER_READY -> {}
      }
    }
    return state.build();
  }

  private void report(boolean leaving) {
    GatewayState state =
        GatewayState.newBuilder()
            .setGatewayId(id)
            .setHeartbeatMs(System.currentTimeMillis())
            .addAllModels(models.values())
            .setLeaving(leaving)
            .build();
    try {
      producer
          .send(
              new ProducerRecord<>(
                  Topic.GATEWAYS.topicName(), id.getBytes(UTF_8), state.toByteArray()))
          .get();
    } catch (Exception e) {
      throw new AssertionError("the gateway of the test could not report", e);
    }
  }
}
