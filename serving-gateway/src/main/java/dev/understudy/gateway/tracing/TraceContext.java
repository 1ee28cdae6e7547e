package dev.understudy.gateway.tracing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.HashMap;
import java.util.Map;

/**
 * Where in a trace something happened, as W3C Trace Context writes it. Immutable.
 *
 * @param parent the value of {@code traceparent}; empty: nowhere
 * @param state the value of {@code tracestate}; mostly empty
 */
public record TraceContext(String parent, String state) {
  public static final TraceContext NONE = new TraceContext("", "");
  public static final String PARENT = "traceparent";
  public static final String STATE = "tracestate";

  private static final byte[] NOTHING = {};
  private static final int PARENT_LENGTH = 55;

  /** What W3C wants to be passed on at least; more of a stranger's text is not kept. */
  private static final int LONGEST_STATE = 512;

  public TraceContext {
    if (!parent.isEmpty() && parent.length() != PARENT_LENGTH) {
      throw new IllegalArgumentException(
          "a traceparent has %d characters, not %d".formatted(PARENT_LENGTH, parent.length()));
    }
    if (parent.isEmpty() || state.length() > LONGEST_STATE) {
      state = "";
    }
  }

  /** The headers by their names. */
  public Map<String, String> headers() {
    Map<String, String> headers = new HashMap<>();
    if (!parent.isEmpty()) {
      headers.put(PARENT, parent);
    }
    if (!state.isEmpty()) {
      headers.put(STATE, state);
    }
    return headers;
  }

  /** One behind the other; nothing for none. */
  public byte[] toBytes() {
    return parent.isEmpty() ? NOTHING : (parent + state).getBytes(US_ASCII);
  }

  /** What {@link #toBytes} has made. */
  public static TraceContext of(byte[] bytes) {
    if (bytes.length == 0) {
      return NONE;
    }
    String both = new String(bytes, US_ASCII);
    if (both.length() < PARENT_LENGTH) {
      throw new IllegalArgumentException("%d bytes are no traceparent".formatted(bytes.length));
    }
    return new TraceContext(both.substring(0, PARENT_LENGTH), both.substring(PARENT_LENGTH));
  }
}
