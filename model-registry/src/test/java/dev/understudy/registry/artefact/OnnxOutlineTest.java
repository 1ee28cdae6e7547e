package dev.understudy.registry.artefact;

import static dev.understudy.registry.OnnxBytes.FLOAT;
import static dev.understudy.registry.OnnxBytes.INT64;
import static dev.understudy.registry.OnnxBytes.STRING;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.registry.OnnxBytes;
import dev.understudy.registry.artefact.OnnxOutline.Port;
import dev.understudy.registry.problem.Refused;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxOutlineTest {
  private static final Optional<List<Long>> ROWS = Optional.of(List.of(-1L));

  @Test
  void itNamesWhatGoesInAndWhatComesOut() throws Exception {
    byte[] file =
        new OnnxBytes()
            .input("Amount", FLOAT)
            .input("Home", STRING)
            .output("label", INT64)
            .output("probability", FLOAT, 2)
            .bytes();

    OnnxOutline outline = of(file);

    assertThat(outline.inputs())
        .containsExactly(new Port("Amount", "FP32", ROWS), new Port("Home", "BYTES", ROWS));
    assertThat(outline.outputs())
        .containsExactly(
            new Port("label", "INT64", ROWS),
            new Port("probability", "FP32", Optional.of(List.of(-1L, 1L))));
  }

  @Test
  void weightsThatAreListedAsInputsAreNotInputs() throws Exception {
    byte[] file =
        new OnnxBytes()
            .input("Amount", FLOAT)
            .input("w", FLOAT)
            .weight("w", false)
            .output("probability", FLOAT)
            .bytes();

    assertThat(of(file).inputs()).extracting(Port::name).containsExactly("Amount");
  }

  @Test
  void weightsInAnotherFileAreRefused() {
    byte[] file =
        new OnnxBytes()
            .input("Amount", FLOAT)
            .weight("w", true)
            .output("probability", FLOAT)
            .bytes();

    assertThatThrownBy(() -> of(file)).isInstanceOf(Refused.class).hasMessageContaining("single");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "not a model", "{\"json\": true}", "PK\u0003\u0004zip"})
  void whatIsNotOnnxIsRefused(String content) {
    assertThatThrownBy(() -> of(content.getBytes(UTF_8)))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("not an ONNX file");
  }

  @Test
  void aFileThatWasCutOffIsRefused() {
    byte[] file = OnnxBytes.scorecard("one");

    assertThatThrownBy(() -> of(Arrays.copyOf(file, file.length - 5))).isInstanceOf(Refused.class);
  }

  private static OnnxOutline of(byte[] file) throws IOException {
    return OnnxOutline.of(new ByteArrayInputStream(file));
  }
}
