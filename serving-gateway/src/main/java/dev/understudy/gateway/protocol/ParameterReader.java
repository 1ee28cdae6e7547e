package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;
import static dev.understudy.gateway.protocol.RequestRefused.quote;

import dev.understudy.contracts.ProblemType;
import dev.understudy.gateway.protocol.RequestParameters.Form;
import org.jspecify.annotations.Nullable;

/** Reads the parameters of a request, of an input or of an output from JSON. Stateless. */
final class ParameterReader {
  /** The content type, as MLServer names it, of bytes that are written as text. */
  static final String BASE64 = "base64";

  private static final int NOT_GIVEN = -1;

  /** A number of more digits is more than anything here can be. */
  private static final int MOST_DIGITS = 18;

  private ParameterReader() {}

  /** Takes one parameter. */
  @FunctionalInterface
  interface Taker {
    void put(String name, Form form, String value);
  }

  /**
   * Reads the object that comes next.
   *
   * @param at whose parameters they are, for messages
   */
  static void read(JsonBytes json, String at, Taker taker) {
    if (json.next() != JsonBytes.Kind.OBJECT) {
      throw invalid("the parameters of %s must be an object", at);
    }
    json.beginObject();
    while (json.nextMember()) {
      readOne(json, at, taker);
    }
  }

  private static void readOne(JsonBytes json, String at, Taker taker) {
    String name = json.name();
    JsonBytes.Kind kind = json.next();
    switch (kind) {
      case TEXT -> taker.put(name, Form.TEXT, json.readText().text());
      case NUMBER -> {
        JsonNumber number = json.readNumber();
        if (number.isSpecial()) {
          throw invalid("%s: the parameter %s must be a finite number", at, quote(name));
        }
        taker.put(name, number.isWhole() ? Form.WHOLE : Form.REAL, number.written());
      }
      case TRUE, FALSE -> {
        json.readLiteral(kind);
        taker.put(name, Form.TRUTH, Boolean.toString(kind == JsonBytes.Kind.TRUE));
      }
      default -> {
        // Some clients send their headers along.
        if (kind != JsonBytes.Kind.OBJECT || !name.equals("headers")) {
          throw invalid(
              "%s: the parameter %s must be a text, a number, true or false", at, quote(name));
        }
        json.skipValue();
      }
    }
  }

  /** The parameters of an input. */
  static final class OfInput {
    private long binarySize = NOT_GIVEN;
    private boolean base64;

    void put(String name, Form form, String value) {
      switch (name) {
        case "binary_data_size" -> binarySize = wholeNumber(name, form, value);
        // Whatever else it names is how others would show the tensor to their models.
        case "content_type" -> base64 = value.equals(BASE64);
        default -> refuseSharedMemory(name);
      }
    }

    boolean isBinary() {
      return binarySize != NOT_GIVEN;
    }

    /** Whether its texts are bytes in base64. */
    boolean isBase64() {
      return base64;
    }

    /** The bytes that it takes behind the JSON. */
    long binarySize() {
      return binarySize;
    }
  }

  /** The parameters of an output. */
  static final class OfOutput {
    private @Nullable Boolean binary;
    private boolean base64;
    private int classes;

    void put(String name, Form form, String value) {
      switch (name) {
        case "binary_data" -> {
          if (form != Form.TRUTH) {
            throw invalid("the parameter %s must be true or false", name);
          }
          binary = Boolean.valueOf(value);
        }
        case "content_type" -> base64 = value.equals(BASE64);
        case "classification" -> {
          classes = (int) Math.min(Integer.MAX_VALUE, wholeNumber(name, form, value));
          if (classes == 0) {
            throw invalid("the parameter %s must be at least 1", name);
          }
        }
        default -> refuseSharedMemory(name);
      }
    }

    /** Null: as the request says for all. */
    @Nullable Boolean binary() {
      return binary;
    }

    /** Whether its bytes are wanted as texts in base64. */
    boolean base64() {
      return base64;
    }

    int classes() {
      return classes;
    }
  }

  private static void refuseSharedMemory(String name) {
    if (name.startsWith("shared_memory_")) {
      throw unsupported(name, "send the tensor in the body");
    }
  }

  private static RequestRefused unsupported(String name, String wayOut) {
    return new RequestRefused(
        ProblemType.NOT_SUPPORTED, "the parameter %s is not supported; %s".formatted(name, wayOut));
  }

  private static long wholeNumber(String name, Form form, String value) {
    if (form != Form.WHOLE || value.startsWith("-") || value.length() > MOST_DIGITS) {
      throw invalid("the parameter %s must be a whole number of at least 0", name);
    }
    return Long.parseLong(value);
  }
}
