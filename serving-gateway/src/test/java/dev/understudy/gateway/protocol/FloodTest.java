package dev.understudy.gateway.protocol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.contracts.inference.GRPCInferenceServiceGrpc;
import dev.understudy.contracts.inference.InferTensorContents;
import dev.understudy.contracts.inference.ModelInferRequest;
import dev.understudy.contracts.inference.ModelInferRequest.InferInputTensor;
import dev.understudy.contracts.inference.ModelInferResponse;
import dev.understudy.gateway.Contracts;
import dev.understudy.scoring.Datatype;
import dev.understudy.scoring.Tensor;
import dev.understudy.testkit.Graphs;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.micrometer.core.instrument.Counter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many connections, each with less than one request may have, together with more than all may: both
 * protocols over real sockets, on one budget.
 */
class FloodTest {
  private static final int ONE = 64 * 1024;
  private static final int ALL = 256 * 1024;
  private static final int SENT = 50_000;
  private static final int WINDOW = 16 * 1024;
  private static final int FIT = ALL / SENT;

  private final RequestLimits limits = new RequestLimits(ONE, 16, 1_000);
  private final InFlightBytes inFlight = new InFlightBytes(ALL, limits);
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<Socket> sockets = new ArrayList<>();
  private final Serving serving;
  private final GrpcPort port;
  private RestServer rest;

  FloodTest(@TempDir Path spool) throws IOException {
    serving = new Serving(spool);
    port = serving.port(limits, inFlight);
  }

  @BeforeEach
  void open() throws Exception {
    serving.serve("m", Contracts.number(), Graphs.sigmoid(1));
    port.open();
    rest = new RestServer(serving.route(limits, inFlight));
  }

