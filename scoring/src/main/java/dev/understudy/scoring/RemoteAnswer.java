package dev.understudy.scoring;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An answer of the Open Inference Protocol, from a server that may say anything. */
final class RemoteAnswer {
  private RemoteAnswer() {}

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
      ByteBuffer rest =
          ByteBuffer.wrap(body, jsonBytes, body.length - jsonBytes)
              .slice()
              .order(ByteOrder.LITTLE_ENDIAN);
      Map<String, Tensor> answered = new HashMap<>();
      for (JsonNode output : Json.array(Json.tree(body, jsonBytes), "outputs")) {
        Tensor tensor = tensor(output, rest);
        answered.put(tensor.name(), tensor);
      }
      if (rest.hasRemaining()) {
        throw new IllegalStateException("%d bytes are left over".formatted(rest.remaining()));
      }
      List<Tensor> outputs = new ArrayList<>();
      for (TensorSpec output : promised) {
        Tensor tensor = answered.get(output.name());
        if (tensor == null || tensor.datatype() != output.datatype()) {
          throw new IllegalStateException(
              "output %s came as %s".formatted(output, tensor == null ? "nothing" : tensor));
        }
        Answers.check(tensor, output, rows);
        outputs.add(tensor);
      }
      return outputs;
    } catch (IOException
        | IllegalArgumentException
        | ArithmeticException
        | BufferUnderflowException e) {
      throw new IllegalStateException("the answer is not of the protocol: " + e.getMessage(), e);
    }
  }

  private static Tensor tensor(JsonNode output, ByteBuffer rest) {
    String name = Json.text(output, "name");
    String type = Json.text(output, "datatype");
    Datatype datatype =
        Datatype.of(type)
            .orElseThrow(() -> new IllegalArgumentException("unknown datatype of " + name));
    JsonNode sizes = Json.array(output, "shape");
    long[] shape = new long[sizes.size()];
    for (int i = 0; i < shape.length; i++) {
      if (!sizes.get(i).isIntegralNumber()) {
        throw new IllegalArgumentException("the shape of %s is no list of sizes".formatted(name));
      }
      shape[i] = sizes.get(i).longValue();
    }
    long elements = Tensor.elements(shape);
    JsonNode size = output.path("parameters").path("binary_data_size");
    if (size.isMissingNode()) {
      List<JsonNode> data = new ArrayList<>();
      flatten(Json.array(output, "data"), data);
      if (data.size() != elements) {
        throw new IllegalArgumentException(
            "%s has %d elements for its shape of %d".formatted(name, data.size(), elements));
      }
      return fromJson(name, datatype, shape, data);
    }
    if (!size.canConvertToInt() || size.intValue() < 0 || size.intValue() > rest.remaining()) {
      throw new IllegalArgumentException("the bytes of %s are not all there".formatted(name));
    }
    ByteBuffer raw = rest.slice(rest.position(), size.intValue()).order(ByteOrder.LITTLE_ENDIAN);
    rest.position(rest.position() + size.intValue());
    int least = datatype == Datatype.BYTES ? Integer.BYTES : datatype.width();
    if (Math.multiplyExact(elements, least) > raw.remaining()) {
      throw new IllegalArgumentException("%s has too few bytes for its shape".formatted(name));
    }
    Tensor tensor = fromBytes(name, datatype, shape, raw, Math.toIntExact(elements));
    if (raw.hasRemaining()) {
      throw new IllegalArgumentException("%s has too many bytes for its shape".formatted(name));
    }
    return tensor;
  }

  private static void flatten(JsonNode array, List<JsonNode> into) {
    for (JsonNode element : array) {
      if (element.isArray()) {
        flatten(element, into);
      } else {
        into.add(element);
      }
    }
  }

  private static Tensor fromJson(
      String name, Datatype datatype, long[] shape, List<JsonNode> data) {
    return switch (datatype) {
      case FP32 -> {
        float[] numbers = new float[data.size()];
        for (int i = 0; i < numbers.length; i++) {
          numbers[i] = (float) number(data.get(i));
        }
        yield Tensor.ofFloats(name, shape, numbers);
      }
      case FP64 ->
          Tensor.ofDoubles(name, shape, data.stream().mapToDouble(RemoteAnswer::number).toArray());
      case BYTES -> {
        byte[][] texts = new byte[data.size()][];
        for (int i = 0; i < texts.length; i++) {
          if (!data.get(i).isTextual()) {
            throw new IllegalArgumentException("an element of %s is no text".formatted(name));
          }
          texts[i] = data.get(i).textValue().getBytes(StandardCharsets.UTF_8);
        }
        yield Tensor.ofBytes(name, shape, texts);
      }
      case FP16, BF16 ->
          throw new IllegalArgumentException("%s has no form in JSON".formatted(name));
      default ->
          Tensor.ofIntegers(
              name,
              datatype,
              shape,
              data.stream().mapToLong(element -> whole(element, datatype)).toArray());
    };
  }

  private static double number(JsonNode element) {
    if (element.isNull()) {
      return Double.NaN;
    }
    if (!element.isNumber()) {
      throw new IllegalArgumentException("an element is no number");
    }
    return element.doubleValue();
  }

  private static long whole(JsonNode element, Datatype datatype) {
    if (datatype == Datatype.BOOL && element.isBoolean()) {
      return element.booleanValue() ? 1 : 0;
    }
    if (!element.isIntegralNumber()) {
      throw new IllegalArgumentException("an element is no whole number");
    }
    BigInteger value = element.bigIntegerValue();
    if (datatype == Datatype.UINT64) {
      if (value.signum() < 0 || value.bitLength() > Long.SIZE) {
        throw new IllegalArgumentException("an element is out of range");
      }
      return value.longValue();
    }
    return value.longValueExact();
  }

  private static Tensor fromBytes(
      String name, Datatype datatype, long[] shape, ByteBuffer raw, int elements) {
    return switch (datatype) {
      case FP32 -> {
        float[] numbers = new float[elements];
        raw.asFloatBuffer().get(numbers);
        raw.position(elements * Float.BYTES);
        yield Tensor.ofFloats(name, shape, numbers);
      }
      case FP64 -> {
        double[] numbers = new double[elements];
        raw.asDoubleBuffer().get(numbers);
        raw.position(elements * Double.BYTES);
        yield Tensor.ofDoubles(name, shape, numbers);
      }
      case FP16, BF16 -> {
        short[] halves = new short[elements];
        raw.asShortBuffer().get(halves);
        raw.position(elements * Short.BYTES);
        yield Tensor.ofHalves(name, datatype, shape, halves);
      }
      case BYTES -> {
        byte[][] texts = new byte[elements][];
        for (int i = 0; i < elements; i++) {
          int length = raw.getInt();
          if (length < 0 || length > raw.remaining()) {
            throw new IllegalArgumentException("a text is longer than its bytes");
          }
          texts[i] = new byte[length];
          raw.get(texts[i]);
        }
        yield Tensor.ofBytes(name, shape, texts);
      }
      default -> {
        long[] integers = new long[elements];
        for (int i = 0; i < elements; i++) {
          integers[i] = integer(datatype, raw);
        }
        yield Tensor.ofIntegers(name, datatype, shape, integers);
      }
    };
  }

  private static long integer(Datatype datatype, ByteBuffer raw) {
    return switch (datatype) {
      case BOOL, UINT8 -> Byte.toUnsignedLong(raw.get());
      case INT8 -> raw.get();
      case UINT16 -> Short.toUnsignedLong(raw.getShort());
      case INT16 -> raw.getShort();
      case UINT32 -> Integer.toUnsignedLong(raw.getInt());
      case INT32 -> raw.getInt();
      default -> raw.getLong();
    };
  }
}
