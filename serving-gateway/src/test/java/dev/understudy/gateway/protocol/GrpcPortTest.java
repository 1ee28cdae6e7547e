package dev.understudy.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.understudy.contracts.health.HealthCheckRequest;
import dev.understudy.contracts.health.HealthCheckResponse.ServingStatus;
import dev.understudy.contracts.health.HealthGrpc;
import dev.understudy.contracts.inference.DataType;
import dev.understudy.contracts.inference.GRPCInferenceServiceGrpc;
import dev.understudy.contracts.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.understudy.contracts.inference.InferParameter;
import dev.understudy.contracts.inference.InferTensorContents;
import dev.understudy.contracts.inference.ModelConfig;
import dev.understudy.contracts.inference.ModelConfigRequest;
import dev.understudy.contracts.inference.ModelInferRequest;
import dev.understudy.contracts.inference.ModelInferRequest.InferInputTensor;
import dev.understudy.contracts.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.understudy.contracts.inference.ModelInferResponse;
import dev.understudy.contracts.inference.ModelMetadataRequest;
import dev.understudy.contracts.inference.ModelMetadataResponse;
import dev.understudy.contracts.inference.ModelReadyRequest;
import dev.understudy.contracts.inference.ModelStatistics;
import dev.understudy.contracts.inference.ModelStatisticsRequest;
import dev.understudy.contracts.inference.RepositoryIndexRequest;
import dev.understudy.contracts.inference.RepositoryModelLoadRequest;
import dev.understudy.contracts.inference.RepositoryModelUnloadRequest;
import dev.understudy.contracts.inference.ServerLiveRequest;
import dev.understudy.contracts.inference.ServerMetadataRequest;
import dev.understudy.contracts.inference.ServerReadyRequest;
import dev.understudy.gateway.Contracts;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.InputContract;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import dev.understudy.testkit.Graphs;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real client against the real port, with real models; Kafka is away. */
class GrpcPortTest {
  private static final int LIMIT = 64 * 1024;

  private final Serving serving;
  private final GrpcPort port;

  private ManagedChannel channel;
  private GRPCInferenceServiceBlockingStub client;

  GrpcPortTest(@TempDir Path spool) throws IOException {
    serving = new Serving(spool);
    port = serving.port(new RequestLimits(LIMIT, 16, 1_000), Plenty.inFlight());
  }

