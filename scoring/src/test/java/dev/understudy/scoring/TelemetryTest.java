package dev.understudy.scoring;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import java.io.InputStream;
import java.net.URL;
import org.junit.jupiter.api.Test;

/**
 * No telemetry may leave our processes. Some versions of ONNX Runtime carry an uploader; a version
 * whose library does must not get in unnoticed.
 */
class TelemetryTest {
  @Test
  void theNativeLibraryHoldsNoUploader() throws Exception {
    URL library =
        OrtEnvironment.class.getResource("/ai/onnxruntime/native/linux-x64/libonnxruntime.so");
    assertThat(library).isNotNull();

    try (InputStream content = library.openStream()) {
      String text = new String(content.readAllBytes(), ISO_8859_1);

      assertThat(text.contains("ORT_DISABLE_TELEMETRY")).isFalse();
      assertThat(text.contains("events.data.microsoft.com")).isFalse();
    }
  }

  @Test
  void theLibraryIsTheVersionThatWasLookedAt() {
    assertThat(OnnxApi.version()).isEqualTo("1.28.0");
  }
}
