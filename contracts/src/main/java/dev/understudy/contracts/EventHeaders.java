package dev.understudy.contracts;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.Message;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The CloudEvents 1.0 attributes of a record, in Kafka's binary mode: headers with the prefix
 * {@code ce_}, the event itself as the value. Immutable.
 */
public final class EventHeaders {
  /** The media type of every value on every topic. */
  public static final String CONTENT_TYPE = "application/protobuf";

  private EventHeaders() {}

  /**
   * The headers of one event.
   *
   * @param id unique within the source; consumers ignore what they have seen
   * @param source who wrote it, e.g. {@code understudy/gateway/gw-1}
   */
  public static Map<String, byte[]> of(Message event, String id, String source, Instant time) {
    Map<String, byte[]> headers = new LinkedHashMap<>();
    put(headers, "ce_specversion", "1.0");
    put(headers, "ce_id", id);
    put(headers, "ce_source", source);
    put(headers, "ce_type", event.getDescriptorForType().getFullName());
    put(headers, "ce_time", time.toString());
    put(headers, "content-type", CONTENT_TYPE);
    return headers;
  }

  private static void put(Map<String, byte[]> headers, String name, String value) {
    headers.put(name, value.getBytes(UTF_8));
  }
}
