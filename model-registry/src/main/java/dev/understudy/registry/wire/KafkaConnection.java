package dev.understudy.registry.wire;

import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Makes consumers and producers with the broker settings of this service. Thread-safe; what it
 * makes belongs to the caller.
 */
@ApplicationScoped
public class KafkaConnection {
  private final Map<String, Object> settings;

  KafkaConnection(@Identifier("default-kafka-broker") Map<String, Object> settings) {
    this.settings = Map.copyOf(settings);
  }

  /** A consumer of committed records that commits no offset by itself. */
  public Consumer<byte[], byte[]> consumer(Map<String, Object> more) {
    Map<String, Object> all = new HashMap<>(settings);
    all.put("isolation.level", "read_committed");
    all.put("enable.auto.commit", false);
    all.put("auto.offset.reset", "earliest");
    all.put("allow.auto.create.topics", false);
    all.put("max.poll.records", 100);
    all.putAll(more);
    return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** A producer that keeps the order and is acknowledged by all replicas, or fails in 20 s. */
  public Producer<byte[], byte[]> producer() {
    Map<String, Object> all = new HashMap<>(settings);
    all.put("acks", "all");
    all.put("enable.idempotence", true);
    all.put("delivery.timeout.ms", 20_000);
    all.put("request.timeout.ms", 10_000);
    all.put("max.block.ms", 10_000);
    return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
