package dev.understudy.gateway.protocol;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.inference.ModelInferRequest;
import dev.understudy.gateway.inference.Answer;
import dev.understudy.gateway.routing.PredictionId;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.Tensor;
import io.grpc.Metadata;
import java.util.List;
import java.util.Optional;

/**
 * Whatever comes as a message is read or refused, never anything else. With {@code JAZZER_FUZZ=1}
 * in the environment messages are made up for as long as it says; else the seeds are tried.
 */
class GrpcFuzzTest {
  private static final ModelContract EVERYTHING = DamagedGrpcRequestTest.contract();

  @FuzzTest(maxDuration = "20s")
  void anyMessageIsReadOrRefused(byte[] message) {
    GrpcRequest request;
    try {
      request =
          GrpcRequest.read(
              ModelInferRequest.parseFrom(message),
              EVERYTHING,
              1_000,
              new CallHeaders(new Metadata(), Plenty.share()));
    } catch (RequestRefused | InvalidProtocolBufferException refused) {
      return;
    }
    answer(request);
  }

  // What was read can be written, in either form.
  private static void answer(GrpcRequest request) {
    List<Tensor> inputs = List.copyOf(request.tensors().inputs().values());
    List<OutputWish> wishes =
        inputs.stream().map(tensor -> OutputWish.plain(tensor.name())).toList();
    GrpcReplies.predicted(
        new Answer.Predicted(new PredictionId("id"), "m", "1", "1", inputs, Optional.empty()),
        new GrpcRequest(
            request.id(),
            new RequestAssembly.Assembled(
                request.tensors().inputs(), request.tensors().rows(), wishes, 0),
            request.raw(),
            request.traits()));
  }
}