  @BeforeEach
  void open() throws IOException {
    port.open();
    channel = ManagedChannelBuilder.forAddress("127.0.0.1", port.number()).usePlaintext().build();
    client =
        GRPCInferenceServiceGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  @AfterEach
  void close() throws InterruptedException {
    channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    port.close();
    serving.close();
  }

  @Test
  void theServerSaysThatItLivesAndWhatItIs() {
    serving.ready.set(false);
    assertThat(client.serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
    assertThat(client.serverReady(ServerReadyRequest.getDefaultInstance()).getReady()).isFalse();
    serving.ready.set(true);
    assertThat(client.serverReady(ServerReadyRequest.getDefaultInstance()).getReady()).isTrue();

    var server = client.serverMetadata(ServerMetadataRequest.getDefaultInstance());

    assertThat(server.getName()).isEqualTo("understudy");
    assertThat(server.getVersion()).isEqualTo("1.2.3");
    assertThat(server.getExtensionsList()).isEqualTo(Replies.EXTENSIONS);
  }

  @Test
  void aModelIsDescribed() {
    serve("m", Contracts.number(), Graphs.sigmoid(1));

    ModelMetadataResponse model =
        client.modelMetadata(ModelMetadataRequest.newBuilder().setName("m").build());

    assertThat(model.getName()).isEqualTo("m");
    assertThat(model.getVersionsList()).containsExactly("1");
    assertThat(model.getPlatform()).isEqualTo("onnx_onnxv1");
    assertThat(model.getInputs(0).getName()).isEqualTo("x");
    assertThat(model.getInputs(0).getDatatype()).isEqualTo("FP32");
    assertThat(model.getInputs(0).getShapeList()).containsExactly(-1L);
    assertThat(model.getOutputs(0).getName()).isEqualTo("p");
  }

  @Test
  void theConfigurationSaysHowAModelIsRun() {
    serve("rows", identity(Datatype.BYTES, 2), Graphs.identity(Graphs.STRING, -1, -1));

    ModelConfig config =
        client.modelConfig(ModelConfigRequest.newBuilder().setName("rows").build()).getConfig();

    assertThat(config.getName()).isEqualTo("rows");
    assertThat(config.getPlatform()).isEqualTo("onnx_onnxv1");
    assertThat(config.getMaxBatchSize()).isEqualTo(1_000);
    assertThat(config.getInput(0).getName()).isEqualTo("x");
    assertThat(config.getInput(0).getDataType()).isEqualTo(DataType.TYPE_STRING);
    assertThat(config.getInput(0).getDimsList()).containsExactly(-1L);
    assertThat(config.getInput(0).getOptional()).isFalse();
    assertThat(config.getOutput(0).getDimsList()).containsExactly(-1L);
    assertThat(config.getModelTransactionPolicy().getDecoupled()).isFalse();
    assertThat(
            code(
                () ->
                    client.modelConfig(
                        ModelConfigRequest.newBuilder().setName("rows").setVersion("9").build())))
        .isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void theIndexHasEveryLoadedVersion() {
    serve("b", Contracts.number(), Graphs.sigmoid(1));
    serve("a", Contracts.number(), Graphs.sigmoid(2));

    var index = client.repositoryIndex(RepositoryIndexRequest.getDefaultInstance());

    assertThat(index.getModelsList())
        .extracting(model -> model.getName() + " " + model.getVersion() + " " + model.getState())
        .containsExactly("a 1 READY", "b 1 READY");
  }

  @Test
  void aModelIsReadyOnceItIsLoaded() {
    serve("m", Contracts.number(), Graphs.sigmoid(1));

    assertThat(modelReady("m", "")).isTrue();
    assertThat(modelReady("m", "1")).isTrue();
    assertThat(code(() -> modelReady("m", "9"))).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(code(() -> modelReady("other", ""))).isEqualTo(Status.Code.NOT_FOUND);
    serving.ready.set(false);
    assertThat(modelReady("other", "")).isFalse();
  }

  @Test
  void healthIsThatOfTheServerOrOfAModel() {
    HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel);
    serve("m", Contracts.number(), Graphs.sigmoid(1));

    assertThat(health(health, "")).isEqualTo(ServingStatus.SERVING);
    assertThat(health(health, "inference.GRPCInferenceService")).isEqualTo(ServingStatus.SERVING);
    assertThat(health(health, "m")).isEqualTo(ServingStatus.SERVING);
    assertThat(code(() -> health(health, "other"))).isEqualTo(Status.Code.NOT_FOUND);
    serving.ready.set(false);
    assertThat(health(health, "")).isEqualTo(ServingStatus.NOT_SERVING);
    assertThat(health(health, "m")).isEqualTo(ServingStatus.SERVING);
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
    serve("m", identity(datatype, 1), Graphs.identity(onnx, -1));
    Tensor sent =
        RawTensorsTest.oneOfEachDatatype()
            .filter(one -> one.datatype() == datatype)
            .map(
                one ->
                    datatype == Datatype.BYTES ? Tensor.ofTexts("x", one.shape(), "ö", "b") : one)
            .findFirst()
            .orElseThrow();

    ModelInferResponse typed = client.modelInfer(typed("m", sent).build());
    ModelInferResponse raw = client.modelInfer(raw("m", sent).build());

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
    serve("m", identity(datatype, 1), Graphs.identity(onnx, -1));
    Tensor sent = Tensor.ofHalves("x", datatype, new long[] {2}, (short) 0x3C00, (short) 0x3E00);

    ModelInferResponse raw = client.modelInfer(raw("m", sent).build());

    assertThat(raw.getOutputs(0).getDatatype()).isEqualTo(datatype.name());
    assertThat(raw.getRawOutputContents(0).toByteArray()).isEqualTo(RawTensors.write(sent));
    assertRefused(
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
    serve("m", Contracts.number(), Graphs.sigmoid(1));
    AtomicReference<Metadata> headers = new AtomicReference<>();

    ModelInferResponse answer =
        client
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
    serve("m", Contracts.number(), Graphs.sigmoid(1));
    Metadata header = new Metadata();
    header.put(Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER), "from-header");
    var withHeader = client.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(header));

    assertThat(withHeader.modelInfer(number("m", 0).build()).getId()).isEqualTo("from-header");
    assertThat(withHeader.modelInfer(number("m", 0).setId("mine").build()).getId())
        .isEqualTo("mine");
    assertRefused(
        number("m", 0).setId("x".repeat(1_001)), Status.Code.INVALID_ARGUMENT, "'id' is longer");
  }

  @Test
  void aVersionIsPinnedOrUnknown() {
    serve("m", Contracts.number(), Graphs.sigmoid(1));

    assertThat(client.modelInfer(number("m", 0).setModelVersion("1").build()).getModelVersion())
        .isEqualTo("1");
    assertRefused(number("m", 0).setModelVersion("9"), Status.Code.NOT_FOUND, "names version '9'");
  }

  @Test
  void onlyTheOutputsThatWereAskedForAreAnswered() {
    serve("m", Contracts.number(), Graphs.sigmoid(1));

    assertThat(client.modelInfer(number("m", 0).addOutputs(output("p")).build()).getOutputsList())
        .hasSize(1);
    assertRefused(
        number("m", 0).addOutputs(output("q")), Status.Code.INVALID_ARGUMENT, "no output 'q'");
    assertRefused(
        number("m", 0).addOutputs(output("p")).addOutputs(output("p")),
        Status.Code.INVALID_ARGUMENT,
        "output p is asked for twice");
  }

  @Test
  void theBestClassesAreAnsweredAsTexts() {
    serve("m", identity(Datatype.FP32, 2), Graphs.identity(Graphs.FLOAT, -1, -1));
    Tensor scores = Tensor.ofFloats("x", new long[] {2, 3}, 1, 3, 2, 0.5f, 0.25f, 0);

    ModelInferResponse typed =
        client.modelInfer(typed("m", scores).addOutputs(classes("p", 2)).build());
    ModelInferResponse raw =
        client.modelInfer(raw("m", scores).addOutputs(classes("p", 1)).build());

    assertThat(typed.getOutputs(0).getDatatype()).isEqualTo("BYTES");
    assertThat(typed.getOutputs(0).getShapeList()).containsExactly(2L, 2L);
    assertThat(typed.getOutputs(0).getContents().getBytesContentsList())
        .map(ByteString::toStringUtf8)
        .containsExactly("3.000000:1", "2.000000:2", "0.500000:0", "0.250000:1");
    assertThat(raw.getRawOutputContents(0).size()).isEqualTo(2 * (4 + "3.000000:1".length()));
    assertRefused(
        raw("m", scores).addOutputs(classes("p", 0)),
        Status.Code.INVALID_ARGUMENT,
        "classification must be a whole number of at least 1");
  }

  @Test
  void classesHaveTheirLabelsIfTheContractNamesThem() {
    List<Long> shape = List.of(-1L, 2L);
    serve(
        "m",
        new ModelContract(
            new InputContract(List.of(column(Datatype.FP32, shape))),
            List.of(new TensorSpec("p", Datatype.FP32, shape)),
            Map.of("p", List.of("good", "bad"))),
        Graphs.identity(Graphs.FLOAT, -1, 2));
    Tensor scores = Tensor.ofFloats("x", new long[] {1, 2}, 0.25f, 0.75f);

    ModelInferResponse typed =
        client.modelInfer(typed("m", scores).addOutputs(classes("p", 9)).build());

    assertThat(typed.getOutputs(0).getContents().getBytesContentsList())
        .map(ByteString::toStringUtf8)
        .containsExactly("0.750000:1:bad", "0.250000:0:good");
  }

  @Test
  void base64IsAFormOfJsonAndOfNothingElse() {
    serve("m", identity(Datatype.BYTES, 1), Graphs.identity(Graphs.STRING, -1));
    InferParameter base64 = InferParameter.newBuilder().setStringParam("base64").build();
    ModelInferRequest.Builder text = typed("m", Tensor.ofTexts("x", new long[] {1}, "AA=="));

    text.getInputsBuilder(0).putParameters("content_type", base64);

    assertRefused(text, Status.Code.UNIMPLEMENTED, "content_type base64 is for JSON");
  }

  @Test
  void statisticsCountWhatWasAnswered() {
    serve("m", Contracts.number(), Graphs.failsOutsideZeroAndOne());
    serve("other", Contracts.number(), Graphs.sigmoid(1));
    client.modelInfer(typed("m", Tensor.ofFloats("x", new long[] {3}, 0, 1, 0)).build());
    client.modelInfer(number("m", 0).build());
    refused(number("m", 7).build());

    var all = client.modelStatistics(ModelStatisticsRequest.getDefaultInstance());
    var one =
        client.modelStatistics(
            ModelStatisticsRequest.newBuilder().setName("m").setVersion("1").build());

    assertThat(all.getModelStatsList()).extracting(ModelStatistics::getName).contains("m", "other");
    ModelStatistics stats = one.getModelStats(0);
    assertThat(stats.getVersion()).isEqualTo("1");
    assertThat(stats.getInferenceCount()).isEqualTo(4);
    assertThat(stats.getExecutionCount()).isEqualTo(2);
    assertThat(stats.getLastInference()).isPositive();
    assertThat(stats.getInferenceStats().getSuccess().getCount()).isEqualTo(2);
    assertThat(stats.getInferenceStats().getFail().getCount()).isOne();
    assertThat(stats.getInferenceStats().getComputeInfer().getNs()).isPositive();
    assertThat(stats.getBatchStatsList())
        .extracting(batch -> batch.getBatchSize() + " " + batch.getComputeInfer().getCount())
        .containsExactly("1 1", "3 1");
    assertThat(
            code(
                () ->
                    client.modelStatistics(
                        ModelStatisticsRequest.newBuilder().setName("nobody").build())))
        .isEqualTo(Status.Code.NOT_FOUND);
  }

  @Test
  void aModelThatIsNotHereIsNotFoundOrNotYetLoaded() {
    assertRefused(number("other", 0), Status.Code.NOT_FOUND, "there is no model 'other' here");
    serving.ready.set(false);
    assertRefused(number("other", 0), Status.Code.UNAVAILABLE, "'other' is not loaded (yet)");
  }

  @Test
  void aModelThatFailsIsToldWithThePredictionsId() {
    serve("m", Contracts.number(), Graphs.failsOutsideZeroAndOne());

    StatusRuntimeException failed = refused(number("m", 7).build());

    assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(failed.getStatus().getDescription()).contains("failed on this input");
    assertThat(failed.getTrailers().get(CallHeaders.PREDICTION_ID)).hasSize(36);
  }

  @Test
  void aModelThatIsLateIsToldAsSuch() {
    serve("m", Contracts.number(), Graphs.loopsForMillions());

    assertRefused(
        number("m", 1_000_000), Status.Code.DEADLINE_EXCEEDED, "the model did not answer in");
    awaitQuiet();
  }

  @Test
  void whatFindsNoPlaceIsRefusedAtOnce() throws Exception {
    serve("m", Contracts.number(), Graphs.loopsForMillions());
    var calls = GRPCInferenceServiceGrpc.newFutureStub(channel);
    List<Future<ModelInferResponse>> answers = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      answers.add(calls.modelInfer(number("m", 1_000_000).build()));
    }

    List<Status.Code> codes = new ArrayList<>();
    for (Future<ModelInferResponse> answer : answers) {
      codes.add(code(answer::get));
    }

    assertThat(codes).filteredOn(Status.Code.UNAVAILABLE::equals).hasSizeGreaterThanOrEqualTo(8);
    assertThat(codes).contains(Status.Code.DEADLINE_EXCEEDED);
    awaitQuiet();
  }

