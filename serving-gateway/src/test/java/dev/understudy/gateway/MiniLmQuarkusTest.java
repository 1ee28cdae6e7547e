package dev.understudy.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.understudy.contracts.inference.GRPCInferenceServiceGrpc;
import dev.understudy.contracts.inference.ModelConfigRequest;
import dev.understudy.contracts.inference.ModelDynamicBatching;
import dev.understudy.contracts.inference.ModelInferRequest;
import dev.understudy.contracts.inference.ModelInferResponse;
import dev.understudy.contracts.v1.Batching;
import dev.understudy.contracts.v1.BatchingMode;
import dev.understudy.contracts.v1.Capacity;
import dev.understudy.contracts.v1.InputColumn;
import dev.understudy.contracts.v1.OutputColumn;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.contracts.v1.ServingPolicy;
import dev.understudy.testkit.KafkaResource;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.data.Offset;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A transformer over every protocol, against direct runs of it. It boots Quarkus because all the
 * ways in lead to the same batches.
 */
@QuarkusTest
@QuarkusTestResource(KafkaResource.class)
@QuarkusTestResource(RegistryResource.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MiniLmQuarkusTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LENGTH = "Inference-Header-Content-Length";
  private static final String MODEL = "minilm";
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LONGEST_DELAY = Duration.ofMillis(300);
  private static final int MOST_ROWS = 8;
  private static final Offset<Float> ALIKE = within(1e-4f);

  private enum Protocol {
    JSON,
    BINARY,
    GRPC
  }

  /** What came back for one request. */
  private record Answer(List<Long> shape, float[] values) {}

  private final HttpClient http = HttpClient.newHttpClient();
  private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

  @Inject Gateway gateway;

  @TestHTTPResource("/")
  URI address;

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String kafka;

  @ConfigProperty(name = "understudy.registry-url")
  URI registry;

  private MiniLm direct;
  private ManagedChannel channel;

  @BeforeAll
  void serve() throws Exception {
    direct = new MiniLm();
    channel =
        ManagedChannelBuilder.forAddress("127.0.0.1", gateway.grpcPort()).usePlaintext().build();
    new ServedModels(http, kafka, registry, address).serve(model(), MiniLm.graph());
  }

  @AfterAll
  void close() throws Exception {
    channel.shutdownNow();
    clients.close();
    http.close();
    direct.close();
  }

  private static RoutePublished.Builder model() {
    RoutePublished.Builder model =
        RoutePublished.newBuilder()
            .setProject("transformers")
            .setModel(MODEL)
            .addOutputs(
                OutputColumn.newBuilder()
                    .setName(MiniLm.OUTPUT)
                    .setDatatype("FP32")
                    .addAllShape(List.of(-1L, -1L, (long) MiniLm.WIDTH)))
            .setServing(
                ServingPolicy.newBuilder()
                    .setCapacity(Capacity.newBuilder().setConcurrency(1))
                    .setBatching(
                        Batching.newBuilder()
                            .setMode(BatchingMode.ON)
                            .setMostRows(MOST_ROWS)
                            .setLongestDelayUs(LONGEST_DELAY.toNanos() / 1_000)));
    for (String input : MiniLm.INPUTS) {
      model.addInputs(
          InputColumn.newBuilder().setName(input).setDatatype("INT64").addShape(-1).addShape(-1));
    }
    return model;
  }

  @ParameterizedTest
  @EnumSource
  void anAnswerIsThatOfADirectRun(Protocol protocol) throws Exception {
    long[][] one = MiniLm.sentences(1, 11);
    long[][] several = MiniLm.sentences(MOST_ROWS, 37);

    Answer ofOne = ask(protocol, one);
    Answer ofSeveral = ask(protocol, several);

    assertThat(ofOne.shape()).containsExactly(1L, 11L, (long) MiniLm.WIDTH);
    assertThat(ofOne.values()).containsExactly(direct.run(one), ALIKE);
    assertThat(ofSeveral.shape()).containsExactly((long) MOST_ROWS, 37L, (long) MiniLm.WIDTH);
    assertThat(ofSeveral.values()).containsExactly(direct.run(several), ALIKE);
  }

  // That they shared a run shows in the answers, which a run alone gives otherwise. A client that
  // was held up for longer than a batch waits has missed its run; then all ask again.
  @Test
  void sentencesOfEqualLengthShareARunWhateverTheirProtocol() throws Exception {
    long[][] shorter = MiniLm.sentences(MOST_ROWS, 6);
    long[][] longer = MiniLm.sentences(MOST_ROWS, 24);
    float[] ofShorter = direct.run(shorter);
    float[] ofLonger = direct.run(longer);
    assertThat(direct.run(new long[][] {shorter[0]}))
        .isNotEqualTo(Arrays.copyOf(ofShorter, ofShorter.length / MOST_ROWS));

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              List<Future<Answer>> answers = new ArrayList<>();
              for (int i = 0; i < MOST_ROWS; i++) {
                answers.add(askMeanwhile(i, shorter[i]));
                answers.add(askMeanwhile(i + 1, longer[i]));
              }
              for (int i = 0; i < MOST_ROWS; i++) {
                assertIsPart(answers.get(2 * i).get(), ofShorter, i);
                assertIsPart(answers.get(2 * i + 1).get(), ofLonger, i);
              }
            });
  }

  @Test
  void theConfigurationTellsHowRequestsShareARun() throws Exception {
    URI config = address.resolve("/v2/models/" + MODEL + "/config");
    HttpResponse<byte[]> rest =
        http.send(HttpRequest.newBuilder(config).build(), HttpResponse.BodyHandlers.ofByteArray());
    ModelDynamicBatching grpc =
        GRPCInferenceServiceGrpc.newBlockingStub(channel)
            .modelConfig(ModelConfigRequest.newBuilder().setName(MODEL).build())
            .getConfig()
            .getDynamicBatching();

    assertThat(JSON.readTree(rest.body()).get("dynamic_batching").toString())
        .isEqualTo("{\"preferred_batch_size\":[8],\"max_queue_delay_microseconds\":300000}");
    assertThat(grpc.getPreferredBatchSizeList()).containsExactly(MOST_ROWS);
    assertThat(grpc.getMaxQueueDelayMicroseconds()).isEqualTo(300_000);
  }

  private static void assertIsPart(Answer answer, float[] all, int sentence) {
    int size = all.length / MOST_ROWS;
    assertThat(answer.values())
        .containsExactly(Arrays.copyOfRange(all, sentence * size, (sentence + 1) * size), ALIKE);
  }

  private Future<Answer> askMeanwhile(int client, long[] sentence) {
    Protocol protocol = Protocol.values()[client % Protocol.values().length];
    return clients.submit(() -> ask(protocol, new long[][] {sentence}));
  }

  private Answer ask(Protocol protocol, long[][] sentences) throws Exception {
    return switch (protocol) {
      case JSON -> askInJson(sentences);
      case BINARY -> askInBinary(sentences);
      case GRPC -> askOverGrpc(sentences);
    };
  }

  private Answer askInJson(long[][] sentences) throws Exception {
    String body =
        body(
            sentences, input -> "\"data\":" + Arrays.deepToString(MiniLm.values(input, sentences)));

    HttpResponse<byte[]> answered = post(HttpRequest.newBuilder(), body.getBytes(UTF_8));

    JsonNode output = JSON.readTree(answered.body()).at("/outputs/0");
    float[] values = new float[output.get("data").size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = output.get("data").get(i).floatValue();
    }
    return new Answer(shape(output), values);
  }

  private Answer askInBinary(long[][] sentences) throws Exception {
    int bytes = Long.BYTES * sentences.length * sentences[0].length;
    byte[] head =
        body(sentences, input -> "\"parameters\":{\"binary_data_size\":%d}".formatted(bytes))
            .getBytes(UTF_8);
    ByteBuffer body = ByteBuffer.allocate(head.length + MiniLm.INPUTS.size() * bytes);
    body.put(head);
    MiniLm.INPUTS.forEach(input -> body.put(raw(input, sentences)));

    HttpResponse<byte[]> answered =
        post(HttpRequest.newBuilder().header(LENGTH, Integer.toString(head.length)), body.array());

    int length = Integer.parseInt(answered.headers().firstValue(LENGTH).orElseThrow());
    JsonNode output = JSON.readTree(Arrays.copyOf(answered.body(), length)).at("/outputs/0");
    return new Answer(
        shape(output),
        floats(ByteBuffer.wrap(answered.body(), length, answered.body().length - length)));
  }

  private Answer askOverGrpc(long[][] sentences) {
    ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName(MODEL);
    for (String input : MiniLm.INPUTS) {
      request
          .addInputs(
              ModelInferRequest.InferInputTensor.newBuilder()
                  .setName(input)
                  .setDatatype("INT64")
                  .addShape(sentences.length)
                  .addShape(sentences[0].length))
          .addRawInputContents(ByteString.copyFrom(raw(input, sentences)));
    }

    ModelInferResponse answered =
        GRPCInferenceServiceGrpc.newBlockingStub(channel).modelInfer(request.build());

    return new Answer(
        answered.getOutputs(0).getShapeList(),
        floats(answered.getRawOutputContents(0).asReadOnlyByteBuffer()));
  }

  /** How the tensor of an input is sent. */
  @FunctionalInterface
  private interface Data {
    String of(String input);
  }

  private static String body(long[][] sentences, Data data) {
    List<String> inputs = new ArrayList<>();
    for (String input : MiniLm.INPUTS) {
      inputs.add(
          "{\"name\":\"%s\",\"shape\":[%d,%d],\"datatype\":\"INT64\",%s}"
              .formatted(input, sentences.length, sentences[0].length, data.of(input)));
    }
    boolean binary = inputs.getFirst().contains("binary_data_size");
    return "{\"parameters\":{\"binary_data_output\":%b},\"inputs\":[%s]}"
        .formatted(binary, String.join(",", inputs));
  }

  private HttpResponse<byte[]> post(HttpRequest.Builder request, byte[] body) throws Exception {
    HttpResponse<byte[]> answered =
        http.send(
            request
                .uri(address.resolve("/v2/models/" + MODEL + "/infer"))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build(),
            HttpResponse.BodyHandlers.ofByteArray());
    assertThat(answered.statusCode()).as(() -> new String(answered.body(), UTF_8)).isEqualTo(200);
    return answered;
  }

  private static byte[] raw(String input, long[][] sentences) {
    long[][] values = MiniLm.values(input, sentences);
    ByteBuffer raw =
        ByteBuffer.allocate(Long.BYTES * values.length * values[0].length)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (long[] sentence : values) {
      raw.asLongBuffer().put(sentence);
      raw.position(raw.position() + Long.BYTES * sentence.length);
    }
    return raw.array();
  }

  private static float[] floats(ByteBuffer raw) {
    ByteBuffer values = raw.slice().order(ByteOrder.LITTLE_ENDIAN);
    float[] floats = new float[values.remaining() / Float.BYTES];
    values.asFloatBuffer().get(floats);
    return floats;
  }

  private static List<Long> shape(JsonNode output) {
    List<Long> shape = new ArrayList<>();
    output.get("shape").forEach(dimension -> shape.add(dimension.asLong()));
    return shape;
  }
}
