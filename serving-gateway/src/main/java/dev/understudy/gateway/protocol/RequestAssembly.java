package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;
import static dev.understudy.gateway.protocol.RequestRefused.quote;

import dev.understudy.scoring.Column;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What holds for a request in whatever form it comes: its tensors against the model's contract. Not
 * thread-safe.
 */
final class RequestAssembly {
  /** An array's header and padding, and the reference to it. */
  private static final int BESIDES_A_TEXT = 24;

  private final ModelContract contract;
  private final int mostRows;
  private final Map<String, Tensor> given;
  private List<OutputWish> outputs = List.of();
  private long heapBytes;

  RequestAssembly(ModelContract contract, int mostRows) {
    this.contract = contract;
    this.mostRows = mostRows;
    this.given = LinkedHashMap.newLinkedHashMap(contract.inputs().columns().size());
  }

  /**
   * A request that keeps the contract.
   *
   * @param inputs every column of the contract, those left out as missing
   * @param rows at least one
   * @param outputs those that the client wants, in its order; all as they are if it named none
   * @param heapBytes of the inputs' elements
   */
  record Assembled(
      Map<String, Tensor> inputs, int rows, List<OutputWish> outputs, long heapBytes) {}

  /** The column of that name. */
  Column column(String name) {
    return contract
        .inputs()
        .column(name)
        .orElseThrow(
            () ->
                invalid(
                    "the model has no input %s; it has %s",
                    quote(name), contract.inputs().names()));
  }

  /**
   * Refuses a tensor, before its data are read, that is of another type or shape than its column.
   */
  void require(Column column, String datatype, long[] shape) {
    if (!column.datatype().name().equals(datatype)) {
      throw invalid(
          "input %s: datatype %s is needed, not %s",
          column.name(), column.datatype(), quote(datatype));
    }
    boolean fits = shape.length == column.shape().size();
    for (int i = 0; fits && i < shape.length; i++) {
      long wanted = column.shape().get(i);
      fits = shape[i] >= 0 && (wanted < 0 || wanted == shape[i]);
    }
    if (!fits) {
      throw invalid(
          "input %s: shape %s is needed (-1: the rows, later any size), not %s",
          column.name(), column.shape(), shown(shape));
    }
    for (int i = 0; i < shape.length; i++) {
      if (column.shape().get(i) < 0) {
        requireFreeDimension(column, i, shape[i]);
      }
    }
    requireCountable(column, shape);
  }

  private void requireFreeDimension(Column column, int position, long length) {
    if (position == 0 && (length < 1 || length > mostRows)) {
      throw invalid("input %s: 1 to %d rows can be sent, not %d", column.name(), mostRows, length);
    }
    if (length > mostRows) {
      throw invalid(
          "input %s: dimension %d can be up to %d, not %d",
          column.name(), position, mostRows, length);
    }
  }

  private static void requireCountable(Column column, long[] shape) {
    try {
      Math.toIntExact(Tensor.elements(shape));
    } catch (ArithmeticException tooLarge) {
      throw invalid("input %s: no tensor is as large as %s", column.name(), shown(shape));
    }
  }

  // A shape of a million dimensions is not sent back whole.
  private static String shown(long[] shape) {
    return shape.length <= 8
        ? Arrays.toString(shape)
        : "one of %d dimensions".formatted(shape.length);
  }

  /** Takes a tensor of one of the columns. */
  void add(Tensor tensor) {
    heapBytes += heapBytes(tensor);
    if (given.put(tensor.name(), tensor) != null) {
      throw invalid("input %s is given twice", tensor.name());
    }
  }

  private static long heapBytes(Tensor tensor) {
    return switch (tensor.values()) {
      case float[] floats -> (long) Float.BYTES * floats.length;
      case short[] halves -> (long) Short.BYTES * halves.length;
      case byte[][] texts -> {
        long sum = (long) BESIDES_A_TEXT * texts.length;
        for (byte[] text : texts) {
          sum += text.length;
        }
        yield sum;
      }
      default -> (long) Long.BYTES * tensor.size();
    };
  }

  /** The client wants this output. */
  void ask(OutputWish wish) {
    requireOutput(wish.name());
    for (OutputWish before : outputs) {
      if (before.name().equals(wish.name())) {
        throw invalid("output %s is asked for twice", wish.name());
      }
    }
    if (outputs.isEmpty()) {
      outputs = new ArrayList<>();
    }
    outputs.add(wish);
  }

  /** Refuses an output that the model does not have. */
  void requireOutput(String name) {
    for (TensorSpec output : contract.outputs()) {
      if (output.name().equals(name)) {
        return;
      }
    }
    throw invalid(
        "the model has no output %s; it has %s",
        quote(name), contract.outputs().stream().map(TensorSpec::name).toList());
  }

  /** All has been given and asked for. */
  Assembled finish() {
    int rows = rows();
    Map<String, Tensor> inputs = inputs(rows);
    return new Assembled(inputs, rows, outputs.isEmpty() ? all() : List.copyOf(outputs), heapBytes);
  }

  private Map<String, Tensor> inputs(int rows) {
    if (contract.inputs().columns().size() == 1) {
      return given;
    }
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (Column column : contract.inputs().columns()) {
      Tensor tensor = given.get(column.name());
      if (tensor == null && !column.mayBeLeftOut()) {
        throw invalid("input %s is missing", column.name());
      }
      if (tensor == null) {
        tensor = column.missing(rows);
        heapBytes += heapBytes(tensor);
      }
      inputs.put(column.name(), tensor);
    }
    return inputs;
  }

  private List<OutputWish> all() {
    List<OutputWish> all = new ArrayList<>(contract.outputs().size());
    for (TensorSpec output : contract.outputs()) {
      all.add(OutputWish.plain(output.name()));
    }
    return all;
  }

  private int rows() {
    if (given.isEmpty()) {
      throw invalid("no input was given; the model has %s", contract.inputs().names());
    }
    Tensor first = given.values().iterator().next();
    for (Tensor tensor : given.values()) {
      if (tensor.rows() != first.rows()) {
        throw invalid(
            "input %s has %d rows, input %s has %d",
            first.name(), first.rows(), tensor.name(), tensor.rows());
      }
    }
    return Math.toIntExact(first.rows());
  }
}