  @Test
  void aClientThatGoesAwayIsLetGo() {
    serve("m", Contracts.number(), Graphs.loopsForMillions());

    var answer =
        GRPCInferenceServiceGrpc.newFutureStub(channel).modelInfer(number("m", 1_000_000).build());
    await().untilAsserted(() -> assertThat(serving.pipeline.inFlight()).isOne());
    answer.cancel(true);

    awaitQuiet();
    assertThat(serving.meters.find("gateway.rejected").counters())
        .allMatch(cause -> cause.count() == 0);
    assertThat(client.serverLive(ServerLiveRequest.getDefaultInstance()).getLive()).isTrue();
  }

  @Test
  void aParameterThatCannotBeHonouredIsRefused() {
    serve("m", Contracts.number(), Graphs.sigmoid(1));

    assertRefused(
        number("m", 0)
            .putParameters("timeout", InferParameter.newBuilder().setInt64Param(-1).build()),
        Status.Code.INVALID_ARGUMENT,
        "timeout must be a whole number of at least 0");
    assertRefused(
        number("m", 0)
            .putParameters("priority", InferParameter.newBuilder().setUint64Param(-1).build()),
        Status.Code.INVALID_ARGUMENT,
        "priority must be");
    assertRefused(
        number("m", 0)
            .putParameters("sequence_id", InferParameter.newBuilder().setInt64Param(1).build()),
        Status.Code.UNIMPLEMENTED,
        "sequence_id");
    assertRefused(
        number("m", 0).putParameters("empty", InferParameter.getDefaultInstance()),
        Status.Code.INVALID_ARGUMENT,
        "'empty' is empty");
  }

