package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;

import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.Tensor;
import java.util.Arrays;
import java.util.Base64;

/**
 * Reads the data of one tensor, flat or nested as its shape, straight into the tensor's own array,
 * and holds every element against the column of the contract. Nothing is coerced: what does not fit
 * is refused by tensor and index.
 */
final class TensorReader {
  private static final byte[] NAN = {'N', 'a', 'N'};
  private static final byte[] INFINITY = {'I', 'n', 'f', 'i', 'n', 'i', 't', 'y'};
  private static final byte[] MINUS_INFINITY = {'-', 'I', 'n', 'f', 'i', 'n', 'i', 't', 'y'};
  private static final byte[] NONE = {};

  private final JsonBytes json;
  private final Column column;
  private final ElementCheck check;
  private final long[] shape;
  private final long expected;

  // One of these, as the datatype says.
  private float[] floats = {};
  private double[] doubles = {};
  private long[] integers = {};
  private byte[][] texts = {};
  private int size;

  private TensorReader(JsonBytes json, Column column, long[] shape) {
    this.json = json;
    this.column = column;
    this.check = new ElementCheck(column);
    this.shape = shape;
    this.expected = Tensor.elements(shape);
    // An element takes two bytes at least, so an announced size reserves no more than the body has.
    int capacity = (int) Math.min(expected, json.remaining() / 2 + 1);
    switch (column.datatype()) {
      case FP32 -> floats = new float[capacity];
      case FP64 -> doubles = new double[capacity];
      case BYTES -> texts = new byte[capacity][];
      default -> integers = new long[capacity];
    }
  }

  /**
   * The tensor whose data come next. Texts are as they were written, and not yet {@link #checked}:
   * how to take them may be said behind them.
   */
  static Tensor read(JsonBytes json, Column column, long[] shape) {
    if (column.datatype().isHalf()) {
      throw invalid(
          "input %s: %s has no form in JSON; send it as a binary tensor",
          column.name(), column.datatype());
    }
    TensorReader reader = new TensorReader(json, column, shape);
    reader.readData();
    return reader.tensor();
  }

  /**
   * The tensor with its texts as they are meant, each held against the column.
   *
   * @param base64 the texts are bytes in base64
   */
  static Tensor checked(Tensor read, Column column, boolean base64) {
    if (column.datatype() != Datatype.BYTES) {
      return read;
    }
    ElementCheck check = new ElementCheck(column);
    Tensor meant = base64 ? decoded(read, check) : read;
    for (int i = 0; i < meant.size(); i++) {
      check.bytes(i, meant.bytes(i));
    }
    return meant;
  }

  private static Tensor decoded(Tensor read, ElementCheck check) {
    byte[][] bytes = new byte[read.size()][];
    for (int i = 0; i < bytes.length; i++) {
      try {
        bytes[i] = Base64.getDecoder().decode(read.bytes(i));
      } catch (IllegalArgumentException e) {
        throw check.refused(i, "the text is no base64");
      }
    }
    return Tensor.ofBytes(read.name(), read.shape(), bytes);
  }

  private void readData() {
    if (json.next() != JsonBytes.Kind.ARRAY) {
      throw invalid("input %s: 'data' must be an array", column.name());
    }
    json.beginArray();
    if (json.nextElement()) {
      if (json.next() == JsonBytes.Kind.ARRAY) {
        readLevel(0);
      } else {
        readElements();
      }
    }
    if (size != expected) {
      throw invalid(
          "input %s: shape %s needs %d elements, 'data' has %d",
          column.name(), Arrays.toString(shape), expected, size);
    }
  }

  /** Reads what is left of an array at that level, from its first element on. */
  private void readLevel(int level) {
    long length = 0;
    do {
      if (level >= shape.length - 1 || json.next() != JsonBytes.Kind.ARRAY) {
        throw notAsShaped();
      }
      json.beginArray();
      boolean empty = !json.nextElement();
      if (level + 1 < shape.length - 1) {
        if (empty) {
          requireLength(level + 1, 0);
        } else {
          readLevel(level + 1);
        }
      } else {
        int before = size;
        if (!empty) {
          readElements();
        }
        requireLength(level + 1, size - before);
      }
      length++;
    } while (json.nextElement());
    requireLength(level, length);
  }

