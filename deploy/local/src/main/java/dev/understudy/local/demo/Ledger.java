package dev.understudy.local.demo;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.PredictionEvent;
import java.util.HashSet;
import java.util.Set;

/**
 * The books, read independently of every service: which predictions the log holds, by its committed
 * records alone.
 *
 * @param ids of all predictions logged
 * @param duplicates records whose id was there already
 */
public record Ledger(Set<String> ids, long duplicates) {

  /** Reads *predictions* from its first record to its end. */
  public static Ledger read(String bootstrapServers) {
    Set<String> ids = new HashSet<>();
    long[] duplicates = {0};
    TopicFollower.readAll(
        bootstrapServers,
        Topic.PREDICTIONS.topicName(),
        record -> {
          try {
            PredictionEvent event = PredictionEvent.parseFrom(record.value());
            if (event.hasLogged() && !ids.add(event.getLogged().getPredictionId())) {
              duplicates[0]++;
            }
          } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("an unreadable record on *predictions*", e);
          }
        });
    return new Ledger(Set.copyOf(ids), duplicates[0]);
  }

  /** How many of the callers' ids are not in the log. */
  public long missing(Set<String> callers) {
    return callers.stream().filter(id -> !ids.contains(id)).count();
  }

  /** How many ids of the log no caller got. */
  public long unasked(Set<String> callers) {
    return ids.stream().filter(id -> !callers.contains(id)).count();
  }
}
