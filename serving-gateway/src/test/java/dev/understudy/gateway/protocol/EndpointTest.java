package dev.understudy.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
  @Test
  void everyPathOfTheProtocolIsKnown() {
    assertThat(Endpoint.of("/v2")).contains(new Endpoint.ServerMetadata());
    assertThat(Endpoint.of("/v2/")).contains(new Endpoint.ServerMetadata());
    assertThat(Endpoint.of("/v2/health/live")).contains(new Endpoint.ServerLive());
    assertThat(Endpoint.of("/v2/health/ready/")).contains(new Endpoint.ServerReady());
    assertThat(Endpoint.of("/v2/models/m"))
        .contains(new Endpoint.ModelMetadata("m", Optional.empty()));
    assertThat(Endpoint.of("/v2/models/m/versions/1"))
        .contains(new Endpoint.ModelMetadata("m", Optional.of("1")));
    assertThat(Endpoint.of("/v2/models/m/ready"))
        .contains(new Endpoint.ModelReady("m", Optional.empty()));
    assertThat(Endpoint.of("/v2/models/m/versions/1/ready"))
        .contains(new Endpoint.ModelReady("m", Optional.of("1")));
    assertThat(Endpoint.of("/v2/models/m/infer"))
        .contains(new Endpoint.Infer("m", Optional.empty()));
    assertThat(Endpoint.of("/v2/models/m/versions/v1.0/infer/"))
        .contains(new Endpoint.Infer("m", Optional.of("v1.0")));
    assertThat(Endpoint.of("/v2/models/m/infer/"))
        .contains(new Endpoint.Infer("m", Optional.empty()));
    assertThat(Endpoint.of("/v2/models")).contains(new Endpoint.ModelList());
    assertThat(Endpoint.of("/v2/models/")).contains(new Endpoint.ModelList());
    assertThat(Endpoint.of("/v2/models/m/config"))
        .contains(new Endpoint.ModelConfiguration("m", Optional.empty()));
    assertThat(Endpoint.of("/v2/models/stats"))
        .contains(new Endpoint.Statistics(Optional.empty(), Optional.empty()));
    assertThat(Endpoint.of("/v2/models/m/stats"))
        .contains(new Endpoint.Statistics(Optional.of("m"), Optional.empty()));
    assertThat(Endpoint.of("/v2/models/m/versions/2/stats"))
        .contains(new Endpoint.Statistics(Optional.of("m"), Optional.of("2")));
    assertThat(Endpoint.of("/v2/models/m/explain"))
        .contains(new Endpoint.Explain("m", Optional.empty()));
    assertThat(Endpoint.of("/v2/models/m/versions/2/explain"))
        .contains(new Endpoint.Explain("m", Optional.of("2")));
    assertThat(Endpoint.of("/v2/repository/index")).contains(new Endpoint.RepositoryIndex());
    assertThat(Endpoint.of("/v2/repository/mine/index")).contains(new Endpoint.RepositoryIndex());
    assertThat(Endpoint.of("/v2/repository/models/m/load"))
        .contains(new Endpoint.RepositoryChange("m"));
    assertThat(Endpoint.of("/v2/repository/mine/models/m/unload"))
        .contains(new Endpoint.RepositoryChange("m"));
  }

  @Test
  void namesArePercentDecoded() {
    assertThat(Endpoint.of("/v2/models/credit%2Drisk/infer"))
        .contains(new Endpoint.Infer("credit-risk", Optional.empty()));
    assertThat(Endpoint.of("/v2/models/a+b/infer"))
        .contains(new Endpoint.Infer("a+b", Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/v1",
        "/v2x",
        "/v2//",
        "/v2/health",
        "/v2/health/other",
        "/v2/models/m/infer/more",
        "/v2/models/m/versions",
        "/v2/models/m/%zz",
        "/v2/models/m/infer//",
        "/v2/repository",
        "/v2/repository/models/m/drop"
      })
  void otherPathsLeadNowhere(String path) {
    assertThat(Endpoint.of(path)).isEmpty();
  }
}