  private void requireLength(int level, long length) {
    if (length != shape[level]) {
      throw notAsShaped();
    }
  }

  private RequestRefused notAsShaped() {
    return invalid(
        "input %s: 'data' is nested otherwise than the shape %s says; nest it so, or send it flat",
        column.name(), Arrays.toString(shape));
  }

  /** Reads what is left of an array, from its first element on. */
  private void readElements() {
    do {
      if (column.datatype() == Datatype.FP32) {
        readPlain();
      }
      if (size >= expected) {
        throw invalid(
            "input %s: 'data' has more than the %d elements of the shape %s",
            column.name(), expected, Arrays.toString(shape));
      }
      switch (column.datatype()) {
        case FP32 -> floats[size] = single();
        case FP64 -> doubles[size] = number();
        case BYTES -> texts[size] = text();
        case BOOL -> integers[size] = bool();
        default -> integers[size] = integer();
      }
      size++;
    } while (json.nextElement());
  }

  private void readPlain() {
    int before = size;
    size = json.readPlain(floats, size, floats.length);
    if (check.isRanged()) {
      for (int i = before; i < size; i++) {
        check.number(i, floats[i]);
      }
    }
  }

  private float single() {
    if (json.next() != JsonBytes.Kind.NUMBER) {
      return (float) withoutDigits();
    }
    float value = json.readNumber().asFloat();
    check.number(size, value);
    return value;
  }

  private double number() {
    if (json.next() != JsonBytes.Kind.NUMBER) {
      return withoutDigits();
    }
    double value = json.readNumber().asDouble();
    check.number(size, value);
    return value;
  }

  private double withoutDigits() {
    JsonBytes.Kind kind = json.next();
    switch (kind) {
      case NULL -> {
        json.readLiteral(kind);
        check.missing(size);
        return Double.NaN;
      }
      case TEXT -> {
        double value = spelledOut();
        check.number(size, value);
        return value;
      }
      default -> throw refused("a number is needed, not " + kind.described());
    }
  }

  private double spelledOut() {
    JsonText text = json.readText();
    if (text.is(NAN)) {
      return Double.NaN;
    } else if (text.is(INFINITY)) {
      return Double.POSITIVE_INFINITY;
    } else if (text.is(MINUS_INFINITY)) {
      return Double.NEGATIVE_INFINITY;
    }
    throw refused("a number is needed, not a text");
  }

  private long integer() {
    JsonBytes.Kind kind = json.next();
    if (kind != JsonBytes.Kind.NUMBER) {
      throw refused("a whole number is needed, not " + kind.described());
    }
    JsonNumber number = json.readNumber();
    if (!number.isWhole()) {
      throw refused(
          number.isSpecial()
              ? "a whole number is needed, not NaN or Infinity"
              : "a whole number is needed, not a number with a fraction or an exponent");
    }
    boolean fits =
        column.datatype() == Datatype.UINT64 ? number.fitsUnsignedLong() : number.fitsLong();
    if (!fits) {
      throw check.outside(size);
    }
    long value = number.asLong();
    check.integer(size, value);
    return value;
  }

  private long bool() {
    JsonBytes.Kind kind = json.next();
    if (kind != JsonBytes.Kind.TRUE && kind != JsonBytes.Kind.FALSE) {
      throw refused("true or false is needed, not " + kind.described());
    }
    json.readLiteral(kind);
    return kind == JsonBytes.Kind.TRUE ? 1 : 0;
  }

  private byte[] text() {
    JsonBytes.Kind kind = json.next();
    if (kind == JsonBytes.Kind.NULL) {
      json.readLiteral(kind);
      check.missing(size);
      return NONE;
    }
    if (kind != JsonBytes.Kind.TEXT) {
      throw refused("a text is needed, not " + kind.described());
    }
    return json.readText().utf8();
  }

  private RequestRefused refused(String why) {
    return check.refused(size, why);
  }

  private Tensor tensor() {
    return switch (column.datatype()) {
      case FP32 -> Tensor.ofFloats(column.name(), shape, floats);
      case FP64 -> Tensor.ofDoubles(column.name(), shape, doubles);
      case BYTES -> Tensor.ofBytes(column.name(), shape, texts);
      default -> Tensor.ofIntegers(column.name(), column.datatype(), shape, integers);
    };
  }
}
