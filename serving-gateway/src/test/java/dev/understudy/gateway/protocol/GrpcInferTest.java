package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.GrpcMessages.classes;
import static dev.understudy.gateway.protocol.GrpcMessages.column;
import static dev.understudy.gateway.protocol.GrpcMessages.identity;
import static dev.understudy.gateway.protocol.GrpcMessages.input;
import static dev.understudy.gateway.protocol.GrpcMessages.number;
import static dev.understudy.gateway.protocol.GrpcMessages.output;
import static dev.understudy.gateway.protocol.GrpcMessages.raw;
import static dev.understudy.gateway.protocol.GrpcMessages.request;
import static dev.understudy.gateway.protocol.GrpcMessages.typed;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.understudy.contracts.inference.InferParameter;
import dev.understudy.contracts.inference.InferTensorContents;
import dev.understudy.contracts.inference.ModelInferRequest;
import dev.understudy.contracts.inference.ModelInferResponse;
import dev.understudy.gateway.Contracts;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.InputContract;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import dev.understudy.testkit.Graphs;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tensors there and back over gRPC, and the requests that are refused. */
class GrpcInferTest {
  private final TestGrpc grpc;

  GrpcInferTest(@TempDir Path spool) throws IOException {
    grpc = new TestGrpc(spool);
  }

  @AfterEach
  void close() throws InterruptedException {
    grpc.close();
  }

  @ParameterizedTest
  @CsvSource({
    "BOOL,9",
    "UINT8,2",
    "UINT16,4",
    "UINT32,12",
    "UINT64,13",
    "INT8,3",
    "INT16,5",
    "INT32,6",
    "INT64,7",
    "FP32,1",
    "FP64,11",
    "BYTES,8"
  })
  void aTensorComesBackInTheFormInWhichItWasSent(Datatype datatype, int onnx) {
    grpc.serve("m", identity(datatype, 1), Graphs.identity(onnx, -1));
    Tensor sent =
        RawTensorsTest.oneOfEachDatatype()
            .filter(one -> one.datatype() == datatype)
            .map(
                one ->
                    datatype == Datatype.BYTES ? Tensor.ofTexts("x", one.shape(), "ö", "b") : one)
            .findFirst()
            .orElseThrow();

    ModelInferResponse typed = grpc.client.modelInfer(typed("m", sent).build());
    ModelInferResponse raw = grpc.client.modelInfer(raw("m", sent).build());

    assertThat(typed.getRawOutputContentsList()).isEmpty();
    assertThat(typed.getOutputs(0).getDatatype()).isEqualTo(datatype.name());
    assertThat(typed.getOutputs(0).getShapeList()).containsExactly(2L);
    assertThat(typed.getOutputs(0).getContents()).isEqualTo(TypedContents.write(sent));
    assertThat(raw.getOutputs(0).hasContents()).isFalse();
    assertThat(raw.getRawOutputContents(0).toByteArray()).isEqualTo(RawTensors.write(sent));
  }

  @ParameterizedTest
  @CsvSource({"FP16,10", "BF16,16"})
  void halvesAreRawInAndRawOut(Datatype datatype, int onnx) {
    grpc.serve("m", identity(datatype, 1), Graphs.identity(onnx, -1));
    Tensor sent = Tensor.ofHalves("x", datatype, new long[] {2}, (short) 0x3C00, (short) 0x3E00);

    ModelInferResponse raw = grpc.client.modelInfer(raw("m", sent).build());

    assertThat(raw.getOutputs(0).getDatatype()).isEqualTo(datatype.name());
    assertThat(raw.getRawOutputContents(0).toByteArray()).isEqualTo(RawTensors.write(sent));
    grpc.assertRefused(
        request(
            "m",
            input("x", datatype.name(), 2).toBuilder()
                .setContents(InferTensorContents.newBuilder().addFp32Contents(1).addFp32Contents(1))
                .build()),
        Status.Code.INVALID_ARGUMENT,
        "has no typed form; send raw_input_contents");
  }

  @Test
  void thePredictionIsNamedInTheParametersAndTheHeader() {
    grpc.serve("m", Contracts.number(), Graphs.sigmoid(1));
    AtomicReference<Metadata> headers = new AtomicReference<>();

    ModelInferResponse answer =
        grpc.client
            .withInterceptors(
                MetadataUtils.newCaptureMetadataInterceptor(headers, new AtomicReference<>()))
            .modelInfer(number("m", 0).build());

    String id = answer.getParametersOrThrow("prediction_id").getStringParam();
    assertThat(id).hasSize(36);
    assertThat(answer.getId()).isEqualTo(id);
    assertThat(answer.getParametersOrThrow("arm").getStringParam()).isEqualTo("1");
    assertThat(answer.getModelName()).isEqualTo("m");
    assertThat(answer.getModelVersion()).isEqualTo("1");
    assertThat(headers.get().get(CallHeaders.PREDICTION_ID)).isEqualTo(id);
  }

