package dev.understudy.gateway.protocol;

import com.google.protobuf.ByteString;
import dev.understudy.contracts.inference.InferParameter;
import dev.understudy.contracts.inference.InferTensorContents;
import dev.understudy.contracts.inference.ModelInferRequest;
import dev.understudy.contracts.inference.ModelInferRequest.InferInputTensor;
import dev.understudy.contracts.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.InputContract;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import io.grpc.Status;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;

/** The messages that the tests of gRPC send, and what comes of a call. Stateless. */
final class GrpcMessages {
  private GrpcMessages() {}

  static ModelContract identity(Datatype datatype, int dimensions) {
    List<Long> free = Collections.nCopies(dimensions, -1L);
    return new ModelContract(
        new InputContract(List.of(column(datatype, free))),
        List.of(new TensorSpec("p", datatype, free)));
  }

  static Column column(Datatype datatype, List<Long> shape) {
    return new Column(
        "x",
        datatype,
        shape,
        false,
        false,
        List.of(),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }

  static ModelInferRequest.Builder number(String model, float x) {
    return typed(model, Tensor.ofFloats("x", new long[] {1}, x));
  }

  static ModelInferRequest.Builder typed(String model, Tensor tensor) {
    InferTensorContents contents = TypedContents.write(tensor);
    return request(
        model,
        input("x", tensor.datatype().name(), tensor.shape()).toBuilder()
            .setContents(contents)
            .build());
  }

  static ModelInferRequest.Builder raw(String model, Tensor tensor) {
    return request(model, input("x", tensor.datatype().name(), tensor.shape()))
        .addRawInputContents(ByteString.copyFrom(RawTensors.write(tensor)));
  }

  static ModelInferRequest.Builder request(String model, InferInputTensor... inputs) {
    return ModelInferRequest.newBuilder().setModelName(model).addAllInputs(List.of(inputs));
  }

  static InferInputTensor input(String name, String datatype, long... shape) {
    InferInputTensor.Builder input =
        InferInputTensor.newBuilder().setName(name).setDatatype(datatype);
    for (long dimension : shape) {
      input.addShape(dimension);
    }
    return input.build();
  }

  static InferRequestedOutputTensor output(String name) {
    return InferRequestedOutputTensor.newBuilder().setName(name).build();
  }

  static InferRequestedOutputTensor classes(String name, long most) {
    return output(name).toBuilder()
        .putParameters("classification", InferParameter.newBuilder().setInt64Param(most).build())
        .build();
  }

  @FunctionalInterface
  interface Call {
    Object make() throws Exception;
  }

  static Status.Code code(Call call) {
    try {
      call.make();
      return Status.Code.OK;
    } catch (Exception e) {
      return Status.fromThrowable(e).getCode();
    }
  }
}
