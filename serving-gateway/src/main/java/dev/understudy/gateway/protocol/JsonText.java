package dev.understudy.gateway.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/**
 * One text of a JSON text, known to be well-formed UTF-8 with well-formed escapes and left where it
 * is until somebody wants it. Not thread-safe.
 */
final class JsonText {
  private static final int SHORT_ESCAPE = 2;
  private static final int UNIT_ESCAPE = 6;
  private static final int FAULT = 0;

  private final byte[] bytes;
  private int limit;
  private int start;
  private int end;
  private boolean escaped;

  JsonText(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Takes the text whose opening quote is there; the place behind it, or ~ that of the fault. */
  int read(int quote, int limit) {
    this.limit = limit;
    boolean anyEscape = false;
    int at = quote + 1;
    while (at < limit) {
      byte here = bytes[at];
      if (here == '"') {
        start = quote + 1;
        end = at;
        escaped = anyEscape;
        return at + 1;
      }
      int length = 1;
      if (here == '\\') {
        anyEscape = true;
        length = escapeLength(at);
      } else if (here < 0) {
        length = characterLength(at);
      } else if (here < ' ') {
        length = FAULT;
      }
      if (length == FAULT) {
        return ~at;
      }
      at += length;
    }
    return ~Math.min(at, limit);
  }

  private int escapeLength(int at) {
    if (at + 1 >= limit) {
      return FAULT;
    }
    return switch (bytes[at + 1]) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> SHORT_ESCAPE;
      case 'u' -> unitLength(at);
      default -> FAULT;
    };
  }

  // A character beyond the first 65,536 takes two escapes, and half of it is none.
  private int unitLength(int at) {
    int unit = unit(at);
    if (unit < 0 || !Character.isSurrogate((char) unit)) {
      return unit < 0 ? FAULT : UNIT_ESCAPE;
    }
    int next = at + UNIT_ESCAPE;
    boolean pair =
        Character.isHighSurrogate((char) unit)
            && next + 1 < limit
            && bytes[next] == '\\'
            && bytes[next + 1] == 'u'
            && Character.isLowSurrogate((char) Math.max(0, unit(next)));
    return pair ? 2 * UNIT_ESCAPE : FAULT;
  }

  /** The UTF-16 unit of an escape; negative if there are no four digits. */
  private int unit(int escape) {
    int unit = 0;
    for (int i = escape + SHORT_ESCAPE; i < escape + UNIT_ESCAPE; i++) {
      int digit = i < limit ? Character.digit(bytes[i], 16) : -1;
      if (digit < 0) {
        return -1;
      }
      unit = unit << 4 | digit;
    }
    return unit;
  }

  /** The bytes of a character beyond ASCII. */
  private int characterLength(int at) {
    int first = bytes[at] & 0xFF;
    int length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || at + length > limit) {
      return FAULT;
    }
    for (int i = at + 1; i < at + length; i++) {
      if ((bytes[i] & 0xC0) != 0x80) {
        return FAULT;
      }
    }
    // Neither longer than need be, nor a surrogate, nor beyond the last character.
    int second = bytes[at + 1] & 0xFF;
    boolean valid =
        switch (first) {
          case 0xE0 -> second >= 0xA0;
          case 0xED -> second <= 0x9F;
          case 0xF0 -> second >= 0x90;
          case 0xF4 -> second <= 0x8F;
          default -> true;
        };
    return valid ? length : FAULT;
  }

  /** Where it begins, behind its quote. */
  int start() {
    return start;
  }

  /** The bytes it takes, escapes as they are. */
  int length() {
    return end - start;
  }

  /** Whether some character is written as an escape. */
  boolean isEscaped() {
    return escaped;
  }

  /** Whether it is this one, which needs no escape. */
  boolean is(byte[] other) {
    return !escaped && Arrays.equals(bytes, start, end, other, 0, other.length);
  }

  /** The text. */
  String text() {
    return escaped ? new String(unescaped(), UTF_8) : new String(bytes, start, length(), UTF_8);
  }

  /** The text in UTF-8. */
  byte[] utf8() {
    return escaped ? unescaped() : Arrays.copyOfRange(bytes, start, end);
  }

  private byte[] unescaped() {
    byte[] plain = new byte[length()];
    int size = 0;
    int at = start;
    while (at < end) {
      if (bytes[at] != '\\') {
        plain[size++] = bytes[at++];
      } else if (bytes[at + 1] != 'u') {
        plain[size++] = unescaped(bytes[at + 1]);
        at += SHORT_ESCAPE;
      } else {
        int length = unitLength(at);
        String character =
            length == UNIT_ESCAPE
                ? String.valueOf((char) unit(at))
                : new String(new char[] {(char) unit(at), (char) unit(at + UNIT_ESCAPE)});
        for (byte one : character.getBytes(UTF_8)) {
          plain[size++] = one;
        }
        at += length;
      }
    }
    return Arrays.copyOf(plain, size);
  }

  private static byte unescaped(byte letter) {
    return switch (letter) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      default -> letter;
    };
  }
}