  @Test
  void theTwoFormsAreNotMixed() {
    serve("m", Contracts.number(), Graphs.sigmoid(1));

    assertRefused(
        number("m", 0).addRawInputContents(ByteString.copyFrom(new byte[4])),
        Status.Code.INVALID_ARGUMENT,
        "'contents' although there are raw_input_contents");
    assertRefused(
        raw("m", Tensor.ofFloats("x", new long[] {1}, 0))
            .addRawInputContents(ByteString.copyFrom(new byte[4])),
        Status.Code.INVALID_ARGUMENT,
        "raw_input_contents has 2 entries for 1 inputs");
    assertRefused(
        request("m", input("x", "FP32", 1)), Status.Code.INVALID_ARGUMENT, "input x has no data");
    assertRefused(request("m"), Status.Code.INVALID_ARGUMENT, "no input was given");
  }

  @Test
  void dataThatLieAboutTheirSizeAreRefused() {
    serve("text", identity(Datatype.BYTES, 1), Graphs.identity(Graphs.STRING, -1));
    serve("cube", identity(Datatype.FP32, 5), Graphs.identity(Graphs.FLOAT, -1, -1, -1, -1, -1));

    assertRefused(
        request("text", input("x", "BYTES", 1))
            .addRawInputContents(ByteString.copyFrom(new byte[] {-1, -1, -1, -1, 'a'})),
        Status.Code.INVALID_ARGUMENT,
        "x[0]: the element is said to have 4294967295 bytes, 1 are left");
    assertRefused(
        request("text", input("x", "BYTES", 1_000)).addRawInputContents(ByteString.EMPTY),
        Status.Code.INVALID_ARGUMENT,
        "needs at least 4000 bytes");
    assertRefused(
        request("cube", input("x", "FP32", 1_000, 1_000, 1_000, 1_000, 1_000))
            .addRawInputContents(ByteString.EMPTY),
        Status.Code.INVALID_ARGUMENT,
        "no tensor is as large as");
    assertRefused(
        request("cube", input("x", "FP32", 1, 1, 1, 1, -1)).addRawInputContents(ByteString.EMPTY),
        Status.Code.INVALID_ARGUMENT,
        "shape [-1, -1, -1, -1, -1] is needed");
    assertRefused(
        request("cube", input("x", "FP32", Long.MAX_VALUE, 1, 1, 1, 1))
            .addRawInputContents(ByteString.EMPTY),
        Status.Code.INVALID_ARGUMENT,
        "1 to 1000 rows can be sent");
  }

