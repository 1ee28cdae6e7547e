package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.invalid;
import static dev.understudy.gateway.protocol.RequestRefused.quote;

import dev.understudy.contracts.ProblemType;
import dev.understudy.contracts.inference.InferParameter;
import dev.understudy.contracts.inference.ModelInferRequest;
import dev.understudy.contracts.inference.ModelInferRequest.InferInputTensor;
import dev.understudy.contracts.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.understudy.gateway.inference.RequestTraits;
import dev.understudy.gateway.protocol.RequestParameters.Form;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * An inference request over gRPC that keeps the model's contract.
 *
 * @param id the client's own, or that of the header; empty if there is none
 * @param raw the tensors are answered as raw contents, because they came so
 */
record GrpcRequest(
    String id, RequestAssembly.Assembled tensors, boolean raw, RequestTraits traits) {

  /**
   * Holds a message against the contract.
   *
   * @throws RequestRefused if it does not keep it
   */
  static GrpcRequest read(
      ModelInferRequest request, ModelContract contract, int mostRows, CallHeaders headers) {
    RequestParameters parameters = parameters(request.getParametersMap());
    RequestTraits traits =
        within(headers.remaining(), parameters.traits(RequestTraits.Protocol.GRPC, headers::find));
    RequestAssembly assembly = new RequestAssembly(contract, mostRows);
    boolean raw = request.getRawInputContentsCount() > 0;
    if (raw && request.getRawInputContentsCount() != request.getInputsCount()) {
      throw invalid(
          "raw_input_contents has %d entries for %d inputs; one for each is needed",
          request.getRawInputContentsCount(), request.getInputsCount());
    }
    for (int i = 0; i < request.getInputsCount(); i++) {
      assembly.add(input(assembly, request, i));
    }
    for (InferRequestedOutputTensor output : request.getOutputsList()) {
      assembly.ask(wish(output, contract));
    }
    RequestAssembly.Assembled tensors = assembly.finish();
    for (OutputWish wish : tensors.outputs()) {
      require(wish, contract);
    }
    return new GrpcRequest(
        id(request, headers), tensors, raw || parameters.binaryOutputs(), traits);
  }

  // Any tensor can be raw, so that there is nothing that this protocol could not carry.
  private static OutputWish wish(InferRequestedOutputTensor output, ModelContract contract) {
    output.getParametersMap().forEach(GrpcRequest::refuseUnsupported);
    InferParameter classes = output.getParametersMap().get("classification");
    if (classes == null) {
      return new OutputWish(output.getName(), true, 0);
    }
    if (!classes.hasInt64Param() || classes.getInt64Param() < 1) {
      throw invalid(
          "output %s: the parameter classification must be a whole number of at least 1",
          quote(output.getName()));
    }
    int most = (int) Math.min(Integer.MAX_VALUE, classes.getInt64Param());
    return OutputWish.ranked(output.getName(), true, most, contract);
  }

  private static void require(OutputWish wish, ModelContract contract) {
    for (TensorSpec output : contract.outputs()) {
      if (output.name().equals(wish.name()) && wish.classes() > 0) {
        wish.require(output, "");
      }
    }
  }

  /** With the transport's deadline, if it comes before that of the request itself. */
  private static RequestTraits within(Optional<Duration> remaining, RequestTraits traits) {
    if (remaining.isEmpty()) {
      return traits;
    }
    if (!remaining.get().isPositive()) {
      throw new RequestRefused(ProblemType.TIMED_OUT, "the time for this request is over");
    }
    boolean isFirst =
        traits.budget().isEmpty() || remaining.get().compareTo(traits.budget().get()) < 0;
    return new RequestTraits(
        traits.protocol(),
        traits.header(),
        traits.parameters(),
        isFirst ? remaining : traits.budget(),
        traits.priority(),
        traits.attributes());
  }

  private static Tensor input(RequestAssembly assembly, ModelInferRequest request, int position) {
    InferInputTensor input = request.getInputs(position);
    Column column = assembly.column(input.getName());
    long[] shape = new long[input.getShapeCount()];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = input.getShape(i);
    }
    assembly.require(column, input.getDatatype(), shape);
    input.getParametersMap().forEach(GrpcRequest::refuseUnsupported);
    if (request.getRawInputContentsCount() == 0) {
      if (!input.hasContents()) {
        throw invalid(
            "input %s has no data; give its 'contents', or raw_input_contents for all inputs",
            column.name());
      }
      return TypedContents.read(input.getContents(), column, shape);
    }
    if (input.hasContents()) {
      throw invalid(
          "input %s has 'contents' although there are raw_input_contents; give all inputs in one"
              + " form",
          column.name());
    }
    return RawTensors.read(
        request.getRawInputContents(position).asReadOnlyByteBuffer(), column, shape);
  }

  private static String id(ModelInferRequest request, CallHeaders headers) {
    String id = request.getId();
    if (id.length() > RequestReader.LONGEST_NAME) {
      throw invalid("'id' is longer than %d characters", RequestReader.LONGEST_NAME);
    }
    return id.isEmpty()
        ? headers
            .find("x-request-id")
            .filter(header -> header.length() <= RequestReader.LONGEST_NAME)
            .orElse("")
        : id;
  }

  private static RequestParameters parameters(Map<String, InferParameter> given) {
    RequestParameters parameters = new RequestParameters();
    given.forEach(
        (name, value) -> {
          switch (value.getParameterChoiceCase()) {
            case BOOL_PARAM ->
                parameters.put(name, Form.TRUTH, String.valueOf(value.getBoolParam()));
            case INT64_PARAM ->
                parameters.put(name, Form.WHOLE, String.valueOf(value.getInt64Param()));
            case UINT64_PARAM ->
                parameters.put(name, Form.WHOLE, Long.toUnsignedString(value.getUint64Param()));
            case DOUBLE_PARAM ->
                parameters.put(name, Form.REAL, String.valueOf(value.getDoubleParam()));
            case STRING_PARAM -> parameters.put(name, Form.TEXT, value.getStringParam());
            case PARAMETERCHOICE_NOT_SET -> throw invalid("the parameter %s is empty", quote(name));
          }
        });
    return parameters;
  }

  private static void refuseUnsupported(String parameter, InferParameter value) {
    if (parameter.startsWith("shared_memory_")) {
      throw new RequestRefused(
          ProblemType.NOT_SUPPORTED,
          "the parameter %s is not supported; send the tensor in the message"
              .formatted(quote(parameter)));
    }
    // Taken for the bytes themselves, the text would be scored as something else.
    if (parameter.equals("content_type") && value.getStringParam().equals(ParameterReader.BASE64)) {
      throw new RequestRefused(
          ProblemType.NOT_SUPPORTED,
          "the parameter content_type base64 is for JSON; a message carries the bytes as they are");
    }
  }
}
