package dev.understudy.gateway.journal;

import dev.understudy.contracts.Topic;
import java.util.Locale;

/**
 * One record of the log, as the bytes that the broker will have. The arrays are taken into
 * possession and nobody writes to them.
 */
final class LogRecord {
  /** What a record tells, counted apart. */
  enum Kind {
    PREDICTION(1, Topic.PREDICTIONS),
    SHADOW(2, Topic.PREDICTIONS),
    ATTRIBUTES(3, Topic.ATTRIBUTES);

    final String label = name().toLowerCase(Locale.ROOT);
    final byte code;
    final Topic topic;
    final String topicName;

    Kind(int code, Topic topic) {
      this.code = (byte) code;
      this.topic = topic;
      this.topicName = topic.topicName();
    }

    /** The kind that the spool writes as this code. */
    static Kind of(byte code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalArgumentException("no kind of record has the code " + code);
    }
  }

  private static final byte[] UNTRACED = {};

  private final Kind kind;
  private final long timeMs;
  private final byte[] key;
  private final byte[] eventId;
  private final byte[] value;
  private final byte[] trace;

  /**
   * A record.
   *
   * @param timeMs when it was made, Unix time
   * @param key the prediction id
   * @param eventId unique within this gateway; consumers ignore what they have seen
   * @param trace where in a trace it was made, as {@code TraceContext} writes it; empty: in none
   */
  LogRecord(Kind kind, long timeMs, byte[] key, byte[] eventId, byte[] value, byte[] trace) {
    this.kind = kind;
    this.timeMs = timeMs;
    this.key = key;
    this.eventId = eventId;
    this.value = value;
    this.trace = trace;
  }

  /** A record of a request that nobody traces. */
  LogRecord(Kind kind, long timeMs, byte[] key, byte[] eventId, byte[] value) {
    this(kind, timeMs, key, eventId, value, UNTRACED);
  }

  Kind kind() {
    return kind;
  }

  long timeMs() {
    return timeMs;
  }

  byte[] key() {
    return key;
  }

  byte[] eventId() {
    return eventId;
  }

  byte[] value() {
    return value;
  }

  byte[] trace() {
    return trace;
  }

  /** Bytes of what varies. */
  int size() {
    return key.length + eventId.length + value.length + trace.length;
  }
}
