package dev.understudy.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.testkit.KafkaResource;
import dev.understudy.testkit.PostgresResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mlflow.api.proto.ModelRegistry.ModelVersion;
import org.mlflow.api.proto.ModelRegistry.ModelVersionStatus;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.Run;
import org.mlflow.api.proto.Service.RunInfo;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.api.proto.Service.ViewType;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowHttpException;

/** Boots the registry for MLflow's own client for Java, as it is on Maven Central. */
@QuarkusTest
@WithTestResource(KafkaResource.class)
@WithTestResource(PostgresResource.class)
@WithTestResource(RegistrySettings.class)
class MlflowClientTest {
  @TestHTTPResource("/")
  URI self;

  private final String name = "m-" + UUID.randomUUID();
  private MlflowClient client;

  @BeforeEach
  void open() {
    client = new MlflowClient(self.toString().replaceAll("/$", ""));
  }

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void aRunIsLoggedAndReadAgain() {
    String experiment = client.createExperiment("e-" + name);
    RunInfo run = client.createRun(experiment);
    String id = run.getRunId();

    client.logParam(id, "C", "0.1");
    client.logMetric(id, "auc", 0.7, 1_000, 1);
    client.logMetric(id, "auc", 0.8, 2_000, 2);
    client.logBatch(
        id,
        List.of(
            Metric.newBuilder()
                .setKey("auc")
                .setValue(0.75)
                .setTimestamp(3_000)
                .setStep(3)
                .build()),
        List.of(Param.newBuilder().setKey("seed").setValue("7").build()),
        List.of(RunTag.newBuilder().setKey("team").setValue("risk").build()));
    client.setTag(id, "passing", "yes");
    client.deleteTag(id, "passing");
    client.setTerminated(id);

    Run found = client.getRun(id);
    assertThat(found.getInfo().getStatus()).isEqualTo(RunStatus.FINISHED);
    assertThat(found.getInfo().getArtifactUri())
        .isEqualTo("mlflow-artifacts:/%s/%s/artifacts".formatted(experiment, id));
    assertThat(found.getData().getParamsList())
        .extracting(Param::getKey, Param::getValue)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple("C", "0.1"),
            org.assertj.core.groups.Tuple.tuple("seed", "7"));
    assertThat(found.getData().getTagsList()).extracting(RunTag::getKey).contains("team");
    assertThat(found.getData().getTagsList()).extracting(RunTag::getKey).doesNotContain("passing");
    assertThat(found.getData().getMetricsList())
        .singleElement()
        .satisfies(one -> assertThat(one.getValue()).isEqualTo(0.75));
    assertThat(client.getMetricHistory(id, "auc"))
        .extracting(Metric::getValue)
        .containsExactly(0.7, 0.8, 0.75);
    assertThat(client.getExperiment(experiment).getName()).isEqualTo("e-" + name);
    assertThat(client.getExperimentByName("e-" + name)).isPresent();
    assertThat(client.getExperimentByName("none-" + name)).isEmpty();
    assertThat(client.searchExperiments("name = 'e-%s'".formatted(name)).getItems()).hasSize(1);
  }

  @Test
  void runsAreFoundByWhatTheySaid() {
    String experiment = client.createExperiment("e-" + name);
    String better = client.createRun(experiment).getRunId();
    String worse = client.createRun(experiment).getRunId();
    client.logMetric(better, "auc", 0.9);
    client.logMetric(worse, "auc", 0.6);
    client.logMetric(worse, "loss", Double.NaN);
    client.logParam(better, "kind", "tree");
    List<String> among = List.of(experiment);

    assertThat(client.searchRuns(among, "metrics.auc > 0.7"))
        .extracting(RunInfo::getRunId)
        .containsExactly(better);
    assertThat(client.searchRuns(among, "params.kind = 'tree' and attributes.status = 'RUNNING'"))
        .extracting(RunInfo::getRunId)
        .containsExactly(better);
    var first = client.searchRuns(among, "", ViewType.ACTIVE_ONLY, 1, List.of("metrics.auc DESC"));
    assertThat(first.getItems())
        .extracting(Run::getInfo)
        .extracting(RunInfo::getRunId)
        .containsExactly(better);
    assertThat(first.getNextPage().getItems())
        .extracting(Run::getInfo)
        .extracting(RunInfo::getRunId)
        .containsExactly(worse);
  }

  @Test
  void aModelIsRegisteredAndFoundAgain() {
    String experiment = client.createExperiment("e-" + name);
    RunInfo run = client.createRun(experiment);
    upload(run, "model/model.onnx", OnnxBytes.scorecard(name));
    upload(run, "model/MLmodel", "flavors: {}".getBytes());

    client.sendPost("registered-models/create", "{\"name\": \"%s\"}".formatted(name));
    client.sendPost(
        "model-versions/create",
        """
        {"name": "%s", "source": "%s/model", "run_id": "%s", "await_creation_for": "300",
         "tags": [{"key": "stage", "value": "trial"}]}
        """
            .formatted(name, run.getArtifactUri(), run.getRunId()));
    client.sendPost(
        "registered-models/alias",
        "{\"name\": \"%s\", \"alias\": \"best\", \"version\": \"1\"}".formatted(name));
    client.sendPost(
        "registered-models/set-tag",
        "{\"name\": \"%s\", \"key\": \"team\", \"value\": \"risk\"}".formatted(name));
    client.sendPatch(
        "registered-models/update",
        "{\"name\": \"%s\", \"description\": \"default of loans\"}".formatted(name));

    ModelVersion version = client.getModelVersion(name, "1");
    assertThat(version.getStatus()).isEqualTo(ModelVersionStatus.READY);
    assertThat(version.getRunId()).isEqualTo(run.getRunId());
    assertThat(version.getCurrentStage()).isEqualTo("None");
    assertThat(version.getAliasesList()).containsExactly("best");
    assertThat(version.getTagsList())
        .singleElement()
        .satisfies(tag -> assertThat(tag.getValue()).isEqualTo("trial"));
    assertThat(client.getLatestVersions(name)).singleElement().isEqualTo(version);
    assertThat(client.getLatestVersions(name, List.of("Production"))).isEmpty();
    assertThat(client.getRegisteredModel(name).getDescription()).isEqualTo("default of loans");
    assertThat(client.getRegisteredModel(name).getTags(0).getKey()).isEqualTo("team");
    assertThat(client.searchModelVersions("name='%s'".formatted(name)).getItems())
        .containsExactly(version);
    assertThat(client.searchModelVersions("run_id='%s'".formatted(run.getRunId())).getItems())
        .containsExactly(version);
    assertThat(client.searchModelVersions("tags.stage='none'").getItems()).isEmpty();
    assertThat(client.getModelVersionDownloadUri(name, "1"))
        .isEqualTo("mlflow-artifacts:/versions/%s/1".formatted(name));
    assertThat(client.sendGet("registered-models/alias?name=%s&alias=best".formatted(name)))
        .contains("\"version\":\"1\"");
  }

  @Test
  void aRefusalReachesTheClientAsOne() {
    assertThatThrownBy(() -> client.getRun("0".repeat(32)))
        .isInstanceOfSatisfying(
            MlflowHttpException.class,
            e -> {
              assertThat(e.getStatusCode()).isEqualTo(404);
              assertThat(e.getBodyMessage()).contains("RESOURCE_DOES_NOT_EXIST");
            });
    assertThatThrownBy(() -> client.deleteRun("0".repeat(32)))
        .isInstanceOfSatisfying(
            MlflowHttpException.class,
            e -> assertThat(e.getBodyMessage()).contains("ENDPOINT_NOT_FOUND"));
  }

  private static void upload(RunInfo run, String path, byte[] content) {
    RestAssured.given()
        .contentType("application/octet-stream")
        .body(content)
        .put(
            "/api/2.0/mlflow-artifacts/artifacts/%s/%s/artifacts/%s"
                .formatted(run.getExperimentId(), run.getRunId(), path))
        .then()
        .statusCode(200);
  }
}
