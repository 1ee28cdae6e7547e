package dev.understudy.scoring;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An answer of the Open Inference Protocol, from a server that may say anything. It is read as a
 * stream and into arrays no longer than the answer itself, so that it takes little more memory than
 * its bytes.
 */
final class RemoteAnswer {
  static final int MOST_DIMENSIONS = 16;
  static final int MOST_OUTPUTS = 1_000;

  private RemoteAnswer() {}

  /** What the JSON says of one output. */
  private static final class Head {
    String name = "";
    String datatype = "";
    long[] shape = {};
    int binaryBytes = -1;

    /** Where its data begin in the body; negative: there are none. */
    long data = -1;
  }

  /**
   * The promised outputs, in their order.
   *
   * @param jsonLength the length of the JSON part, if the server gave one; tensors may follow
   * @throws IllegalStateException if they are not as promised
   */
  static List<Tensor> read(
      byte[] body, Optional<String> jsonLength, List<TensorSpec> promised, long rows) {
    try {
      int jsonBytes = jsonLength.map(Integer::parseInt).orElse(body.length);
      if (jsonBytes < 0 || jsonBytes > body.length) {
        throw new IllegalStateException("its JSON is said to be %d bytes".formatted(jsonBytes));
      }
      ByteBuffer rest = ByteBuffer.wrap(body, jsonBytes, body.length - jsonBytes);
      Map<String, Tensor> answered = new HashMap<>();
      for (Head head : heads(body, jsonBytes)) {
        ByteBuffer raw = binary(head, rest);
        Optional<TensorSpec> wanted =
            promised.stream().filter(output -> output.name().equals(head.name)).findFirst();
        if (wanted.isPresent()) {
          answered.put(head.name, tensor(head, wanted.get(), rows, body, jsonBytes, raw));
        }
      }
      if (rest.hasRemaining()) {
        throw new IllegalStateException("%d bytes are left over".formatted(rest.remaining()));
      }
      return inOrder(answered, promised, rows);
    } catch (IOException
        | IllegalArgumentException
        | ArithmeticException
        | BufferUnderflowException e) {
      throw new IllegalStateException("the answer is not of the protocol: " + e.getMessage(), e);
    }
  }

  /**
   * The promised outputs of those that came.
   *
   * @throws IllegalStateException if one did not come, or is not as promised
   */
  static List<Tensor> inOrder(Map<String, Tensor> answered, List<TensorSpec> promised, long rows) {
    List<Tensor> outputs = new ArrayList<>();
    for (TensorSpec output : promised) {
      Tensor tensor = answered.get(output.name());
      if (tensor == null) {
        throw new IllegalStateException("output %s did not come".formatted(output));
      }
      Answers.check(tensor, output, rows);
      outputs.add(tensor);
    }
    return outputs;
  }

