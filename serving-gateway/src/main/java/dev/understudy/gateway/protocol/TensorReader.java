package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.Tensor;
import java.io.IOException;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * Reads the data of one tensor, flat or nested as its shape, and holds every element against the
 * column of the contract. Nothing is coerced: what does not fit is refused by tensor and index.
 */
final class TensorReader {
  private static final int FIRST_CAPACITY = 16;

  private final JsonParser json;
  private final Column column;
  private final ElementCheck check;
  private final long[] shape;
  private final long expected;

  private double[] numbers = new double[0];
  private long[] integers = new long[0];
  private String[] texts = new String[0];
  private int size;

  /** Exactly as long as the shape says: an element too many is refused before it is kept. */
  private TensorReader(JsonParser json, Column column, long[] shape) {
    this.json = json;
    this.column = column;
    this.check = new ElementCheck(column);
    this.shape = shape;
    this.expected = Tensor.elements(shape);
  }

  /** The tensor whose data begin at the parser's current token. */
  static Tensor read(JsonParser json, Column column, long[] shape) throws IOException {
    if (column.datatype().isHalf()) {
      throw invalid(
          "input %s: %s has no form in JSON; send it as a binary tensor",
          column.name(), column.datatype());
    }
    TensorReader reader = new TensorReader(json, column, shape);
    reader.readData();
    return reader.tensor();
  }

  private void readData() throws IOException {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw invalid("input %s: 'data' must be an array", column.name());
    }
    JsonToken first = json.nextToken();
    if (first == JsonToken.START_ARRAY) {
      readLevel(0);
    } else {
      readFlat();
    }
    if (size != expected) {
      throw invalid(
          "input %s: shape %s needs %d elements, 'data' has %d",
          column.name(), Arrays.toString(shape), expected, size);
    }
  }

  private void readFlat() throws IOException {
    for (JsonToken token = json.currentToken();
        token != JsonToken.END_ARRAY;
        token = json.nextToken()) {
      readElement(token);
    }
  }

  /** Reads what is left of an array at that level, from its first token on. */
  private void readLevel(int level) throws IOException {
    boolean innermost = level == shape.length - 1;
    long length = 0;
    for (JsonToken token = json.currentToken();
        token != JsonToken.END_ARRAY;
        token = json.nextToken()) {
      length++;
      if (innermost) {
        readElement(token);
      } else if (token == JsonToken.START_ARRAY && level < shape.length) {
        json.nextToken();
        readLevel(level + 1);
      } else {
        throw notAsShaped();
      }
    }
    if (level >= shape.length || length != shape[level]) {
      throw notAsShaped();
    }
  }

  private RequestRefused notAsShaped() {
    return invalid(
        "input %s: 'data' is nested otherwise than the shape %s says; nest it so, or send it flat",
        column.name(), Arrays.toString(shape));
  }

  private void readElement(JsonToken token) throws IOException {
    if (size >= expected) {
      throw invalid(
          "input %s: 'data' has more than the %d elements of the shape %s",
          column.name(), expected, Arrays.toString(shape));
    }
    switch (column.datatype()) {
      case FP32, FP64 -> addNumber(number(token));
      case BYTES -> addText(text(token));
      case BOOL -> addInteger(bool(token));
      default -> addInteger(integer(token));
    }
    size++;
  }

  private double number(JsonToken token) throws IOException {
    double value;
    switch (token) {
      case VALUE_NULL -> {
        check.missing(size);
        return Double.NaN;
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> value = json.getDoubleValue();
      case VALUE_STRING -> value = spelledOut();
      default -> throw refused("a number is needed, not %s".formatted(describe(token)));
    }
    check.number(size, value);
    return value;
  }

  private double spelledOut() throws IOException {
    return switch (json.getText()) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> throw refused("a number is needed, not a text");
    };
  }

  private long integer(JsonToken token) throws IOException {
    if (token != JsonToken.VALUE_NUMBER_INT) {
      throw refused("a whole number is needed, not %s".formatted(describe(token)));
    }
    BigInteger value = json.getBigIntegerValue();
    boolean fits =
        column.datatype() == Datatype.UINT64
            ? value.signum() >= 0 && value.bitLength() <= Long.SIZE
            : value.bitLength() < Long.SIZE;
    if (!fits) {
      throw check.outside(size);
    }
    check.integer(size, value.longValue());
    return value.longValue();
  }

  private long bool(JsonToken token) {
    return switch (token) {
      case VALUE_TRUE -> 1;
      case VALUE_FALSE -> 0;
      default -> throw refused("true or false is needed, not %s".formatted(describe(token)));
    };
  }

  private String text(JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_NULL) {
      check.missing(size);
      return "";
    }
    if (token != JsonToken.VALUE_STRING) {
      throw refused("a text is needed, not %s".formatted(describe(token)));
    }
    String text = json.getText();
    check.text(size, text);
    return text;
  }

  private RequestRefused refused(String why) {
    return check.refused(size, why);
  }

  private static String describe(JsonToken token) {
    return switch (token) {
      case VALUE_NULL -> "null";
      case VALUE_STRING -> "a text";
      case VALUE_NUMBER_INT -> "a number";
      case VALUE_NUMBER_FLOAT -> "a number with a fraction";
      case VALUE_TRUE, VALUE_FALSE -> "true or false";
      case START_OBJECT -> "an object";
      default -> "an array";
    };
  }

  private void addNumber(double value) {
    if (size == numbers.length) {
      numbers = Arrays.copyOf(numbers, grown());
    }
    numbers[size] = value;
  }

  private void addInteger(long value) {
    if (size == integers.length) {
      integers = Arrays.copyOf(integers, grown());
    }
    integers[size] = value;
  }

  private void addText(String value) {
    if (size == texts.length) {
      texts = Arrays.copyOf(texts, grown());
    }
    texts[size] = value;
  }

  // By doubling, never by the announced shape: a short body must not reserve much memory.
  private int grown() {
    return (int) Math.min(expected, Math.max(FIRST_CAPACITY, 2L * size));
  }

  private Tensor tensor() {
    return switch (column.datatype()) {
      case FP32 -> {
        float[] floats = new float[size];
        for (int i = 0; i < size; i++) {
          floats[i] = (float) numbers[i];
        }
        yield Tensor.ofFloats(column.name(), shape, floats);
      }
      case FP64 -> Tensor.ofDoubles(column.name(), shape, Arrays.copyOf(numbers, size));
      case BYTES -> Tensor.ofTexts(column.name(), shape, Arrays.copyOf(texts, size));
      default ->
          Tensor.ofIntegers(column.name(), column.datatype(), shape, Arrays.copyOf(integers, size));
    };
  }
}
