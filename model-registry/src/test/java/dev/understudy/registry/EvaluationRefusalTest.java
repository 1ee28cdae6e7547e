package dev.understudy.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.RolloutEvaluated;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.contracts.v1.Verdict;
import dev.understudy.testkit.KafkaResource;
import dev.understudy.testkit.PostgresResource;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Boots the registry with real parts: what somebody who writes to *evaluations* cannot do. */
@QuarkusTest
@WithTestResource(KafkaResource.class)
@WithTestResource(PostgresResource.class)
@WithTestResource(RegistrySettings.class)
class EvaluationRefusalTest {
  @Inject MeterRegistry meters;

  private FakeGateway gateway;
  private FakeJudge judge;
  private Api api;
  private String rollout;

  @BeforeEach
  void aRolloutInItsShadow() {
    gateway = FakeGateway.that(FakeGateway.Manner.PREPARES);
    judge = new FakeJudge();
    api = Api.withTwoVersions();
    api.deploy("1").then().statusCode(202);
    await()
        .untilAsserted(
            () -> assertThat((String) api.route().path("committed.mode")).isEqualTo("SINGLE"));
    rollout = api.start("2", Api.SHADOW, Api.SPLIT).then().statusCode(201).extract().path("id");
    await().untilAsserted(() -> assertThat(api.state(rollout)).isEqualTo("SHADOW"));
  }

  @AfterEach
  void close() throws InterruptedException {
    judge.close();
    gateway.close();
  }

  @ParameterizedTest
  @CsvSource({"PROMOTE", "ROLLBACK", "STOP_FUTILE"})
  void aForgedEvaluationDoesNothing(Verdict verdict) {
    RolloutEvaluated forged = FakeJudge.about(api, rollout, "SHADOW").setVerdict(verdict).build();

    judge.forges(forged);
    judge.send(rollout, forged.toByteArray(), null);
    judge.send(rollout, forged.toByteArray(), new byte[32]);

    assertThatNothingHappenedBut("bad_signature");
  }

  @ParameterizedTest
  @CsvSource({"wrong_test", "wrong_epoch", "wrong_definition", "unsupported", "not_live"})
  void anEvaluationThatDoesNotFitPromotesNothing(String result) {
    RolloutEvaluated.Builder said = FakeJudge.about(api, rollout, "SHADOW");
    Consumer<RolloutEvaluated.Builder> change =
        switch (result) {
          case "wrong_test" -> one -> one.setTestId("another-shadow");
          case "wrong_epoch" -> one -> one.setEpoch(1);
          case "wrong_definition" -> one -> one.setDefinitionSha256("0".repeat(64));
          case "unsupported" ->
              one -> one.getEvidenceBuilder().getPrimaryBuilder().getBetterBuilder().setValue(2.9);
          default ->
              one -> {
                RolloutEvaluated split = FakeJudge.about(api, rollout, "SPLIT").build();
                one.setTestId(split.getTestId()).setDefinitionSha256(split.getDefinitionSha256());
              };
        };
    change.accept(said);

    judge.says(said.build());

    assertThatNothingHappenedBut(result);
  }

  @Test
  void anEvaluationWhoseNumberDoesNotRisePromotesNothing() {
    judge.says(
        FakeJudge.about(api, rollout, "SHADOW").setNumber(20).setVerdict(Verdict.CONTINUE).build());
    judge.says(FakeJudge.about(api, rollout, "SHADOW").setNumber(20).build());
    judge.says(FakeJudge.about(api, rollout, "SHADOW").setNumber(19).build());
    judge.says(
        FakeJudge.about(api, rollout, "SHADOW").setNumber(21).setVerdict(Verdict.CONTINUE).build());

    awaitNumber(21);
    assertThat(api.state(rollout)).isEqualTo("SHADOW");
    assertThat(api.evaluations(rollout).jsonPath().getList("items.evaluation.number"))
        .isEqualTo(List.of(20, 21));
  }

  @Test
  void whatCannotBeReadIsSkippedAndTheNextIsTaken() {
    double before = counted("malformed");

    judge.send(rollout, new byte[] {1, 2, 3}, new byte[32]);
    judge.send(rollout, null, null);
    judge.says(FakeJudge.about(api, rollout, "SHADOW").setRolloutId("a\0b").build());
    judge.says(FakeJudge.about(api, rollout, "SHADOW").setRolloutId("nobody").build());
    judge.says(
        FakeJudge.about(api, rollout, "SHADOW").setNumber(3).setVerdict(Verdict.HOLD).build());

    awaitNumber(3);
    assertThat(counted("malformed") - before).isEqualTo(3);
    assertThat(counted("unknown_rollout")).isPositive();
  }

  @Test
  void aReasonThatHoldsWhatCannotBeKeptStillActs() {
    judge.says(
        FakeJudge.about(api, rollout, "SHADOW")
            .setVerdict(Verdict.STOP_INVALID)
            .setReason("a\0b" + "x".repeat(5_000))
            .build());

    await().untilAsserted(() -> assertThat(api.state(rollout)).isEqualTo("STOPPED"));
    assertThat((String) api.rollout(rollout).path("reason")).hasSizeLessThan(1_100);
  }

  /** The reader goes in order, so what comes after has met whatever the refused one did. */
  private void assertThatNothingHappenedBut(String result) {
    judge.says(
        FakeJudge.about(api, rollout, "SHADOW")
            .setNumber(1_000)
            .setVerdict(Verdict.CONTINUE)
            .build());
    awaitNumber(1_000);
    assertThat(api.state(rollout)).isEqualTo("SHADOW");
    assertThat(
            TopicReader.all(
                Topic.ROUTES,
                RoutePublished.parser(),
                key -> key.equals(Topic.modelKey(api.project, "credit-risk"))))
        .hasSize(4);
    assertThat(api.evaluations(rollout).jsonPath().getList("items")).hasSize(1);
    assertThat(counted(result)).isPositive();
    assertThat(
            api.rollout(rollout)
                .jsonPath()
                .getList("history.findAll { it.action == 'evaluation.refused' }.detail.result"))
        .isEqualTo(List.of(result));
  }

  private void awaitNumber(int number) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat((Integer) api.rollout(rollout).path("tests[0].latest.number"))
                    .isEqualTo(number));
  }

  private double counted(String result) {
    Counter counter = meters.find("registry.evaluations").tag("result", result).counter();
    return counter == null ? 0 : counter.count();
  }
}
