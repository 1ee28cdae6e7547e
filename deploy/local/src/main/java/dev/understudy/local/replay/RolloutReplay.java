package dev.understudy.local.replay;

import dev.understudy.collector.matching.Keep;
import dev.understudy.collector.matching.Replay;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.local.demo.TopicFollower;
import dev.understudy.local.stack.StackException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.utils.Utils;

/**
 * Recomputes a rollout from the log, once with the log's own partitions and once with each of some
 * other numbers of them, and compares every evaluation with the recorded one. Reads committed
 * records only, and writes nothing.
 *
 * <p>With other partitions a record goes where Kafka would have put its key, at its effective time;
 * a record without a key is a tick and goes to all.
 */
public final class RolloutReplay {
  private final String servers;
  private final String rolloutId;
  private final String evaluationsTopic;
  private final Keep keep;

  /** Of the rollout with this id, as recorded on that topic. */
  public RolloutReplay(String servers, String rolloutId, String evaluationsTopic, Keep keep) {
    this.servers = servers;
    this.rolloutId = rolloutId;
    this.evaluationsTopic = evaluationsTopic;
    this.keep = keep;
  }

  /**
   * Recomputes and compares.
   *
   * @param partitions to divide the log into, beside its own
   * @throws StackException when nothing is known of the rollout
   */
  public ReplayReport run(List<Integer> partitions) {
    // What was evaluated before is all the more evaluated by what the inputs hold afterwards.
    Recorded recorded = new Recorded(rolloutId);
    TopicFollower.readAll(servers, evaluationsTopic, record -> recorded.add(record.value()));
    List<ConsumerRecord<byte[], byte[]>> definitions = new ArrayList<>();
    TopicFollower.readAll(servers, Topic.TESTS.topicName(), definitions::add);
    List<ReplayReport.Pass> passes = new ArrayList<>();
    passes.add(pass(recorded, definitions, 0));
    for (int divided : partitions) {
      passes.add(pass(recorded, definitions, divided));
    }
    List<ReplayReport.Test> tests =
        recorded.testIds().stream()
            .map(
                id -> {
                  RolloutEvaluated last = recorded.last(id);
                  return new ReplayReport.Test(
                      id, recorded.size(id), last == null ? "none" : last.getVerdict().name());
                })
            .toList();
    return new ReplayReport(rolloutId, tests, passes);
  }

  /** One recomputation; {@code divided} 0: with the log's own partitions. */
  private ReplayReport.Pass pass(
      Recorded recorded, List<ConsumerRecord<byte[], byte[]>> definitions, int divided) {
    boolean asLogged = divided == 0;
    Comparison comparison = new Comparison(recorded, asLogged);
    Feed feed = new Feed(divided, definitions, comparison::recomputed);
    InputLog.read(servers, feed::take);
    comparison.done();
    return new ReplayReport.Pass(
        feed.partitions,
        asLogged,
        feed.records,
        comparison.compared(),
        comparison.identical(),
        comparison.found(),
        comparison.differences());
  }

  /** Brings the records of the log to where they are judged. */
  private final class Feed {
    private final int divided;
    private final List<ConsumerRecord<byte[], byte[]>> definitions;
    private final Consumer<RolloutEvaluated> evaluations;
    private int partitions;
    private long records;
    private Replay replay;

    Feed(
        int divided,
        List<ConsumerRecord<byte[], byte[]>> definitions,
        Consumer<RolloutEvaluated> evaluations) {
      this.divided = divided;
      this.definitions = definitions;
      this.evaluations = evaluations;
      this.partitions = divided;
      this.replay = start(Math.max(1, divided));
    }

    private Replay start(int into) {
      Replay fresh = new Replay(rolloutId, into, keep, evaluations);
      boolean known = false;
      for (ConsumerRecord<byte[], byte[]> test : definitions) {
        if (test.key() != null && test.value() != null) {
          String key = new String(test.key(), StandardCharsets.UTF_8);
          known |= fresh.define(key, test.value(), test.timestamp());
        }
      }
      if (!known) {
        throw new StackException(
            "No test of a rollout '%s' stands on %s. './understudy tail tests --from-start --no-follow'"
                    .formatted(rolloutId, Topic.TESTS.topicName())
                + " shows every definition with its rollout_id.");
      }
      return fresh;
    }

    boolean take(InputLog.Entry entry) {
      records++;
      if (divided == 0) {
        if (partitions == 0) {
          partitions = entry.partitions();
          replay = start(partitions);
        }
        give(entry.partition(), entry, entry.appendedMs());
      } else if (entry.key() == null) {
        for (int to = 0; to < divided; to++) {
          give(to, entry, entry.effectiveMs());
        }
      } else {
        int to = Utils.toPositive(Utils.murmur2(entry.key())) % divided;
        give(to, entry, entry.effectiveMs());
      }
      return !replay.finished();
    }

    private void give(int partition, InputLog.Entry entry, long timeMs) {
      if (entry.ofPredictions()) {
        replay.prediction(partition, entry.key(), entry.value(), timeMs);
      } else {
        replay.outcome(partition, entry.key(), entry.value(), timeMs);
      }
    }
  }
}
