package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Strict JSON, pulled value by value out of bytes that are already there, without making an object
 * of what it reads. It refuses what is no JSON or no UTF-8, a name that comes twice in an object,
 * and what is nested too deep; beyond JSON it knows the numbers NaN, Infinity and -Infinity, which
 * clients of this protocol send. Not thread-safe.
 *
 * <p>Whoever reads asks {@link #next} what is there and takes exactly that: {@link #readText},
 * {@link #readNumber}, {@link #readLiteral}, {@link #beginArray} or {@link #beginObject}, or skips
 * it.
 */
final class JsonBytes {
  /** Of a name or a number, in bytes; both are remembered or parsed whole. */
  static final int LONGEST = 4_000;

  /** Names of one object that are compared one by one; more go into a set. */
  private static final int FEW = 16;

  private static final int UNKNOWN = -1;

  private final byte[] bytes;
  private final int end;
  private final int deepest;
  private final JsonNumber number;
  private int at;
  private int depth;

  /** Whether the object or array that was just begun has had no member or element yet. */
  private boolean fresh;

  private int textStart;
  private int textEnd;
  private boolean textEscaped;

  private int nameStart;
  private int nameEnd;
  private boolean nameEscaped;

  /** Where the names of the open objects are: start and end of each, the outermost's first. */
  private int[] names = new int[FEW];

  private int namesUsed;
  private final int[] firstName;

  /** By depth; most requests have none. */
  private Map<Integer, Set<String>> manyNames = Map.of();

  /** What can come next. */
  enum Kind {
    OBJECT("an object"),
    ARRAY("an array"),
    TEXT("a text"),
    NUMBER("a number"),
    TRUE("true or false"),
    FALSE("true or false"),
    NULL("null");

    private final String described;

    Kind(String described) {
      this.described = described;
    }

    /** For messages. */
    String described() {
      return described;
    }
  }

  /**
   * A reader of a part of the bytes.
   *
   * @param deepest nesting of objects and arrays that is read
   */
  JsonBytes(byte[] bytes, int from, int end, int deepest) {
    this.bytes = bytes;
    this.at = from;
    this.end = end;
    this.deepest = deepest;
    this.firstName = new int[deepest + 1];
    this.number = new JsonNumber(bytes);
  }

  /** Whether nothing but space is left. */
  boolean atEnd() {
    skipSpace();
    return at == end;
  }

  /** How many bytes are not read yet. */
  int remaining() {
    return end - at;
  }

  /** Where it is reading, to {@link #goTo} it. */
  int position() {
    return at;
  }

  /** To a value that was skipped before, and back; at the same depth or less. */
  void goTo(int position) {
    at = position;
  }

  /** The kind of the next value. */
  Kind next() {
    skipSpace();
    if (at == end) {
      throw broken();
    }
    return switch (bytes[at]) {
      case '{' -> Kind.OBJECT;
      case '[' -> Kind.ARRAY;
      case '"' -> Kind.TEXT;
      case 't' -> Kind.TRUE;
      case 'f' -> Kind.FALSE;
      case 'n' -> Kind.NULL;
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'N', 'I' -> Kind.NUMBER;
      default -> throw broken();
    };
  }

  private void skipSpace() {
    while (at < end) {
      byte here = bytes[at];
      if (here != ' ' && here != '\n' && here != '\r' && here != '\t') {
        return;
      }
      at++;
    }
  }

  void beginArray() {
    begin();
  }

  /** Goes on to the next element of the open array; false: it is closed. */
  boolean nextElement() {
    return nextOf((byte) ']');
  }

  void beginObject() {
    begin();
    firstName[depth] = namesUsed;
    if (!manyNames.isEmpty()) {
      manyNames.remove(depth);
    }
  }

  /** Goes on to the value of the next member of the open object; false: it is closed. */
  boolean nextMember() {
    if (!nextOf((byte) '}')) {
      namesUsed = firstName[depth + 1];
      return false;
    }
    if (at == end || bytes[at] != '"') {
      throw broken();
    }
    readText();
    nameStart = textStart;
    nameEnd = textEnd;
    nameEscaped = textEscaped;
    if (nameEnd - nameStart > LONGEST) {
      throw invalid("the body holds a name of more than %d bytes", LONGEST);
    }
    remember();
    skipSpace();
    if (at == end || bytes[at] != ':') {
      throw broken();
    }
    at++;
    return true;
  }

  private void begin() {
    at++;
    if (++depth > deepest) {
      throw invalid("the body is nested deeper than %d levels", deepest);
    }
    fresh = true;
  }

  private boolean nextOf(byte closing) {
    skipSpace();
    if (at == end) {
      throw broken();
    }
    if (bytes[at] == closing) {
      at++;
      depth--;
      fresh = false;
      return false;
    }
    if (!fresh) {
      if (bytes[at] != ',') {
        throw broken();
      }
      at++;
      skipSpace();
    }
    fresh = false;
    return true;
  }

  // An object of a client has few names, which are compared where they are.
  private void remember() {
    Set<String> many = manyNames.isEmpty() ? null : manyNames.get(depth);
    int first = firstName[depth];
    if (many == null && !nameEscaped && namesUsed - first < 2 * FEW) {
      for (int i = first; i < namesUsed; i += 2) {
        if (Arrays.equals(bytes, names[i], names[i + 1], bytes, nameStart, nameEnd)) {
          throw twice();
        }
      }
      if (namesUsed == names.length) {
        names = Arrays.copyOf(names, 2 * names.length);
      }
      names[namesUsed++] = nameStart;
      names[namesUsed++] = nameEnd;
      return;
    }
    if (many == null) {
      many = new HashSet<>();
      for (int i = first; i < namesUsed; i += 2) {
        many.add(new String(bytes, names[i], names[i + 1] - names[i], UTF_8));
      }
      if (manyNames.isEmpty()) {
        manyNames = new HashMap<>();
      }
      manyNames.put(depth, many);
    }
    if (!many.add(name())) {
      throw twice();
    }
  }

  private RequestRefused twice() {
    return invalid(
        "the body is not valid JSON%s: a name is there twice in an object", where(nameStart));
  }

  /** Whether the member whose value comes next is called so. */
  boolean nameIs(byte[] name) {
    return !nameEscaped && Arrays.equals(bytes, nameStart, nameEnd, name, 0, name.length);
  }

  /** The name of the member whose value comes next. */
  String name() {
    return nameEscaped
        ? new String(unescaped(nameStart, nameEnd), UTF_8)
        : new String(bytes, nameStart, nameEnd - nameStart, UTF_8);
  }

  /** Takes a text, to be had by the methods below until the next one is read. */
  void readText() {
    int i = at + 1;
    boolean escaped = false;
    while (true) {
      if (i >= end) {
        throw broken();
      }
      byte here = bytes[i];
      if (here == '"') {
        break;
      } else if (here == '\\') {
        escaped = true;
        i += escape(i);
      } else if (here >= ' ') {
        i++;
      } else if (here < 0) {
        i += utf8(i);
      } else {
        at = i;
        throw broken();
      }
    }
    textStart = at + 1;
    textEnd = i;
    textEscaped = escaped;
    at = i + 1;
  }

  private int escape(int i) {
    if (i + 1 >= end) {
      throw broken();
    }
    switch (bytes[i + 1]) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> {
        return 2;
      }
      case 'u' -> {
        char unit = unit(i);
        if (!Character.isSurrogate(unit)) {
          return 6;
        }
        if (Character.isHighSurrogate(unit)
            && i + 7 < end
            && bytes[i + 6] == '\\'
            && bytes[i + 7] == 'u'
            && Character.isLowSurrogate(unit(i + 6))) {
          return 12;
        }
      }
      default -> {}
    }
    at = i;
    throw broken();
  }

  /** The UTF-16 unit of an escape. */
  private char unit(int escape) {
    int unit = 0;
    for (int i = escape + 2; i < escape + 6; i++) {
      int digit = i < end ? Character.digit(bytes[i], 16) : UNKNOWN;
      if (digit < 0) {
        at = escape;
        throw broken();
      }
      unit = unit << 4 | digit;
    }
    return (char) unit;
  }

  /** The length of the character beyond ASCII that begins there. */
  private int utf8(int i) {
    int first = bytes[i] & 0xFF;
    int length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    boolean valid = first >= 0xC2 && first <= 0xF4 && i + length <= end;
    for (int j = i + 1; valid && j < i + length; j++) {
      valid = (bytes[j] & 0xC0) == 0x80;
    }
    if (valid && length > 2) {
      // Neither longer than need be, nor a surrogate, nor beyond the last character.
      int second = bytes[i + 1] & 0xFF;
      valid =
          switch (first) {
            case 0xE0 -> second >= 0xA0;
            case 0xED -> second <= 0x9F;
            case 0xF0 -> second >= 0x90;
            case 0xF4 -> second <= 0x8F;
            default -> true;
          };
    }
    if (!valid) {
      at = i;
      throw invalid("the body is not valid JSON%s: it is no UTF-8", where(i));
    }
    return length;
  }

  /** The text that was read last. */
  String text() {
    return textEscaped
        ? new String(unescaped(textStart, textEnd), UTF_8)
        : new String(bytes, textStart, textEnd - textStart, UTF_8);
  }

  /** The text that was read last, in UTF-8. */
  byte[] textBytes() {
    return textEscaped
        ? unescaped(textStart, textEnd)
        : Arrays.copyOfRange(bytes, textStart, textEnd);
  }

  /** Whether the text that was read last is this one, which needs no escape. */
  boolean textIs(byte[] text) {
    return !textEscaped && Arrays.equals(bytes, textStart, textEnd, text, 0, text.length);
  }

  /** An upper bound of the length of the text that was read last. */
  int textLength() {
    return textEnd - textStart;
  }

  private byte[] unescaped(int from, int to) {
    byte[] plain = new byte[to - from];
    int size = 0;
    for (int i = from; i < to; ) {
      if (bytes[i] != '\\') {
        plain[size++] = bytes[i++];
        continue;
      }
      byte escape = bytes[i + 1];
      if (escape == 'u') {
        boolean pair = Character.isSurrogate(unit(i));
        String character =
            pair ? new String(new char[] {unit(i), unit(i + 6)}) : String.valueOf(unit(i));
        for (byte one : character.getBytes(UTF_8)) {
          plain[size++] = one;
        }
        i += pair ? 12 : 6;
      } else {
        plain[size++] =
            switch (escape) {
              case 'b' -> '\b';
              case 'f' -> '\f';
              case 'n' -> '\n';
              case 'r' -> '\r';
              case 't' -> '\t';
              default -> escape;
            };
        i += 2;
      }
    }
    return Arrays.copyOf(plain, size);
  }

  /** Takes a number; the same object every time. */
  JsonNumber readNumber() {
    int after = number.read(at, end);
    if (after < 0) {
      throw broken();
    }
    if (after - at > LONGEST) {
      throw invalid("the body holds a number of more than %d digits", LONGEST);
    }
    at = after;
    return number;
  }

  /** Takes true, false or null, as {@link #next} has said. */
  void readLiteral(Kind kind) {
    switch (kind) {
      case TRUE -> expect("true");
      case FALSE -> expect("false");
      default -> expect("null");
    }
  }

  private void expect(String literal) {
    for (int i = 0; i < literal.length(); i++) {
      if (at == end || bytes[at] != literal.charAt(i)) {
        throw broken();
      }
      at++;
    }
  }

  /** Takes the next value, whatever it is, and holds it to the rules all the same. */
  void skipValue() {
    Kind kind = next();
    switch (kind) {
      case OBJECT -> {
        beginObject();
        while (nextMember()) {
          skipValue();
        }
      }
      case ARRAY -> {
        beginArray();
        while (nextElement()) {
          skipValue();
        }
      }
      case TEXT -> readText();
      case NUMBER -> readNumber();
      default -> readLiteral(kind);
    }
  }

  /** The refusal of what is at this place. */
  RequestRefused broken() {
    return invalid("the body is not valid JSON%s", where(at));
  }

  private String where(int position) {
    int line = 1;
    int start = 0;
    for (int i = 0; i < position; i++) {
      if (bytes[i] == '\n') {
        line++;
        start = i + 1;
      }
    }
    return " at line %d, column %d".formatted(line, position - start + 1);
  }
}
