package dev.understudy.local.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.training.data.CreditData;
import java.util.List;
import org.junit.jupiter.api.Test;

class CreditApplicationsTest {
  @Test
  void aRequestHoldsTheRawColumnsAndNeitherTheTruthNorWhatIsSensitive() throws Exception {
    List<Application> applications = CreditApplications.of(CreditData.load().rows());

    assertThat(applications).hasSize(4454);
    JsonNode first = new ObjectMapper().readTree(applications.getFirst().body());
    assertThat(first.findValuesAsText("name"))
        .contains("Seniority", "Home", "Arrears")
        .doesNotContain("Age", "Marital", "Status");
    assertThat(applications.getFirst().truth()).isEqualTo("good");
    assertThat(first.at("/inputs/0/data/0").isNumber()).isTrue();
    for (JsonNode input : first.path("inputs")) {
      if (input.path("name").asText().equals("Arrears")) {
        assertThat(input.at("/data/0").isNull()).isTrue();
      }
    }
  }
}
