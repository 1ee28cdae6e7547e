package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One request while it is being read. Not thread-safe. */
final class RequestReader {
  /** Of any name or id, in bytes. */
  static final int LONGEST_NAME = 1_000;

  private static final int MOST_DIMENSIONS = 8;
  private static final int NOT_GIVEN = -1;
  private static final String BINARY_OUTPUT = "ask for it with the parameter binary_data";

  private static final byte[] ID = name("id");
  private static final byte[] PARAMETERS = name("parameters");
  private static final byte[] INPUTS = name("inputs");
  private static final byte[] OUTPUTS = name("outputs");
  private static final byte[] NAME = name("name");
  private static final byte[] DATATYPE = name("datatype");
  private static final byte[] SHAPE = name("shape");
  private static final byte[] DATA = name("data");

  private static final byte[][] DATATYPES =
      Arrays.stream(Datatype.values())
          .map(datatype -> name(datatype.name()))
          .toArray(byte[][]::new);

  private static byte[] name(String name) {
    return name.getBytes(UTF_8);
  }

  private final JsonBytes json;
  private final ByteBuffer binary;
  private final boolean hasBinary;
  private final ModelContract contract;
  private final RequestAssembly assembly;
  private final RequestParameters parameters = new RequestParameters();
  private List<RequestedOutput> requested = List.of();
  private String id = "";
  private boolean hasInputs;

  /**
   * An output as it is asked for.
   *
   * @param binary null: as the request says for all
   */
  private record RequestedOutput(
      String name, @Nullable Boolean binary, boolean base64, int classes) {}

  /**
   * A reader of JSON and of what is behind it.
   *
   * @param binary the tensors that are not in the JSON, in the order of its inputs
   */
  RequestReader(JsonBytes json, ByteBuffer binary, ModelContract contract, int mostRows) {
    this.json = json;
    this.binary = binary;
    this.hasBinary = binary.hasRemaining();
    this.contract = contract;
    this.assembly = new RequestAssembly(contract, mostRows);
  }

  void readRequest() {
    json.beginObject();
    while (json.nextMember()) {
      if (json.nameIs(INPUTS)) {
        hasInputs = true;
        readInputs();
      } else if (json.nameIs(ID)) {
        id = text("id");
      } else if (json.nameIs(PARAMETERS)) {
        ParameterReader.read(json, "the request", parameters::put);
      } else if (json.nameIs(OUTPUTS)) {
        readOutputs();
      } else {
        json.skipValue();
      }
    }
  }

  private void readInputs() {
    if (json.next() != JsonBytes.Kind.ARRAY) {
      throw invalid("'inputs' must be an array of tensors");
    }
    json.beginArray();
    for (int i = 0; json.nextElement(); i++) {
      assembly.add(readInput(i));
    }
  }

  private Tensor readInput(int position) {
    if (json.next() != JsonBytes.Kind.OBJECT) {
      throw invalid("inputs[%d] must be an object", position);
    }
    Column column = null;
    String datatype = null;
    long[] shape = null;
    Tensor tensor = null;
    int early = NOT_GIVEN;
    ParameterReader.OfInput of = null;
    json.beginObject();
    while (json.nextMember()) {
      if (json.nameIs(DATA)) {
        if (column != null && datatype != null && shape != null) {
          assembly.require(column, datatype, shape);
          tensor = TensorReader.read(json, column, shape);
        } else {
          json.next();
          early = json.position();
          json.skipValue();
        }
      } else if (json.nameIs(NAME)) {
        column = assembly.column(text(position, "name").text());
      } else if (json.nameIs(SHAPE)) {
        shape = shape(position, column);
      } else if (json.nameIs(DATATYPE)) {
        datatype = datatype(position, column);
      } else if (json.nameIs(PARAMETERS)) {
        of = new ParameterReader.OfInput();
        ParameterReader.read(json, "inputs[" + position + "]", of::put);
      } else {
        json.skipValue();
      }
    }
    if (column == null) {
      throw invalid("inputs[%d]: 'name' is missing", position);
    }
    boolean isBinary = of != null && of.isBinary();
    boolean isBase64 = of != null && of.isBase64();
    boolean isJson = tensor != null || early != NOT_GIVEN;
    if (isBinary && isJson) {
      throw invalid("input %s has both 'data' and 'binary_data_size'; give one", column.name());
    }
    if (isBase64 && (isBinary || column.datatype() != Datatype.BYTES)) {
      throw invalid(
          "input %s: base64 is a form of BYTES in JSON, and of nothing else", column.name());
    }
    if (tensor != null) {
      return TensorReader.checked(tensor, column, isBase64);
    }
    if (datatype == null || shape == null || !isBinary && !isJson) {
      throw invalid(
          "input %s: '%s' is missing",
          column.name(), datatype == null ? "datatype" : shape == null ? "shape" : "data");
    }
    assembly.require(column, datatype, shape);
    return of != null && isBinary
        ? RawTensors.read(nextBinary(column, of.binarySize()), column, shape)
        : TensorReader.checked(readEarlier(early, column, shape), column, isBase64);
  }

  // Its members came in an order that hides what the data are.
  private Tensor readEarlier(int position, Column column, long[] shape) {
    int here = json.position();
    json.goTo(position);
    Tensor tensor = TensorReader.read(json, column, shape);
    json.goTo(here);
    return tensor;
  }