  private static List<Head> heads(byte[] body, int jsonBytes) throws IOException {
    List<Head> heads = new ArrayList<>();
    try (JsonParser json = Json.factory().createParser(body, 0, jsonBytes)) {
      require(json.nextToken() == JsonToken.START_OBJECT, "it is no JSON object");
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        boolean outputs = json.currentName().equals("outputs");
        json.nextToken();
        if (outputs) {
          require(json.currentToken() == JsonToken.START_ARRAY, "outputs are no array");
          while (json.nextToken() != JsonToken.END_ARRAY) {
            require(heads.size() < MOST_OUTPUTS, "it has too many outputs");
            heads.add(head(json));
          }
        } else {
          json.skipChildren();
        }
      }
      require(json.nextToken() == null, "there is something behind its JSON");
    }
    return heads;
  }

  private static Head head(JsonParser json) throws IOException {
    require(json.currentToken() == JsonToken.START_OBJECT, "an output is no object");
    Head head = new Head();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      JsonToken token = json.nextToken();
      switch (field) {
        case "name" -> head.name = text(json);
        case "datatype" -> head.datatype = text(json);
        case "shape" -> head.shape = shape(json);
        case "parameters" -> head.binaryBytes = binaryBytes(json);
        case "data" -> {
          require(token == JsonToken.START_ARRAY, "data are no array");
          head.data = json.currentTokenLocation().getByteOffset();
          json.skipChildren();
        }
        default -> json.skipChildren();
      }
    }
    return head;
  }

  private static String text(JsonParser json) throws IOException {
    require(json.currentToken() == JsonToken.VALUE_STRING, "a name or datatype is no text");
    return json.getText();
  }

  private static long[] shape(JsonParser json) throws IOException {
    require(json.currentToken() == JsonToken.START_ARRAY, "a shape is no array");
    long[] shape = new long[MOST_DIMENSIONS];
    int dimensions = 0;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      require(
          json.currentToken() == JsonToken.VALUE_NUMBER_INT && dimensions < MOST_DIMENSIONS,
          "a shape is no short list of sizes");
      shape[dimensions++] = json.getLongValue();
    }
    return Arrays.copyOf(shape, dimensions);
  }

  private static int binaryBytes(JsonParser json) throws IOException {
    int bytes = -1;
    if (json.currentToken() != JsonToken.START_OBJECT) {
      json.skipChildren();
      return bytes;
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      boolean size = json.currentName().equals("binary_data_size");
      JsonToken token = json.nextToken();
      if (size) {
        require(token == JsonToken.VALUE_NUMBER_INT, "binary_data_size is no size");
        bytes = json.getIntValue();
        require(bytes >= 0, "binary_data_size is negative");
      } else {
        json.skipChildren();
      }
    }
    return bytes;
  }

  /** The bytes of a binary output, which stand in the order of the outputs. */
  private static ByteBuffer binary(Head head, ByteBuffer rest) {
    int size = Math.max(0, head.binaryBytes);
    require(size <= rest.remaining(), "the bytes of an output are not all there");
    ByteBuffer raw = rest.slice(rest.position(), size);
    rest.position(rest.position() + size);
    return raw;
  }

  private static Tensor tensor(
      Head head, TensorSpec wanted, long rows, byte[] body, int jsonBytes, ByteBuffer raw)
      throws IOException {
    Datatype datatype = wanted.datatype();
    require(
        head.datatype.equals(datatype.name()),
        "output %s came as another datatype".formatted(wanted));
    long elements = Tensor.elements(head.shape);
    Answers.checkShape(head.shape, wanted, rows);
    require((head.data >= 0) != (head.binaryBytes >= 0), "an output needs data of one kind");
    if (head.data >= 0) {
      // An element takes a byte at least, and a comma.
      require(elements <= jsonBytes / 2 + 1L, "data are fewer than the shape says");
      int from = Math.toIntExact(head.data);
      try (JsonParser json = Json.factory().createParser(body, from, jsonBytes - from)) {
        return fromJson(wanted.name(), datatype, head.shape, json, (int) elements);
      }
    }
    return RawTensor.read(wanted.name(), datatype, head.shape, raw);
  }

  private static Tensor fromJson(
      String name, Datatype datatype, long[] shape, JsonParser json, int elements)
      throws IOException {
    return switch (datatype) {
      case FP32 -> {
        float[] numbers = new float[elements];
        eachElement(json, elements, at -> numbers[at] = (float) number(json));
        yield Tensor.ofFloats(name, shape, numbers);
      }
      case FP64 -> {
        double[] numbers = new double[elements];
        eachElement(json, elements, at -> numbers[at] = number(json));
        yield Tensor.ofDoubles(name, shape, numbers);
      }
      case BYTES -> {
        String[] texts = new String[elements];
        eachElement(json, elements, at -> texts[at] = text(json));
        yield Tensor.ofTexts(name, shape, texts);
      }
      case FP16, BF16 ->
          throw new IllegalArgumentException("%s has no form in JSON".formatted(datatype));
      default -> {
        long[] integers = new long[elements];
        eachElement(json, elements, at -> integers[at] = whole(json, datatype));
        yield Tensor.ofIntegers(name, datatype, shape, integers);
      }
    };
  }

  @FunctionalInterface
  private interface Element {
    void read(int at) throws IOException;
  }

  /** Visits the elements of an array, nested or flat, which must be so many. */
  private static void eachElement(JsonParser json, int elements, Element element)
      throws IOException {
    int depth = 0;
    int at = 0;
    do {
      JsonToken token = json.nextToken();
      require(token != null, "data have no end");
      switch (token) {
        case START_ARRAY -> depth++;
        case END_ARRAY -> depth--;
        default -> {
          require(at < elements, "data are more than the shape says");
          element.read(at++);
        }
      }
    } while (depth > 0);
    require(at == elements, "data are fewer than the shape says");
  }

  private static double number(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case VALUE_NULL -> Double.NaN;
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> json.getDoubleValue();
      default -> throw new IllegalArgumentException("an element is no number");
    };
  }

  private static long whole(JsonParser json, Datatype datatype) throws IOException {
    return switch (json.currentToken()) {
      case VALUE_TRUE, VALUE_FALSE -> {
        require(datatype == Datatype.BOOL, "an element is no number");
        yield json.getBooleanValue() ? 1 : 0;
      }
      case VALUE_NUMBER_INT ->
          datatype == Datatype.UINT64
              ? Long.parseUnsignedLong(json.getText())
              : json.getLongValue();
      default -> throw new IllegalArgumentException("an element is no whole number");
    };
  }

  private static void require(boolean held, String otherwise) {
    if (!held) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
