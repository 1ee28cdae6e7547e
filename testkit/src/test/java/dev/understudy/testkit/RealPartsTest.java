package dev.understudy.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.understudy.contracts.Topic;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starts a broker and a PostgreSQL, because that is what it is about. */
class RealPartsTest {
  @Test
  void theTopicsHaveTheirPartitionsAndTheBrokersTime() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", TestKafka.bootstrapServers()))) {
      List<String> names = List.of(Topic.values()).stream().map(Topic::topicName).toList();

      var described = admin.describeTopics(names).allTopicNames().get();

      for (Topic topic : Topic.values()) {
        assertThat(described.get(topic.topicName()).partitions()).hasSize(topic.partitions());
      }
    }
  }

  @Test
  void aBrokerStartedAgainHasWhatItHad(@TempDir Path directory) throws Exception {
    int port = TestKafka.freePort();
    int controllerPort = TestKafka.freePort();
    TopicPartition routes = new TopicPartition(Topic.ROUTES.topicName(), 0);
    try (LocalBroker broker = LocalBroker.start(directory, port, controllerPort)) {
      TopicSetup.ensure(broker.bootstrapServers());
      try (var producer =
          new KafkaProducer<>(
              Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()),
              new ByteArraySerializer(),
              new ByteArraySerializer())) {
        producer
            .send(new ProducerRecord<>(routes.topic(), 0, 1L, new byte[] {1}, new byte[] {2}))
            .get();
      }
    }

    try (LocalBroker broker = LocalBroker.start(directory, port, controllerPort);
        var consumer =
            new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
      TopicSetup.ensure(broker.bootstrapServers());
      consumer.assign(List.of(routes));
      consumer.seekToBeginning(List.of(routes));
      var records = consumer.poll(Duration.ofSeconds(30)).records(routes);
      assertThat(records).hasSize(1);
      assertThat(records.getFirst().value()).containsExactly(2);
      assertThat(records.getFirst().timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
    }
  }

  @Test
  void eachCallerGetsADatabaseOfItsOwn() throws Exception {
    String one = TestPostgres.newDatabase();
    String other = TestPostgres.newDatabase();

    try (var connection = DriverManager.getConnection(one, LocalDatabase.USER, "");
        var statement = connection.createStatement()) {
      var version = statement.executeQuery("show server_version");
      version.next();
      assertThat(version.getString(1)).startsWith("18.");
    }
    assertThat(one).isNotEqualTo(other);
  }
}
