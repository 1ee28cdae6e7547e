package dev.understudy.bench.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;

/**
 * One answer over HTTP/1.1 as far as it has come: its status, and how much of its body is missing.
 * The body itself is of no interest. Can be used for one answer after another; for one thread.
 */
final class HttpAnswer {
  private static final int LONGEST_HEAD = 16 << 10;
  private static final int UNKNOWN = -1;
  private static final byte[] LENGTH = "\r\ncontent-length:".getBytes(ISO_8859_1);
  private static final int STATUS_AT = "HTTP/1.1 ".length();

  private final byte[] head = new byte[LONGEST_HEAD];
  private int headSize;
  private long bodyLeft = UNKNOWN;

  /**
   * Takes what has come, and says whether the answer is whole now.
   *
   * @throws IOException if this is no answer, or one whose length is not told
   */
  boolean take(ByteBuffer bytes) throws IOException {
    while (bodyLeft == UNKNOWN && bytes.hasRemaining()) {
      if (headSize == LONGEST_HEAD) {
        throw new IOException("the answer's head is longer than " + LONGEST_HEAD + " bytes");
      }
      head[headSize++] = bytes.get();
      if (isHeadWhole()) {
        bodyLeft = length();
      }
    }
    if (bodyLeft == UNKNOWN) {
      return false;
    }
    int more = (int) Math.min(bodyLeft, bytes.remaining());
    bytes.position(bytes.position() + more);
    bodyLeft -= more;
    return bodyLeft == 0;
  }

  private boolean isHeadWhole() {
    return headSize > 3
        && head[headSize - 1] == '\n'
        && head[headSize - 2] == '\r'
        && head[headSize - 3] == '\n'
        && head[headSize - 4] == '\r';
  }

  private long length() throws IOException {
    for (int at = 0; at + LENGTH.length < headSize; at++) {
      if (isLengthAt(at)) {
        int from = at + LENGTH.length;
        int to = from;
        while (head[to] != '\r') {
          to++;
        }
        try {
          return Long.parseLong(new String(head, from, to - from, ISO_8859_1).strip());
        } catch (NumberFormatException e) {
          throw new IOException("no length of a body", e);
        }
      }
    }
    throw new IOException("the answer does not tell its length");
  }

  private boolean isLengthAt(int at) {
    for (int i = 0; i < LENGTH.length; i++) {
      byte here = head[at + i];
      if ((here >= 'A' && here <= 'Z' ? here + ('a' - 'A') : here) != LENGTH[i]) {
        return false;
      }
    }
    return true;
  }

  /** Of an answer whose head has come. */
  int status() throws IOException {
    int status = 0;
    for (int at = STATUS_AT; at < STATUS_AT + 3; at++) {
      int digit = head[at] - '0';
      if (digit < 0 || digit > 9) {
        throw new IOException("the answer has no status");
      }
      status = 10 * status + digit;
    }
    return status;
  }

  /** Whether the client is told when to come again. */
  boolean hasRetryAfter() {
    return new String(head, 0, headSize, ISO_8859_1)
        .toLowerCase(Locale.ROOT)
        .contains("\r\nretry-after:");
  }

  /** Forgets the answer; the next one can come. */
  void clear() {
    headSize = 0;
    bodyLeft = UNKNOWN;
  }
}
