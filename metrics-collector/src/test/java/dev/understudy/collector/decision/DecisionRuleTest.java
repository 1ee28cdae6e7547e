package dev.understudy.collector.decision;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.collector.decision.DecisionRule.GuardSituation;
import dev.understudy.collector.decision.DecisionRule.Situation;
import dev.understudy.contracts.v1.DecisionPolicy;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The rule against cases that were checked by hand. */
class DecisionRuleTest {
  @TestFactory
  Stream<DynamicTest> everyVerdictIsThatOfTheOracle() throws Exception {
    JsonNode cases;
    try (InputStream file = getClass().getResourceAsStream("/oracles/statistics.json")) {
      cases = new ObjectMapper().readTree(file).get("cases");
    }
    return StreamSupport.stream(cases.spliterator(), false)
        .filter(one -> one.get("method").textValue().equals("verdict"))
        .map(
            one ->
                DynamicTest.dynamicTest(
                    one.get("id").textValue(),
                    () ->
                        assertThat(verdict(one.get("inputs")))
                            .isEqualTo(one.get("expected").textValue())));
  }

  private static String verdict(JsonNode in) {
    List<GuardSituation> guards = new ArrayList<>();
    for (JsonNode guard : in.get("guards")) {
      guards.add(
          new GuardSituation(
              guard.get("logEHarm").doubleValue(),
              guard.get("logESafe").doubleValue(),
              guard.get("required").booleanValue()));
    }
    DecisionPolicy policy =
        DecisionPolicy.newBuilder()
            .setAlphaPromote(in.get("alphaPromote").doubleValue())
            .setAlphaRollback(in.get("alphaRollback").doubleValue())
            .setAlphaFutility(in.get("alphaFutility").doubleValue())
            .setAlphaHealth(0.001)
            .setMinimumUnits(in.get("minUnits").longValue())
            .setMaximumUnits(in.get("maxUnits").longValue())
            .setMinimumDurationMs(hours(in, "minHours"))
            .setMaximumDurationMs(hours(in, "maxHours"))
            .build();
    Situation now =
        new Situation(
            in.get("n").longValue(),
            in.get("n").longValue(),
            hours(in, "elapsedHours"),
            !in.get("unhealthy").booleanValue(),
            in.get("logEPromote").doubleValue(),
            in.get("logEWorse").doubleValue(),
            OptionalDouble.of(in.get("logEFutile").doubleValue()),
            guards);
    return new DecisionRule(policy, guards.size()).verdict(now).name();
  }

  private static long hours(JsonNode in, String name) {
    return TimeUnit.HOURS.toMillis(in.get(name).longValue());
  }
}
