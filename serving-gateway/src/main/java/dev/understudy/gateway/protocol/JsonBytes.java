package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;

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

  private final byte[] bytes;
  private final int end;
  private final int deepest;
  private final JsonNumber number;
  private final PlainFloats plain;
  private final JsonText text;
  private final JsonText name;
  private final JsonNames names;
  private int at;
  private int depth;

  /** Whether the object or array that was just begun has had no member or element yet. */
  private boolean fresh;

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
    this.number = new JsonNumber(bytes);
    this.plain = new PlainFloats(bytes, end);
    this.text = new JsonText(bytes);
    this.name = new JsonText(bytes);
    this.names = new JsonNames(bytes, deepest);
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
    names.begin(depth);
  }

  /** Goes on to the value of the next member of the open object; false: it is closed. */
  boolean nextMember() {
    if (!nextOf((byte) '}')) {
      names.end(depth + 1);
      return false;
    }
    if (at == end || bytes[at] != '"') {
      throw broken();
    }
    read(name);
    if (name.length() > LONGEST) {
      throw invalid("the body holds a name of more than %d bytes", LONGEST);
    }
    if (!names.add(depth, name)) {
      throw invalid(
          "the body is not valid JSON%s: a name is there twice in an object", where(name.start()));
    }
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

  /** Whether the member whose value comes next is called so. */
  boolean nameIs(byte[] name) {
    return this.name.is(name);
  }

  /** The name of the member whose value comes next. */
  String name() {
    return name.text();
  }

  /** Takes a text; the same object every time. */
  JsonText readText() {
    read(text);
    return text;
  }

  private void read(JsonText into) {
    int after = into.read(at, end);
    if (after < 0) {
      at = ~after;
      throw broken();
    }
    at = after;
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

  /**
   * Takes elements of the open array, from the one that comes next, as long as they are {@link
   * PlainFloats plain}; at least the last one of the array is left.
   *
   * @return the place behind the last one that was taken
   */
  int readPlain(float[] into, int from, int to) {
    int after = plain.read(at, into, from, to);
    at = plain.position();
    return after;
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
