package dev.understudy.contracts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import dev.understudy.contracts.inference.InferParameter;
import dev.understudy.contracts.inference.ModelConfigResponse;
import dev.understudy.contracts.inference.ModelInferRequest;
import dev.understudy.contracts.inference.ModelInferResponse;
import dev.understudy.contracts.inference.ModelMetadataResponse;
import dev.understudy.contracts.inference.ModelStatisticsResponse;
import dev.understudy.contracts.inference.RepositoryIndexResponse;
import dev.understudy.contracts.inference.RepositoryModelLoadRequest;
import dev.understudy.contracts.v1.AttributesGiven;
import dev.understudy.contracts.v1.AuditCheckpointed;
import dev.understudy.contracts.v1.GatewayState;
import dev.understudy.contracts.v1.ModelReported;
import dev.understudy.contracts.v1.OutcomeEvent;
import dev.understudy.contracts.v1.PredictionEvent;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.contracts.v1.TensorValues;
import dev.understudy.contracts.v1.TestDefined;
import dev.understudy.contracts.v1.TestDefinition;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The wire may grow but never change: every message, with every field filled, has the bytes that it
 * had when it was first released. A new field fails here until the golden files are written anew
 * with {@code -Dgolden.write=true}; a diff in an old line of them is a break of the contract.
 */
class GoldenWireTest {
  private static final TypeRegistry NONE = TypeRegistry.getEmptyTypeRegistry();

  static Stream<Message> everyMessage() {
    return Stream.of(
            PredictionEvent.getDefaultInstance(),
            AttributesGiven.getDefaultInstance(),
            OutcomeEvent.getDefaultInstance(),
            TestDefined.getDefaultInstance(),
            TestDefinition.getDefaultInstance(),
            RolloutEvaluated.getDefaultInstance(),
            ModelReported.getDefaultInstance(),
            RoutePublished.getDefaultInstance(),
            GatewayState.getDefaultInstance(),
            AuditCheckpointed.getDefaultInstance(),
            TensorValues.getDefaultInstance(),
            InferParameter.getDefaultInstance(),
            ModelInferRequest.getDefaultInstance(),
            ModelInferResponse.getDefaultInstance(),
            ModelMetadataResponse.getDefaultInstance(),
            ModelConfigResponse.getDefaultInstance(),
            ModelStatisticsResponse.getDefaultInstance(),
            RepositoryIndexResponse.getDefaultInstance(),
            RepositoryModelLoadRequest.getDefaultInstance())
        .flatMap(FilledMessage::everyBranch);
  }

  @ParameterizedTest
  @MethodSource("everyMessage")
  void theBytesAreThoseThatWereReleased(Message message) throws IOException {
    String name = FilledMessage.nameOf(message);
    String now =
        "%s%n%s%n"
            .formatted(
                HexFormat.of().formatHex(message.toByteArray()),
                JsonFormat.printer()
                    .usingTypeRegistry(NONE)
                    .preservingProtoFieldNames()
                    .print(message));
    if (Boolean.getBoolean("golden.write")) {
      Files.writeString(Path.of("src/test/resources/golden", name + ".txt"), now);
    }

    try (InputStream golden =
        GoldenWireTest.class.getResourceAsStream("/golden/" + name + ".txt")) {
      if (golden == null) {
        fail("there is no golden file for %s: write it with -Dgolden.write=true", name);
      }
      assertThat(now).isEqualTo(new String(golden.readAllBytes(), UTF_8));
    }
  }
}
