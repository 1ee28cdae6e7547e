package dev.understudy.bench.models;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.CodedOutputStream;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The bytes of one request of the Open Inference Protocol, with the headers that they need. */
public final class RequestBody {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int FRAME_HEADER = 5;

  private final byte[] bytes;
  private final Map<String, String> headers;

  private RequestBody(byte[] bytes, Map<String, String> headers) {
    this.bytes = bytes;
    this.headers = Map.copyOf(headers);
  }

  /** Flat arrays of numbers and texts. */
  public static RequestBody json(List<Tensor> inputs) {
    ObjectNode body = JSON.createObjectNode();
    ArrayNode all = body.putArray("inputs");
    for (Tensor tensor : inputs) {
      ArrayNode data = described(all.addObject(), tensor).putArray("data");
      for (int i = 0; i < tensor.size(); i++) {
        if (tensor.datatype() == Datatype.BYTES) {
          data.add(tensor.text(i));
        } else {
          data.add((float) tensor.number(i));
        }
      }
    }
    return new RequestBody(utf8(body), Map.of("content-type", "application/json"));
  }

  /** The extension {@code binary_tensor_data}: JSON, then the tensors' bytes; binary answers. */
  public static RequestBody binary(List<Tensor> inputs) {
    ObjectNode body = JSON.createObjectNode();
    ArrayNode all = body.putArray("inputs");
    ByteArrayOutputStream tensors = new ByteArrayOutputStream();
    for (Tensor tensor : inputs) {
      byte[] raw = raw(tensor);
      described(all.addObject(), tensor)
          .putObject("parameters")
          .put("binary_data_size", raw.length);
      tensors.writeBytes(raw);
    }
    body.putObject("parameters").put("binary_data_output", true);
    byte[] json = utf8(body);
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes(json);
    whole.writeBytes(tensors.toByteArray());
    return new RequestBody(
        whole.toByteArray(),
        Map.of(
            "content-type",
            "application/octet-stream",
            "inference-header-content-length",
            String.valueOf(json.length)));
  }

  /** A {@code ModelInferRequest} with raw contents, in its gRPC frame. */
  public static RequestBody grpc(String model, List<Tensor> inputs) {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(message);
    try {
      out.writeString(1, model);
      for (Tensor tensor : inputs) {
        out.writeByteArray(5, inputTensor(tensor));
      }
      for (Tensor tensor : inputs) {
        out.writeByteArray(7, raw(tensor));
      }
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
    byte[] content = message.toByteArray();
    ByteBuffer frame = ByteBuffer.allocate(FRAME_HEADER + content.length);
    frame.put((byte) 0).putInt(content.length).put(content);
    return new RequestBody(
        frame.array(), Map.of("content-type", "application/grpc", "te", "trailers"));
  }

  /** The body as it is sent. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** The headers that say what it is, in lower case. */
  public Map<String, String> headers() {
    return headers;
  }

  private static ObjectNode described(ObjectNode input, Tensor tensor) {
    input.put("name", tensor.name());
    ArrayNode shape = input.putArray("shape");
    for (long dimension : tensor.shape()) {
      shape.add(dimension);
    }
    return input.put("datatype", tensor.datatype().name());
  }

  private static byte[] inputTensor(Tensor tensor) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeString(1, tensor.name());
    out.writeString(2, tensor.datatype().name());
    for (long dimension : tensor.shape()) {
      out.writeInt64(3, dimension);
    }
    out.flush();
    return bytes.toByteArray();
  }

  /** Little-endian, row-major; each text behind its length. */
  private static byte[] raw(Tensor tensor) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < tensor.size(); i++) {
      switch (tensor.datatype()) {
        case FP32 -> out.writeBytes(word(Float.floatToRawIntBits((float) tensor.number(i))));
        case BYTES -> {
          byte[] text = tensor.bytes(i);
          out.writeBytes(word(text.length));
          out.writeBytes(text);
        }
        default -> throw new IllegalArgumentException("no model here takes " + tensor.datatype());
      }
    }
    return out.toByteArray();
  }

  private static byte[] word(int value) {
    return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
  }

  private static byte[] utf8(ObjectNode body) {
    return body.toString().getBytes(StandardCharsets.UTF_8);
  }
}
