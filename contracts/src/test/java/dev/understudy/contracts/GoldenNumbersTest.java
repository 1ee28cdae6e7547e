package dev.understudy.contracts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import dev.understudy.contracts.v1.GatewayState;
import dev.understudy.contracts.v1.OutcomeEvent;
import dev.understudy.contracts.v1.PredictionEvent;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.TensorValues;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Every field and every enum value by its number: what {@link GoldenWireTest} cannot show with one
 * value of each. Written anew in the same way.
 */
class GoldenNumbersTest {
  private final TreeSet<String> lines = new TreeSet<>();

  @Test
  void everyNumberMeansWhatItMeantWhenItWasReleased() throws IOException {
    for (FileDescriptor file :
        List.of(
            PredictionEvent.getDescriptor().getFile(),
            OutcomeEvent.getDescriptor().getFile(),
            RolloutEvaluated.getDescriptor().getFile(),
            GatewayState.getDescriptor().getFile(),
            TensorValues.getDescriptor().getFile())) {
      file.getMessageTypes().forEach(this::list);
      file.getEnumTypes().forEach(this::list);
    }
    String now = String.join("\n", lines) + "\n";
    if (Boolean.getBoolean("golden.write")) {
      Files.writeString(Path.of("src/test/resources/golden/numbers.txt"), now);
    }

    try (InputStream golden = GoldenNumbersTest.class.getResourceAsStream("/golden/numbers.txt")) {
      assertThat(golden).as("the golden file: write it with -Dgolden.write=true").isNotNull();
      assertThat(now).isEqualTo(new String(golden.readAllBytes(), UTF_8));
    }
  }

  private void list(Descriptor message) {
    for (FieldDescriptor field : message.getFields()) {
      lines.add(
          "%s.%s = %d %s%s"
              .formatted(
                  message.getName(),
                  field.getName(),
                  field.getNumber(),
                  field.isRepeated() ? "repeated " : "",
                  field.getType()));
    }
    message.getNestedTypes().forEach(this::list);
    message.getEnumTypes().forEach(this::list);
  }

  private void list(EnumDescriptor choice) {
    for (EnumValueDescriptor value : choice.getValues()) {
      lines.add("%s.%s = %d".formatted(choice.getName(), value.getName(), value.getNumber()));
    }
  }
}
