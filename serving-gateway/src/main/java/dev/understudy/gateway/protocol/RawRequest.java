package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;

import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A request without any JSON: the body is one row of the only input, and everything is answered in
 * bytes. Stateless.
 */
final class RawRequest {
  private RawRequest() {}

  static InferenceParser.Parsed read(byte[] body, ModelContract contract, int mostRows) {
    List<Column> columns = contract.inputs().columns();
    if (columns.size() != 1) {
      throw invalid(
          "a body without JSON needs a model with one input, this one has %s",
          contract.inputs().names());
    }
    Column column = columns.getFirst();
    long[] shape = shape(column, body.length);
    RequestAssembly assembly = new RequestAssembly(contract, mostRows);
    assembly.require(column, column.datatype().name(), shape);
    assembly.add(tensor(body, column, shape));
    for (TensorSpec output : contract.outputs()) {
      assembly.ask(new OutputWish(output.name(), true, 0));
    }
    RequestAssembly.Assembled assembled = assembly.finish();
    return new InferenceParser.Parsed(
        "",
        assembled.inputs(),
        assembled.rows(),
        assembled.outputs(),
        new RequestParameters(),
        assembled.heapBytes());
  }

  private static Tensor tensor(byte[] body, Column column, long[] shape) {
    if (column.datatype() != Datatype.BYTES) {
      return RawTensors.read(ByteBuffer.wrap(body), column, shape);
    }
    // The one element is the body, without a length in front.
    new ElementCheck(column).bytes(0, body);
    return Tensor.ofBytes(column.name(), shape, body);
  }

  /** One row; one more free dimension is as long as the bytes make it. */
  private static long[] shape(Column column, int bytes) {
    int width =
        column.datatype() == Datatype.BYTES ? Math.max(1, bytes) : column.datatype().width();
    long[] shape = new long[column.shape().size()];
    int free = -1;
    long row = width;
    for (int i = 0; i < shape.length; i++) {
      long dimension = column.shape().get(i);
      shape[i] = dimension < 0 ? 1 : dimension;
      if (dimension < 0 && i > 0) {
        if (free >= 0) {
          throw invalid(
              "input %s: a body without JSON cannot tell the free dimensions of %s apart",
              column.name(), column.shape());
        }
        free = i;
      }
      row = Math.multiplyExact(row, shape[i]);
    }
    if (free >= 0 && row > 0) {
      shape[free] = bytes / row;
    }
    if (column.datatype() == Datatype.BYTES && Tensor.elements(shape) != 1) {
      throw invalid(
          "input %s: a body without JSON can be one text, and shape %s needs more",
          column.name(), column.shape());
    }
    return shape;
  }
}
