package dev.understudy.bench.load;

import java.util.Map;

/**
 * Where every request of a load goes. The same request is sent again and again.
 *
 * @param port on 127.0.0.1
 * @param headers what says what the body is
 * @param body not to be written to
 * @param wire how it travels
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and sent a million times
public record Target(int port, String path, Map<String, String> headers, byte[] body, Wire wire) {
  public Target {
    headers = Map.copyOf(headers);
  }

  /** How requests travel, and what a good answer is. */
  public enum Wire {
    /** HTTP/1.1; good is 200. */
    HTTP,
    /** HTTP/2 without TLS; good is 200. */
    HTTP2,
    /** gRPC on it; good is the status OK behind the answer. */
    GRPC
  }

  /** The same bytes on the same kind of connection, sent to the echo. */
  public Target echo() {
    return new Target(port, "/bench/echo", headers, body, wire == Wire.GRPC ? Wire.HTTP2 : wire);
  }

  /** The address, for generators that take one. */
  public String url() {
    return "http://127.0.0.1:%d%s".formatted(port, path);
  }
}
