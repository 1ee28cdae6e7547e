package dev.understudy.registry.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.LabelPolicy;
import dev.understudy.contracts.v1.Task;
import dev.understudy.contracts.v1.TestDefinition;
import dev.understudy.registry.measure.KpiSpec;
import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.rollout.RolloutRequest.StageRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelRequestTest {
  private static StageRequest with(StageRequest stage, LabelRequest labels) {
    return new StageRequest(
        stage.fraction(),
        stage.share(),
        stage.shares(),
        stage.unitKey(),
        stage.horizon(),
        stage.shadowDeadline(),
        stage.kpi(),
        stage.guards(),
        stage.policy(),
        labels);
  }

  private static TestDefinition shadow(LabelRequest labels) {
    return Plans.plan()
        .tests(Plans.request(with(Plans.shadow(), labels), null))
        .getFirst()
        .definition();
  }

  private static TestDefinition split(LabelRequest labels) {
    return Plans.plan()
        .tests(Plans.request(null, with(Plans.split(), labels)))
        .getFirst()
        .definition();
  }

  @Test
  void whatIsNotSaidIsNotInTheDefinition() {
    assertThat(shadow(null).hasLabels()).isFalse();
  }

  @Test
  void whatIsSaidIsInTheDefinition() {
    assertThat(split(new LabelRequest(null, 0.1, true, 0.2, true)).getLabels())
        .isEqualTo(
            LabelPolicy.newBuilder()
                .setSelective(true)
                .setLeastProbability(0.1)
                .setOverrideShare(0.2)
                .setApprovesPositive(true)
                .build());
    assertThat(shadow(new LabelRequest(true, null, null, null, null)).getLabels().getWorstCase())
        .isTrue();
    assertThat(shadow(new LabelRequest(null, null, true, null, null)).getLabels().getSelective())
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    ",0.04,,,,true,least_probability",
    ",NaN,,,,true,least_probability",
    ",1.1,,,,true,least_probability",
    "true,0.5,,,,true,worst_case",
    "true,,true,,,true,worst_case",
    ",0.1,,0.2,,true,override_share",
    ",,true,0.2,,true,override_share",
    ",0.3,true,0.2,,true,override_share",
    ",0.3,true,1.0,,true,override_share",
    ",,,,true,true,approves_positive",
    ",,true,,,false,selective",
  })
  void whatMakesNoSenseIsRefusedByName(
      Boolean worstCase,
      Double least,
      Boolean selective,
      Double override,
      Boolean approvesPositive,
      boolean inShadow,
      String field) {
    LabelRequest labels = new LabelRequest(worstCase, least, selective, override, approvesPositive);

    Refused refused = catchThrowableOfType(Refused.class, () -> ask(labels, inShadow));

    assertThat(refused.field()).isEqualTo((inShadow ? "shadow.labels." : "split.labels.") + field);
  }

  @ParameterizedTest
  @CsvSource({
    "F1, true, , , worst_case",
    "RECALL, , 0.5, , least_probability",
    "AUC, , , true, selective",
  })
  void aPolicyOnAKpiThatIsNoMeanOverRequestsIsRefused(
      String kind, Boolean worstCase, Double least, Boolean selective, String field) {
    LabelRequest labels = new LabelRequest(worstCase, least, selective, null, null);
    KpiSpec kpi = Plans.kpi(kind, "SUPERIORITY", null, 0.01, null);

    Refused refused =
        catchThrowableOfType(
            Refused.class,
            () ->
                Plans.plan()
                    .tests(Plans.request(with(Plans.withKpi(Plans.shadow(), kpi), labels), null)));

    assertThat(refused.field()).isEqualTo("shadow.labels." + field);
    assertThat(refused).hasMessageContaining(kind);
  }

  @Test
  void anAmountHasNoWorstCaseAndNobodyApprovesIt() {
    Kpi amount = Kpi.newBuilder().setKind(KpiKind.MAE).build();

    Refused worst =
        catchThrowableOfType(
            Refused.class,
            () ->
                new LabelRequest(true, null, null, null, null)
                    .checked("labels", true, 0.5, amount, Task.REGRESSION));
    Refused selective =
        catchThrowableOfType(
            Refused.class,
            () ->
                new LabelRequest(null, null, true, null, null)
                    .checked("labels", true, 0.5, amount, Task.REGRESSION));

    assertThat(worst.field()).isEqualTo("labels.worst_case");
    assertThat(selective.field()).isEqualTo("labels.selective");
    assertThat(
            new LabelRequest(null, 0.5, null, null, null)
                .checked("labels", true, 0.5, amount, Task.REGRESSION)
                .getLeastProbability())
        .isEqualTo(0.5);
  }

  private static TestDefinition ask(LabelRequest labels, boolean inShadow) {
    return inShadow ? shadow(labels) : split(labels);
  }
}
