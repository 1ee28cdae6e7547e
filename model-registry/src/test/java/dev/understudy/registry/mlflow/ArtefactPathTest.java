package dev.understudy.registry.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.registry.problem.Refused;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArtefactPathTest {
  private static final String RUN = "0123456789abcdef0123456789abcdef";

  @Test
  void placesOfRunsAndVersionsAreRead() {
    assertThat(ArtefactPath.of("path", "1/" + RUN + "/artifacts/model/model.onnx"))
        .isEqualTo(new ArtefactPath.OfRun(RUN, "model/model.onnx"));
    assertThat(ArtefactPath.of("path", "1/" + RUN + "/artifacts"))
        .isEqualTo(new ArtefactPath.OfRun(RUN, ""));
    assertThat(ArtefactPath.of("path", "versions/credit/3/a b.txt"))
        .isEqualTo(new ArtefactPath.OfVersion("credit", "3", "a b.txt"));
    assertThat(ArtefactPath.source("runs:/" + RUN + "/model"))
        .isEqualTo(ArtefactPath.source("mlflow-artifacts:/1/" + RUN + "/artifacts/model"))
        .isEqualTo(new ArtefactPath.OfRun(RUN, "model"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/etc/passwd",
        "file:///etc/passwd",
        "s3://bucket/model",
        "http://169.254.169.254/latest",
        "models:/credit/1",
        "mlflow-artifacts://host/1/" + RUN + "/artifacts/model",
        "mlflow-artifacts:/1/" + RUN + "/artifacts/../../../etc",
        "mlflow-artifacts:/1/" + RUN + "/artifacts/%2e%2e/x",
        "mlflow-artifacts:/1/" + RUN + "/artifacts/model#/../x",
        "mlflow-artifacts:/1/" + RUN + "/artifacts/model?x=../..",
        "mlflow-artifacts:/1/" + RUN + "/artifacts/..\\x",
        "mlflow-artifacts:/1/" + RUN + "/artifacts//x",
        "mlflow-artifacts:/1/" + RUN + "/artifacts/x/",
        "mlflow-artifacts:/1/" + RUN + "/artifacts/x\n",
        "mlflow-artifacts:/1/" + RUN + "/artifacts/\uFFFD",
        "mlflow-artifacts:/versions/credit/1/model.onnx",
        "mlflow-artifacts:/1/not-a-run/artifacts/model",
        "runs:/../model",
        "runs://" + RUN + "/model",
        "runs:/" + RUN + "/./model",
        "runs:/",
        ""
      })
  void noOtherAddressIsASource(String source) {
    assertThatThrownBy(() -> ArtefactPath.source(source))
        .isInstanceOfSatisfying(
            Refused.class, refused -> assertThat(refused.field()).isEqualTo("source"));
  }
}