  @Test
  void aTensorWithoutElementsIsATensor() {
    serve("m", identity(Datatype.FP32, 2), Graphs.identity(Graphs.FLOAT, -1, -1));
    Tensor empty = Tensor.ofFloats("x", new long[] {2, 0});

    ModelInferResponse raw = client.modelInfer(raw("m", empty).build());
    ModelInferResponse typed = client.modelInfer(typed("m", empty).build());

    assertThat(raw.getOutputs(0).getShapeList()).containsExactly(2L, 0L);
    assertThat(raw.getRawOutputContents(0)).isEqualTo(ByteString.EMPTY);
    assertThat(typed.getOutputs(0).getShapeList()).containsExactly(2L, 0L);
  }

  @Test
  void aMessageOverTheLimitIsRefusedCompressedOrNot() {
    serve("m", Contracts.number(), Graphs.sigmoid(1));
    ModelInferRequest large = number("m", 0).setId("x".repeat(LIMIT)).build();

    assertThat(refused(client, large).getStatus().getCode())
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(refused(client.withCompression("gzip"), large).getStatus().getCode())
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(client.withCompression("gzip").modelInfer(number("m", 0).build()).getModelName())
        .isEqualTo("m");
    await().untilAsserted(() -> assertThat(serving.rejected("too_large")).isEqualTo(2));
  }