  private ByteBuffer nextBinary(Column column, long size) {
    if (size > binary.remaining()) {
      if (!hasBinary) {
        throw invalid(
            "input %s: 'binary_data_size' is %d, and no bytes are behind the JSON; the header %s must say where it ends",
            column.name(), size, Headers.JSON_LENGTH);
      }
      throw invalid(
          "input %s: 'binary_data_size' is %d, and %d bytes are left behind the JSON",
          column.name(), size, binary.remaining());
    }
    ByteBuffer own = binary.slice(binary.position(), (int) size);
    binary.position(binary.position() + (int) size);
    return own;
  }

  /** The datatype; of its own column no new text is made. */
  private String datatype(int position, @Nullable Column column) {
    JsonText text = text(position, "datatype");
    return column != null && text.is(DATATYPES[column.datatype().ordinal()])
        ? column.datatype().name()
        : text.text();
  }

  private long[] shape(int position, @Nullable Column column) {
    if (json.next() != JsonBytes.Kind.ARRAY) {
      throw noShape(position);
    }
    // Most often just as long as it must be.
    long[] shape = new long[column == null ? 1 : column.shape().size()];
    int size = 0;
    json.beginArray();
    while (json.nextElement()) {
      if (size == MOST_DIMENSIONS || json.next() != JsonBytes.Kind.NUMBER) {
        throw noShape(position);
      }
      JsonNumber number = json.readNumber();
      if (!number.isWhole() || !number.fitsLong() || number.asLong() < 0) {
        throw noShape(position);
      }
      if (size == shape.length) {
        shape = Arrays.copyOf(shape, MOST_DIMENSIONS);
      }
      shape[size++] = number.asLong();
    }
    return size == shape.length ? shape : Arrays.copyOf(shape, size);
  }

  private static RequestRefused noShape(int position) {
    return invalid(
        "inputs[%d].shape must be an array of at most %d whole numbers", position, MOST_DIMENSIONS);
  }

  private void readOutputs() {
    if (json.next() != JsonBytes.Kind.ARRAY) {
      throw invalid("'outputs' must be an array");
    }
    requested = new ArrayList<>();
    json.beginArray();
    for (int i = 0; json.nextElement(); i++) {
      requested.add(readOutput(i));
      if (requested.size() > contract.outputs().size()) {
        // One of them is unknown or there twice, which is said better than that they are many.
        finishOutputs();
      }
    }
  }

  private RequestedOutput readOutput(int position) {
    if (json.next() != JsonBytes.Kind.OBJECT) {
      throw invalid("outputs[%d] must be an object", position);
    }
    String name = null;
    ParameterReader.OfOutput of = new ParameterReader.OfOutput();
    json.beginObject();
    while (json.nextMember()) {
      if (json.nameIs(NAME)) {
        name = outputName(position);
        assembly.requireOutput(name);
      } else if (json.nameIs(PARAMETERS)) {
        ParameterReader.read(json, "outputs[" + position + "]", of::put);
      } else {
        json.skipValue();
      }
    }
    if (name == null) {
      throw invalid("outputs[%d]: 'name' is missing", position);
    }
    return new RequestedOutput(name, of.binary(), of.base64(), of.classes());
  }

  private String outputName(int position) {
    return text("outputs[" + position + "].name");
  }

  private JsonText text(int position, String member) {
    JsonText text = textOrNull();
    if (text == null) {
      throw noText("inputs[" + position + "]." + member);
    }
    return text;
  }

  private String text(String what) {
    JsonText text = textOrNull();
    if (text == null) {
      throw noText(what);
    }
    return text.text();
  }

  private @Nullable JsonText textOrNull() {
    if (json.next() != JsonBytes.Kind.TEXT) {
      return null;
    }
    JsonText text = json.readText();
    return text.length() > LONGEST_NAME ? null : text;
  }

  private static RequestRefused noText(String what) {
    return invalid("'%s' must be a text of at most %d bytes", what, LONGEST_NAME);
  }

  private void finishOutputs() {
    for (RequestedOutput output : requested) {
      boolean asBytes = output.binary() == null ? parameters.binaryOutputs() : output.binary();
      if (output.base64()) {
        assembly.ask(new OutputWish(output.name(), asBytes, true, output.classes(), List.of()));
      } else if (output.classes() > 0) {
        assembly.ask(OutputWish.ranked(output.name(), asBytes, output.classes(), contract));
      } else {
        assembly.ask(new OutputWish(output.name(), asBytes, 0));
      }
    }
    if (requested.isEmpty() && parameters.binaryOutputs()) {
      for (TensorSpec output : contract.outputs()) {
        assembly.ask(new OutputWish(output.name(), true, 0));
      }
    }
  }

  InferenceParser.Parsed finish() {
    if (!hasInputs) {
      throw invalid("'inputs' is missing");
    }
    finishOutputs();
    RequestAssembly.Assembled assembled = assembly.finish();
    if (binary.hasRemaining()) {
      throw invalid(
          "%d bytes are left over behind the JSON and the binary inputs", binary.remaining());
    }
    assembled.outputs().forEach(this::require);
    return new InferenceParser.Parsed(
        id,
        assembled.inputs(),
        assembled.rows(),
        assembled.outputs(),
        parameters,
        assembled.heapBytes());
  }

  private void require(OutputWish wish) {
    for (TensorSpec output : contract.outputs()) {
      if (output.name().equals(wish.name())) {
        wish.require(output, BINARY_OUTPUT);
      }
    }
  }
}