  @AfterEach
  void close() throws Exception {
    for (ManagedChannel channel : channels) {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
    for (Socket socket : sockets) {
      socket.close();
    }
    rest.close();
    port.close();
    serving.close();
  }

  @Test
  void bodiesOfManyConnectionsAreRefusedBeyondTheirSum() throws Exception {
    for (int i = 0; i < FIT; i++) {
      beginBody(connect(), SENT);
    }
    awaitHeld(FIT * SENT);

    Socket last = connect();
    beginBody(last, SENT);
    last.getOutputStream().write(new byte[1]);
    String refused = answer(last);

    assertThat(refused).startsWith("HTTP/1.1 503").containsIgnoringCase("\r\nretry-after: 1\r\n");
    assertThat(refused).contains("{\"error\":\"more than 262144 bytes of requests are under way");
    assertThat(serving.rejected("overloaded")).isEqualTo(1);
    closeSockets();
    awaitHeld(0);
    assertThat(answer(infer(connect()))).startsWith("HTTP/1.1 200");
    awaitHeld(0);
  }

  @Test
  void messagesOfManyConnectionsAreRefusedBeyondTheirSum() throws Exception {
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < FIT; i++) {
      calls.add(beginCall(channel(), null, SENT));
    }
    awaitHeld(FIT * SENT);

    Call last = beginCall(channel(), null, SENT);

    assertThat(last.status().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(last.status().getDescription()).contains("try again in a moment");
    awaitRejected("overloaded", 1);
    assertThat(serving.rejected("too_large")).isZero();
    calls.forEach(call -> call.call().cancel("enough", null));
    awaitHeld(0);
    assertThat(infer().getModelName()).isEqualTo("m");
    awaitHeld(0);
  }

  @Test
  void whatIsSmallOnTheWireCountsAsItIsUnpacked() throws Exception {
    for (int i = 0; i < FIT; i++) {
      beginCall(channel(), "gzip", SENT);
    }
    await()
        .untilAsserted(() -> assertThat(inFlight.held()).isBetween((long) FIT * SENT, (long) ALL));

    assertThat(beginCall(channel(), "gzip", SENT).status().getCode())
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    awaitRejected("overloaded", 1);

    String refused = answer(post(connect(), packed(SENT), "Content-Encoding: gzip\r\n"));
    assertThat(refused).startsWith("HTTP/1.1 503");
  }

  @Test
  void smallElementsCountAsTheyAreOnTheHeap() throws Exception {
    serving.serve("bytes", GrpcMessages.identity(Datatype.UINT8, 2), Graphs.identity(2, -1, -1));

    assertThat(postBytes(20)).isEqualTo(200);
    assertThat(postBytes(40)).isEqualTo(503);
    assertThat(serving.rejected("overloaded")).isEqualTo(1);
    assertThat(GrpcMessages.code(() -> inferBytes(20))).isEqualTo(Status.Code.OK);
    assertThat(GrpcMessages.code(() -> inferBytes(40))).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    awaitRejected("overloaded", 2);
    assertThat(serving.rejected("too_large")).isZero();
    awaitHeld(0);
  }

  private int postBytes(int rows) throws Exception {
    String json =
        "{\"inputs\":[{\"name\":\"x\",\"shape\":[%d,1000],\"datatype\":\"UINT8\",\"parameters\":"
            + "{\"binary_data_size\":%d}}]}";
    byte[] head = json.formatted(rows, rows * 1_000).getBytes(UTF_8);
    byte[] body = Arrays.copyOf(head, head.length + rows * 1_000);
    return rest.post(
            "/v2/models/bytes/infer",
            body,
            "Inference-Header-Content-Length",
            Integer.toString(head.length))
        .statusCode();
  }

  private ModelInferResponse inferBytes(int rows) {
    long[] shape = {rows, 1_000};
    Tensor zeros = Tensor.ofIntegers("x", Datatype.UINT8, shape, new long[rows * 1_000]);
    return GRPCInferenceServiceGrpc.newBlockingStub(channel())
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .modelInfer(GrpcMessages.raw("bytes", zeros).build());
  }

  @Test
  void bothProtocolsShareOneSum() throws Exception {
    for (int i = 0; i < FIT; i++) {
      beginBody(connect(), SENT);
    }
    awaitHeld(FIT * SENT);

    assertThat(beginCall(channel(), null, SENT).status().getCode())
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(infer().getModelName()).isEqualTo("m");
  }

  @Test
  void answersThatNobodyTakesKeepFurtherRequestsOut() throws Exception {
    serving.serve(
        "text", GrpcMessages.identity(Datatype.BYTES, 1), Graphs.identity(Graphs.STRING, -1));
    ManagedChannel slow =
        NettyChannelBuilder.forAddress("127.0.0.1", port.number())
            .flowControlWindow(WINDOW)
            .usePlaintext()
            .build();
    channels.add(slow);
    int answered = 0;

    // The client never asks for a message, so each call takes what its window takes.
    while (serving.rejected("overloaded") == 0) {
      int before = answered;
      beginText(slow);
      await()
          .untilAsserted(
              () -> assertThat(answers() + serving.rejected("overloaded")).isEqualTo(before + 1.0));
      answered++;
      assertThat(answered).isLessThan(20);
    }

    assertThat(serving.pipeline.inFlight()).isZero();
    assertThat(inFlight.held()).isPositive();
    slow.shutdownNow();
    awaitHeld(0);
    assertThat(infer().getModelName()).isEqualTo("m");
  }

  @Test
  void anErrorIsAnsweredAndLeavesNothingBehind() throws Exception {
    Call call = beginCall(channel(), null, SENT);
    awaitHeld(SENT);

    serving.broken.set(new OutOfMemoryError("for the test"));
    call.call().halfClose();

    assertThat(call.status().getCode()).isEqualTo(Status.Code.INTERNAL);
    assertThat(answer(infer(connect()))).startsWith("HTTP/1.1 500");
    awaitHeld(0);
    serving.broken.set(null);
    assertThat(infer().getModelName()).isEqualTo("m");
  }

  @Test
  void anErrorBehindTheBodyIsAnsweredAndLeavesNothingBehind() throws Exception {
    byte[] body = body();
    for (String path : List.of("infer", "explain")) {
      Socket begun = connect();
      begun
          .getOutputStream()
          .write(
              "POST /v2/models/m/%s HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n"
                  .formatted(path, body.length)
                  .getBytes(US_ASCII));
      begun.getOutputStream().write(body, 0, body.length - 1);
      await().untilAsserted(() -> assertThat(inFlight.held()).isEqualTo(body.length - 1L));

      serving.broken.set(new OutOfMemoryError("for the test"));
      begun.getOutputStream().write(body, body.length - 1, 1);

      assertThat(answer(begun)).startsWith("HTTP/1.1 500").contains("{\"error\":\"the gateway");
      awaitHeld(0);
      serving.broken.set(null);
    }
    assertThat(answer(infer(connect()))).startsWith("HTTP/1.1 200");
  }

  private double answers() {
    return serving.meters.find("gateway.inference.total").counters().stream()
        .mapToDouble(Counter::count)
        .sum();
  }

  private static void beginText(ManagedChannel channel) {
    ClientCall<ModelInferRequest, ModelInferResponse> call =
        channel.newCall(GRPCInferenceServiceGrpc.getModelInferMethod(), CallOptions.DEFAULT);
    call.start(new ClientCall.Listener<>() {}, new Metadata());
    Tensor text = Tensor.ofTexts("x", new long[] {1}, "x".repeat(SENT));
    call.sendMessage(GrpcMessages.raw("text", text).build());
    call.halfClose();
  }

  private record Call(
      ClientCall<ModelInferRequest, ModelInferResponse> call, CompletableFuture<Status> over) {
    Status status() throws Exception {
      return over.get(30, TimeUnit.SECONDS);
    }
  }

  /** Sends so large a request, and does not say that it was all. */
  private static Call beginCall(ManagedChannel channel, String compression, int bytes) {
    CallOptions options = CallOptions.DEFAULT;
    ClientCall<ModelInferRequest, ModelInferResponse> call =
        channel.newCall(
            GRPCInferenceServiceGrpc.getModelInferMethod(),
            compression == null ? options : options.withCompression(compression));
    CompletableFuture<Status> over = new CompletableFuture<>();
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            over.complete(status);
          }
        },
        new Metadata());
    call.request(1);
    call.sendMessage(ofSize(bytes));
    return new Call(call, over);
  }

  private static ModelInferRequest ofSize(int bytes) {
    ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName("m");
    return request.setId("x".repeat(bytes - 7)).build();
  }

  private ModelInferResponse infer() {
    ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName("m");
    request.addInputs(
        InferInputTensor.newBuilder()
            .setName("x")
            .setDatatype("FP32")
            .addShape(1)
            .setContents(InferTensorContents.newBuilder().addFp32Contents(0)));
    return GRPCInferenceServiceGrpc.newBlockingStub(channel())
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .modelInfer(request.build());
  }

  private ManagedChannel channel() {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", port.number()).usePlaintext().build();
    channels.add(channel);
    return channel;
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket("127.0.0.1", rest.port());
    socket.setSoTimeout(30_000);
    sockets.add(socket);
    return socket;
  }

  private void closeSockets() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** Sends all of a body but its last byte. */
  private static void beginBody(Socket socket, int bytes) throws IOException {
    socket
        .getOutputStream()
        .write(
            "POST /v2/models/m/infer HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n"
                .formatted(bytes + 1)
                .getBytes(US_ASCII));
    socket.getOutputStream().write(new byte[bytes]);
  }

  private static Socket infer(Socket socket) throws IOException {
    return post(socket, body(), "");
  }

  private static byte[] body() {
    return "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[0]}]}"
        .getBytes(UTF_8);
  }

  private static Socket post(Socket socket, byte[] body, String header) throws IOException {
    socket
        .getOutputStream()
        .write(
            "POST /v2/models/m/infer HTTP/1.1\r\nHost: h\r\n%sContent-Length: %d\r\n\r\n"
                .formatted(header, body.length)
                .getBytes(US_ASCII));
    socket.getOutputStream().write(body);
    return socket;
  }

  private static byte[] packed(int bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream packing = new GZIPOutputStream(packed)) {
      packing.write(" ".repeat(bytes).getBytes(US_ASCII));
    }
    return packed.toByteArray();
  }

  /** Up to the end of the JSON, since the connection stays open. */
  private static String answer(Socket socket) throws IOException {
    StringBuilder answer = new StringBuilder();
    int depth = 0;
    for (int one = socket.getInputStream().read(); one >= 0; one = socket.getInputStream().read()) {
      answer.append((char) one);
      depth += one == '{' ? 1 : one == '}' ? -1 : 0;
      if (one == '}' && depth == 0) {
        return answer.toString();
      }
    }
    return answer.toString();
  }

  private void awaitHeld(int bytes) {
    // A message over gRPC brings a few bytes of its own along.
    await()
        .untilAsserted(
            () ->
                assertThat(inFlight.held())
                    .isBetween((long) bytes, bytes + (bytes == 0 ? 0 : 100L)));
  }

  // A stream is counted when it ends, which its client may hear of before.
  private void awaitRejected(String reason, int times) {
    await().untilAsserted(() -> assertThat(serving.rejected(reason)).isEqualTo(times));
  }
}
