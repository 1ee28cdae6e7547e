package dev.understudy.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.inference.InferParameter;
import dev.understudy.contracts.inference.ModelInferRequest;
import dev.understudy.contracts.inference.ModelInferRequest.InferInputTensor;
import dev.understudy.contracts.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.InputContract;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import io.grpc.Metadata;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Damaged requests, always the same ones: each is read, refused with a reason, or no message at
 * all. Any other exception would be a fault of ours.
 */
class DamagedGrpcRequestTest {
  private static final int DAMAGED = 20_000;

  static Stream<ModelInferRequest> sound() {
    return Stream.of(request(true), request(false));
  }

  @ParameterizedTest
  @MethodSource("sound")
  void aDamagedRequestIsReadOrRefused(ModelInferRequest sound) {
    byte[] bytes = sound.toByteArray();
    Random random = new Random(7);
    List<String> reasons = new ArrayList<>();
    int read = 0;

    for (int i = 0; i < DAMAGED; i++) {
      byte[] damaged = damaged(bytes, random);
      try {
        GrpcRequest request =
            GrpcRequest.read(
                ModelInferRequest.parseFrom(damaged),
                contract(),
                100,
                new CallHeaders(new Metadata(), Plenty.share()));
        assertThat(request.tensors().rows()).isBetween(1, 100);
        read++;
      } catch (RequestRefused refused) {
        reasons.add(refused.reason());
      } catch (InvalidProtocolBufferException noMessage) {
        // Answered before it comes this far.
      }
    }

    assertThat(read).isPositive();
    assertThat(reasons).isNotEmpty().allMatch(reason -> reason.length() < 2_000);
  }

  private static byte[] damaged(byte[] sound, Random random) {
    byte[] bytes = sound.clone();
    for (int i = 0; i <= random.nextInt(3); i++) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(3)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        default -> bytes[at] = (byte) (random.nextBoolean() ? -1 : 0);
      }
    }
    return bytes;
  }

  private static ModelInferRequest request(boolean raw) {
    ModelInferRequest.Builder request =
        ModelInferRequest.newBuilder()
            .setModelName("m")
            .putParameters("timeout", InferParameter.newBuilder().setInt64Param(7).build())
            .addOutputs(InferRequestedOutputTensor.newBuilder().setName("p"));
    RawTensorsTest.oneOfEachDatatype()
        .filter(tensor -> raw || !tensor.datatype().isHalf())
        .forEach(
            tensor -> {
              InferInputTensor.Builder input =
                  request
                      .addInputsBuilder()
                      .setName(tensor.datatype().name())
                      .setDatatype(tensor.datatype().name())
                      .addShape(tensor.rows());
              if (raw) {
                request.addRawInputContents(ByteString.copyFrom(RawTensors.write(tensor)));
              } else {
                input.setContents(TypedContents.write(tensor));
              }
            });
    return request.build();
  }

  static ModelContract contract() {
    return new ModelContract(
        new InputContract(
            RawTensorsTest.oneOfEachDatatype()
                .map(Tensor::datatype)
                .map(DamagedGrpcRequestTest::column)
                .toList()),
        List.of(new TensorSpec("p", Datatype.FP32, List.of(-1L))));
  }

  private static Column column(Datatype datatype) {
    return new Column(
        datatype.name(),
        datatype,
        List.of(-1L),
        datatype.canBeMissing(),
        false,
        List.of(),
        OptionalDouble.empty(),
        OptionalDouble.empty());
  }
}
