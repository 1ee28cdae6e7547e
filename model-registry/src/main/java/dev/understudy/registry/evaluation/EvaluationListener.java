package dev.understudy.registry.evaluation;

import dev.understudy.contracts.Signature;
import dev.understudy.contracts.Topic;
import dev.understudy.registry.background.BackgroundLoop;
import dev.understudy.registry.problem.SqlFailure;
import dev.understudy.registry.wire.KafkaConnection;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads *evaluations*, committed records only, one replica per partition. An offset is committed
 * after the record's transaction, so a crash in between delivers it again, and its number says that
 * it was seen. While the database is away the same record is tried again for as long as it takes; a
 * record that fails for a reason of its own is given up after a few tries, counted and logged. One
 * thread of its own.
 */
@ApplicationScoped
class EvaluationListener {
  private static final Logger LOG = Logger.getLogger(EvaluationListener.class);
  private static final String GROUP = "understudy-registry";
  private static final String POISON = "poison";
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int MOST_TRIES = 5;

  private final EvaluationDesk desk;
  private final KafkaConnection kafka;
  private final MeterRegistry meters;
  private volatile @Nullable BackgroundLoop loop;
  // Only the loop's thread touches these.
  private @Nullable Consumer<byte[], byte[]> consumer;
  private @Nullable Position failing;
  private int tries;

  private record Position(TopicPartition partition, long offset) {}

  EvaluationListener(EvaluationDesk desk, KafkaConnection kafka, MeterRegistry meters) {
    this.desk = desk;
    this.kafka = kafka;
    this.meters = meters;
  }

  void start(@Observes StartupEvent event) {
    loop = BackgroundLoop.start("evaluations-reader", this::read, this::closeConsumer);
  }

  void stop(@Observes ShutdownEvent event) {
    BackgroundLoop running = loop;
    if (running != null) {
      running.close();
    }
  }

  private Duration read() {
    Consumer<byte[], byte[]> reader = consumer();
    ConsumerRecords<byte[], byte[]> records = reader.poll(POLL);
    for (TopicPartition partition : records.partitions()) {
      for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
        Position position = new Position(partition, record.offset());
        try {
          take(record, position);
          reader.commitSync(Map.of(partition, new OffsetAndMetadata(record.offset() + 1)));
        } catch (RuntimeException | Error e) {
          // Nothing after it is read before it is done: the next poll begins with it again.
          rewind(reader, records, position);
          throw e;
        }
      }
    }
    return Duration.ZERO;
  }

  private void take(ConsumerRecord<byte[], byte[]> record, Position position) {
    try {
      count(record.value() == null ? EvaluationDesk.MALFORMED : result(record));
      failing = null;
    } catch (RuntimeException e) {
      if (SqlFailure.databaseIsAway(e)) {
        throw e;
      }
      tries = position.equals(failing) ? tries + 1 : 1;
      failing = position;
      if (tries < MOST_TRIES) {
        throw e;
      }
      LOG.errorf(e, "the record of %s at %d is given up", position.partition(), position.offset());
      failing = null;
      count(POISON);
    }
  }

  private String result(ConsumerRecord<byte[], byte[]> record) {
    Header signature = record.headers().lastHeader(Signature.HEADER);
    String result = desk.take(record.value(), signature == null ? null : signature.value());
    if (result.equals(EvaluationDesk.MALFORMED)) {
      LOG.warnf("the record at %d of *evaluations* is skipped: malformed", record.offset());
    }
    return result;
  }

  private void count(String result) {
    meters.counter("registry.evaluations", "result", result).increment();
  }

  private static void rewind(
      Consumer<byte[], byte[]> reader, ConsumerRecords<byte[], byte[]> records, Position failed) {
    boolean reached = false;
    for (TopicPartition partition : records.partitions()) {
      boolean here = partition.equals(failed.partition());
      reached |= here;
      // A partition that was taken away begins elsewhere, at the offset that was committed.
      if (reached && reader.assignment().contains(partition)) {
        reader.seek(
            partition, here ? failed.offset() : records.records(partition).getFirst().offset());
      }
    }
  }

  private Consumer<byte[], byte[]> consumer() {
    Consumer<byte[], byte[]> one = consumer;
    if (one == null) {
      one = kafka.consumer(Map.of("group.id", GROUP));
      one.subscribe(List.of(Topic.EVALUATIONS.topicName()));
      consumer = one;
    }
    return one;
  }

  private void closeConsumer() {
    Consumer<byte[], byte[]> one = consumer;
    consumer = null;
    if (one != null) {
      one.close(CloseOptions.timeout(Duration.ofSeconds(2)));
    }
  }
}