  @Test
  void theClientsIdIsEchoed() {
    grpc.serve("m", Contracts.number(), Graphs.sigmoid(1));
    Metadata header = new Metadata();
    header.put(Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER), "from-header");
    var withHeader =
        grpc.client.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(header));

    assertThat(withHeader.modelInfer(number("m", 0).build()).getId()).isEqualTo("from-header");
    assertThat(withHeader.modelInfer(number("m", 0).setId("mine").build()).getId())
        .isEqualTo("mine");
    grpc.assertRefused(
        number("m", 0).setId("x".repeat(1_001)), Status.Code.INVALID_ARGUMENT, "'id' is longer");
  }

  @Test
  void aVersionIsPinnedOrUnknown() {
    grpc.serve("m", Contracts.number(), Graphs.sigmoid(1));

    assertThat(
            grpc.client.modelInfer(number("m", 0).setModelVersion("1").build()).getModelVersion())
        .isEqualTo("1");
    grpc.assertRefused(
        number("m", 0).setModelVersion("9"),
        Status.Code.NOT_FOUND,
        "names version '9'; there are 1");
  }

  @Test
  void onlyTheOutputsThatWereAskedForAreAnswered() {
    grpc.serve("m", Contracts.number(), Graphs.sigmoid(1));

    assertThat(
            grpc.client.modelInfer(number("m", 0).addOutputs(output("p")).build()).getOutputsList())
        .hasSize(1);
    grpc.assertRefused(
        number("m", 0).addOutputs(output("q")), Status.Code.INVALID_ARGUMENT, "no output 'q'");
    grpc.assertRefused(
        number("m", 0).addOutputs(output("p")).addOutputs(output("p")),
        Status.Code.INVALID_ARGUMENT,
        "output p is asked for twice");
  }

  @Test
  void theBestClassesAreAnsweredAsTexts() {
    grpc.serve("m", identity(Datatype.FP32, 2), Graphs.identity(Graphs.FLOAT, -1, -1));
    Tensor scores = Tensor.ofFloats("x", new long[] {2, 3}, 1, 3, 2, 0.5f, 0.25f, 0);

    ModelInferResponse typed =
        grpc.client.modelInfer(typed("m", scores).addOutputs(classes("p", 2)).build());
    ModelInferResponse raw =
        grpc.client.modelInfer(raw("m", scores).addOutputs(classes("p", 1)).build());

    assertThat(typed.getOutputs(0).getDatatype()).isEqualTo("BYTES");
    assertThat(typed.getOutputs(0).getShapeList()).containsExactly(2L, 2L);
    assertThat(typed.getOutputs(0).getContents().getBytesContentsList())
        .map(ByteString::toStringUtf8)
        .containsExactly("3.000000:1", "2.000000:2", "0.500000:0", "0.250000:1");
    assertThat(raw.getRawOutputContents(0).size()).isEqualTo(2 * (4 + "3.000000:1".length()));
    grpc.assertRefused(
        raw("m", scores).addOutputs(classes("p", 0)),
        Status.Code.INVALID_ARGUMENT,
        "classification must be a whole number of at least 1");
  }

  @Test
  void classesHaveTheirLabelsIfTheContractNamesThem() {
    List<Long> shape = List.of(-1L, 2L);
    grpc.serve(
        "m",
        new ModelContract(
            new InputContract(List.of(column(Datatype.FP32, shape))),
            List.of(new TensorSpec("p", Datatype.FP32, shape)),
            Map.of("p", List.of("good", "bad"))),
        Graphs.identity(Graphs.FLOAT, -1, 2));
    Tensor scores = Tensor.ofFloats("x", new long[] {1, 2}, 0.25f, 0.75f);

    ModelInferResponse typed =
        grpc.client.modelInfer(typed("m", scores).addOutputs(classes("p", 9)).build());

    assertThat(typed.getOutputs(0).getContents().getBytesContentsList())
        .map(ByteString::toStringUtf8)
        .containsExactly("0.750000:1:bad", "0.250000:0:good");
  }

  @Test
  void base64IsAFormOfJsonAndOfNothingElse() {
    grpc.serve("m", identity(Datatype.BYTES, 1), Graphs.identity(Graphs.STRING, -1));
    InferParameter base64 = InferParameter.newBuilder().setStringParam("base64").build();
    ModelInferRequest.Builder text = typed("m", Tensor.ofTexts("x", new long[] {1}, "AA=="));

    text.getInputsBuilder(0).putParameters("content_type", base64);

    grpc.assertRefused(text, Status.Code.UNIMPLEMENTED, "content_type base64 is for JSON");
  }

  @Test
  void aParameterThatCannotBeHonouredIsRefused() {
    grpc.serve("m", Contracts.number(), Graphs.sigmoid(1));

    grpc.assertRefused(
        number("m", 0)
            .putParameters("timeout", InferParameter.newBuilder().setInt64Param(-1).build()),
        Status.Code.INVALID_ARGUMENT,
        "timeout must be a whole number of at least 0");
    grpc.assertRefused(
        number("m", 0)
            .putParameters("priority", InferParameter.newBuilder().setUint64Param(-1).build()),
        Status.Code.INVALID_ARGUMENT,
        "priority must be");
    grpc.assertRefused(
        number("m", 0)
            .putParameters("sequence_id", InferParameter.newBuilder().setInt64Param(1).build()),
        Status.Code.UNIMPLEMENTED,
        "sequence_id");
    grpc.assertRefused(
        number("m", 0).putParameters("empty", InferParameter.getDefaultInstance()),
        Status.Code.INVALID_ARGUMENT,
        "'empty' is empty");
  }

  @Test
  void theTwoFormsAreNotMixed() {
    grpc.serve("m", Contracts.number(), Graphs.sigmoid(1));

    grpc.assertRefused(
        number("m", 0).addRawInputContents(ByteString.copyFrom(new byte[4])),
        Status.Code.INVALID_ARGUMENT,
        "'contents' although there are raw_input_contents");
    grpc.assertRefused(
        raw("m", Tensor.ofFloats("x", new long[] {1}, 0))
            .addRawInputContents(ByteString.copyFrom(new byte[4])),
        Status.Code.INVALID_ARGUMENT,
        "raw_input_contents has 2 entries for 1 inputs");
    grpc.assertRefused(
        request("m", input("x", "FP32", 1)), Status.Code.INVALID_ARGUMENT, "input x has no data");
    grpc.assertRefused(request("m"), Status.Code.INVALID_ARGUMENT, "no input was given");
  }

  @Test
  void dataThatLieAboutTheirSizeAreRefused() {
    grpc.serve("text", identity(Datatype.BYTES, 1), Graphs.identity(Graphs.STRING, -1));
    grpc.serve(
        "cube", identity(Datatype.FP32, 5), Graphs.identity(Graphs.FLOAT, -1, -1, -1, -1, -1));

    grpc.assertRefused(
        request("text", input("x", "BYTES", 1))
            .addRawInputContents(ByteString.copyFrom(new byte[] {-1, -1, -1, -1, 'a'})),
        Status.Code.INVALID_ARGUMENT,
        "x[0]: the element is said to have 4294967295 bytes, 1 are left");
    grpc.assertRefused(
        request("text", input("x", "BYTES", 1_000)).addRawInputContents(ByteString.EMPTY),
        Status.Code.INVALID_ARGUMENT,
        "needs at least 4000 bytes");
    grpc.assertRefused(
        request("cube", input("x", "FP32", 1_000, 1_000, 1_000, 1_000, 1_000))
            .addRawInputContents(ByteString.EMPTY),
        Status.Code.INVALID_ARGUMENT,
        "no tensor is as large as");
    grpc.assertRefused(
        request("cube", input("x", "FP32", 1, 1, 1, 1, -1)).addRawInputContents(ByteString.EMPTY),
        Status.Code.INVALID_ARGUMENT,
        "shape [-1, -1, -1, -1, -1] is needed");
    grpc.assertRefused(
        request("cube", input("x", "FP32", Long.MAX_VALUE, 1, 1, 1, 1))
            .addRawInputContents(ByteString.EMPTY),
        Status.Code.INVALID_ARGUMENT,
        "1 to 1000 rows can be sent");
  }

  @Test
  void aTensorWithoutElementsIsATensor() {
    grpc.serve("m", identity(Datatype.FP32, 2), Graphs.identity(Graphs.FLOAT, -1, -1));
    Tensor empty = Tensor.ofFloats("x", new long[] {2, 0});

    ModelInferResponse raw = grpc.client.modelInfer(raw("m", empty).build());
    ModelInferResponse typed = grpc.client.modelInfer(typed("m", empty).build());

    assertThat(raw.getOutputs(0).getShapeList()).containsExactly(2L, 0L);
    assertThat(raw.getRawOutputContents(0)).isEqualTo(ByteString.EMPTY);
    assertThat(typed.getOutputs(0).getShapeList()).containsExactly(2L, 0L);
  }
}
