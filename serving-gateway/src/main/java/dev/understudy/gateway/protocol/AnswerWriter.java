package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.understudy.gateway.inference.Answer;
import dev.understudy.scoring.Tensor;
import io.vertx.core.buffer.Buffer;
import java.util.Base64;
import java.util.List;

/** Writes a prediction as the protocol wants it: JSON, and the binary outputs behind it. */
final class AnswerWriter {
  private static final int FIXED_PART = 200;
  private static final int PER_OUTPUT = 72;
  private static final int PER_ELEMENT = 12;

  private static final byte[] MODEL_NAME = ascii("{\"model_name\":");
  private static final byte[] MODEL_VERSION = ascii(",\"model_version\":");
  private static final byte[] ID = ascii(",\"id\":");
  private static final byte[] PREDICTION_ID = ascii(",\"parameters\":{\"prediction_id\":");
  private static final byte[] ARM = ascii(",\"arm\":");
  private static final byte[] FALLBACK = ascii(",\"fallback\":");
  private static final byte[] OUTPUTS = ascii("},\"outputs\":[");
  private static final byte[] NAME = ascii("{\"name\":");
  private static final byte[] DATATYPE = ascii(",\"datatype\":");
  private static final byte[] SHAPE = ascii(",\"shape\":[");
  private static final byte[] DATA = ascii("],\"data\":[");
  private static final byte[] BASE64_DATA =
      ascii("],\"parameters\":{\"content_type\":\"base64\"},\"data\":[");
  private static final byte[] BINARY_SIZE = ascii("],\"parameters\":{\"binary_data_size\":");
  private static final byte[] END = ascii("]}");
  private static final byte[] END_OF_BINARY = ascii("}}");
  private static final byte[] TRUE = ascii("true");
  private static final byte[] FALSE = ascii("false");

  private AnswerWriter() {}

  private static byte[] ascii(String text) {
    return text.getBytes(UTF_8);
  }

  /**
   * A body.
   *
   * @param jsonLength of the JSON that it begins with
   */
  record Written(Buffer body, int jsonLength) {
    boolean hasBinary() {
      return body.length() > jsonLength;
    }
  }

  /**
   * The outputs that the client asked for, in its order.
   *
   * @param id that the client finds in the answer
   * @param words whether numbers that JSON does not have are bare words; otherwise null
   * @throws RequestRefused if an output is too large to be ranked
   */
  static Written write(Answer.Predicted answer, String id, List<OutputWish> wishes, boolean words) {
    JsonOut out =
        new JsonOut(FIXED_PART + PER_OUTPUT * wishes.size() + PER_ELEMENT * elements(answer));
    out.raw(MODEL_NAME).text(answer.model());
    if (!answer.version().isEmpty()) {
      out.raw(MODEL_VERSION).text(answer.version());
    }
    out.raw(ID).text(id);
    out.raw(PREDICTION_ID).text(answer.id().value());
    out.raw(ARM).text(answer.arm());
    if (answer.fallback().isPresent()) {
      out.raw(FALLBACK).text(answer.fallback().get());
    }
    out.raw(OUTPUTS);
    byte[][] binary = new byte[wishes.size()][];
    for (int i = 0; i < binary.length; i++) {
      if (i > 0) {
        out.raw(',');
      }
      binary[i] = output(out, wished(answer, wishes.get(i)), wishes.get(i), words);
    }
    out.raw(END);
    int jsonLength = out.size();
    for (byte[] bytes : binary) {
      out.raw(bytes);
    }
    return new Written(out.toBuffer(), jsonLength);
  }

  private static int elements(Answer.Predicted answer) {
    int sum = 0;
    for (Tensor tensor : answer.outputs()) {
      sum = Math.min(1 << 20, sum + tensor.size());
    }
    return sum;
  }

  /** One output as it was asked for. */
  static Tensor wished(Answer.Predicted answer, OutputWish wish) {
    for (Tensor tensor : answer.outputs()) {
      if (tensor.name().equals(wish.name())) {
        return wish.classes() == 0
            ? tensor
            : Classification.of(tensor, wish.classes(), wish.labels());
      }
    }
    throw invalid("the model did not answer output %s", wish.name());
  }

  /** Writes one output; the bytes that come behind the JSON, if it is binary. */
  private static byte[] output(JsonOut out, Tensor tensor, OutputWish wish, boolean words) {
    out.raw(NAME).text(tensor.name());
    out.raw(DATATYPE).text(tensor.datatype().name());
    out.raw(SHAPE);
    long[] shape = tensor.shape();
    for (int i = 0; i < shape.length; i++) {
      if (i > 0) {
        out.raw(',');
      }
      out.whole(shape[i]);
    }
    if (wish.binary()) {
      byte[] bytes = RawTensors.write(tensor);
      out.raw(BINARY_SIZE).whole(bytes.length).raw(END_OF_BINARY);
      return bytes;
    }
    out.raw(wish.base64() ? BASE64_DATA : DATA);
    for (int i = 0; i < tensor.size(); i++) {
      if (i > 0) {
        out.raw(',');
      }
      if (wish.base64()) {
        out.raw('"').raw(Base64.getEncoder().encode(tensor.bytes(i))).raw('"');
      } else {
        element(out, tensor, i, words);
      }
    }
    out.raw(END);
    return NOTHING;
  }

  private static final byte[] NOTHING = {};

  private static void element(JsonOut out, Tensor tensor, int index, boolean words) {
    switch (tensor.datatype()) {
      case FP16, BF16, FP32 -> out.real((float) tensor.number(index), words);
      case FP64 -> out.real(tensor.number(index), words);
      case BYTES -> out.text(tensor.bytes(index));
      case BOOL -> out.raw(tensor.integer(index) != 0 ? TRUE : FALSE);
      case UINT64 -> out.unsigned(tensor.integer(index));
      default -> out.whole(tensor.integer(index));
    }
  }
}