  @Test
  void bytesThatAreNoMessageAreRefused() {
    MethodDescriptor<byte[], byte[]> bytes =
        GRPCInferenceServiceGrpc.getModelInferMethod().toBuilder(BYTES, BYTES).build();

    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                ClientCalls.blockingUnaryCall(
                    channel, bytes, CallOptions.DEFAULT, new byte[] {1, 2, 3, -1, -1}));

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refused.getStatus().getDescription()).contains("no request of ModelInfer");
  }

  @Test
  void whatIsNotSupportedSaysWhy() {
    assertThat(
            catchThrowableOfType(
                    StatusRuntimeException.class,
                    () ->
                        client.repositoryModelLoad(RepositoryModelLoadRequest.getDefaultInstance()))
                .getStatus())
        .satisfies(status -> assertThat(status.getCode()).isEqualTo(Status.Code.UNIMPLEMENTED))
        .satisfies(status -> assertThat(status.getDescription()).contains("the registry decides"));
    assertThat(
            code(
                () ->
                    client.repositoryModelUnload(
                        RepositoryModelUnloadRequest.getDefaultInstance())))
        .isEqualTo(Status.Code.UNIMPLEMENTED);
  }

  @Test
  void noNewCallIsTakenWhileThePortDrains() {
    serve("m", Contracts.number(), Graphs.sigmoid(1));

    int number = port.number();

    port.drain();

    await()
        .untilAsserted(
            () ->
                assertThat(code(() -> inferOnANewConnection(number)))
                    .isEqualTo(Status.Code.UNAVAILABLE));
  }

  private ModelInferResponse inferOnANewConnection(int number) {
    ManagedChannel another =
        ManagedChannelBuilder.forAddress("127.0.0.1", number).usePlaintext().build();
    try {
      return GRPCInferenceServiceGrpc.newBlockingStub(another).modelInfer(number("m", 0).build());
    } finally {
      another.shutdownNow();
    }
  }

  private boolean modelReady(String model, String version) {
    return client
        .modelReady(ModelReadyRequest.newBuilder().setName(model).setVersion(version).build())
        .getReady();
  }

  private static ServingStatus health(HealthGrpc.HealthBlockingStub health, String service) {
    return health.check(HealthCheckRequest.newBuilder().setService(service).build()).getStatus();
  }

  private void serve(String name, ModelContract contract, byte[] content) {
    serving.serve(name, contract, content);
  }

  private static ModelContract identity(Datatype datatype, int dimensions) {
    List<Long> free = Collections.nCopies(dimensions, -1L);
    return new ModelContract(
        new InputContract(List.of(column(datatype, free))),
        List.of(new TensorSpec("p", datatype, free)));
  }

  private static Column column(Datatype datatype, List<Long> shape) {
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

  private static ModelInferRequest.Builder number(String model, float x) {
    return typed(model, Tensor.ofFloats("x", new long[] {1}, x));
  }

  private static ModelInferRequest.Builder typed(String model, Tensor tensor) {
    InferTensorContents contents = TypedContents.write(tensor);
    return request(
        model,
        input("x", tensor.datatype().name(), tensor.shape()).toBuilder()
            .setContents(contents)
            .build());
  }

  private static ModelInferRequest.Builder raw(String model, Tensor tensor) {
    return request(model, input("x", tensor.datatype().name(), tensor.shape()))
        .addRawInputContents(ByteString.copyFrom(RawTensors.write(tensor)));
  }

  private static ModelInferRequest.Builder request(String model, InferInputTensor... inputs) {
    return ModelInferRequest.newBuilder().setModelName(model).addAllInputs(List.of(inputs));
  }

  private static InferInputTensor input(String name, String datatype, long... shape) {
    InferInputTensor.Builder input =
        InferInputTensor.newBuilder().setName(name).setDatatype(datatype);
    for (long dimension : shape) {
      input.addShape(dimension);
    }
    return input.build();
  }

  private static InferRequestedOutputTensor output(String name) {
    return InferRequestedOutputTensor.newBuilder().setName(name).build();
  }

  private static InferRequestedOutputTensor classes(String name, long most) {
    return output(name).toBuilder()
        .putParameters("classification", InferParameter.newBuilder().setInt64Param(most).build())
        .build();
  }

  private void assertRefused(
      ModelInferRequest.Builder request, Status.Code code, String description) {
    Status status = refused(request.build()).getStatus();
    assertThat(status.getDescription()).contains(description);
    assertThat(status.getCode()).isEqualTo(code);
  }

  private StatusRuntimeException refused(ModelInferRequest request) {
    return refused(client, request);
  }

  private static StatusRuntimeException refused(
      GRPCInferenceServiceBlockingStub client, ModelInferRequest request) {
    return catchThrowableOfType(StatusRuntimeException.class, () -> client.modelInfer(request));
  }

  @FunctionalInterface
  private interface Call {
    Object make() throws Exception;
  }

  private static Status.Code code(Call call) {
    try {
      call.make();
      return Status.Code.OK;
    } catch (Exception e) {
      return Status.fromThrowable(e).getCode();
    }
  }

  private void awaitQuiet() {
    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(serving.pipeline.inFlight()).isZero());
  }

  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };
}
