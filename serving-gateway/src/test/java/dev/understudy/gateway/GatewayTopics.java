package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.GatewayState;
import dev.understudy.contracts.v1.ModelState;
import dev.understudy.contracts.v1.PredictionEvent;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.gateway.hotswap.Published;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** The registry's side of a gateway under test: what it publishes, and what it sees of it. */
record GatewayTopics(String kafka, URI registry) {

  VersionRef upload(String version, byte[] content) throws Exception {
    VersionRef ref = Published.version(version, content);
    HttpRequest put =
        HttpRequest.newBuilder(registry.resolve("/v1/artefacts/" + ref.getSha256()))
            .PUT(HttpRequest.BodyPublishers.ofByteArray(content))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      assertThat(client.send(put, HttpResponse.BodyHandlers.discarding()).statusCode())
          .isEqualTo(201);
    }
    return ref;
  }

  void publish(RoutePublished route) throws Exception {
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka),
            new StringSerializer(),
            new ByteArraySerializer())) {
      producer
          .send(
              new ProducerRecord<>(
                  Topic.ROUTES.topicName(),
                  Topic.modelKey(route.getProject(), route.getModel()),
                  route.toByteArray()))
          .get();
    }
  }

  void awaitLive(String model, long revision) {
    await().untilAsserted(() -> assertThat(state(model).getLiveRevision()).isEqualTo(revision));
  }

  /** What the gateway has last said of the model. */
  ModelState state(String model) throws InvalidProtocolBufferException {
    ModelState last = ModelState.getDefaultInstance();
    for (byte[] record : read(Topic.GATEWAYS, null)) {
      for (ModelState one : GatewayState.parseFrom(record).getModelsList()) {
        if (one.getModel().equals(model)) {
          last = one;
        }
      }
    }
    return last;
  }

  PredictionLogged logged(String id) throws InvalidProtocolBufferException {
    await().untilAsserted(() -> assertThat(events(id)).isNotEmpty());
    return events(id).getFirst().getLogged();
  }

  List<PredictionEvent> events(String id) throws InvalidProtocolBufferException {
    List<PredictionEvent> events = new ArrayList<>();
    for (byte[] record : read(Topic.PREDICTIONS, id)) {
      events.add(PredictionEvent.parseFrom(record));
    }
    return events;
  }

  /** All records of the topic, or those of one key, as of now. */
  List<byte[]> read(Topic topic, @Nullable String key) {
    return records(topic, key).stream().map(ConsumerRecord::value).toList();
  }

  /** The headers of the records of one key, as of now. */
  List<Headers> headers(Topic topic, String key) {
    return records(topic, key).stream().map(ConsumerRecord::headers).toList();
  }

  private List<ConsumerRecord<String, byte[]>> records(Topic topic, @Nullable String key) {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<String, byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", kafka, "isolation.level", "read_committed"),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic.topicName()).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer
            .poll(Duration.ofMillis(100))
            .forEach(
                record -> {
                  if (key == null || key.equals(record.key())) {
                    records.add(record);
                  }
                });
      }
    }
    return records;
  }
}
