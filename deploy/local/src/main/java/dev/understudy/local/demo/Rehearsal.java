package dev.understudy.local.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * One rollout of the demo: who the candidate is, what it must show, and what honest evidence should
 * make of it.
 *
 * @param recipe of the candidate in training
 * @param title what people are told
 * @param kpi that shadow must improve
 * @param good whether it deserves to be promoted
 */
public record Rehearsal(String recipe, String title, ShadowKpi kpi, boolean good) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What superiority in shadow means. */
  public enum ShadowKpi {
    ACCURACY(0.01),
    LOG_LOSS(0.003);

    private final double minimumEffect;

    ShadowKpi(double minimumEffect) {
      this.minimumEffect = minimumEffect;
    }
  }

  /** The demo's four, in order. */
  public static final List<Rehearsal> ALL =
      List.of(
          new Rehearsal(
              "logistic", "logistic regression on all permitted columns", ShadowKpi.ACCURACY, true),
          new Rehearsal(
              "trees", "gradient-boosted trees on the same columns", ShadowKpi.LOG_LOSS, true),
          new Rehearsal(
              "leaky",
              "trained with a column that is empty in production",
              ShadowKpi.ACCURACY,
              false),
          new Rehearsal("broken", "fails or is slow on some requests", ShadowKpi.ACCURACY, false));

  /** The policy in words, so that nobody has to believe the table. */
  public static final List<String> POLICY =
      List.of(
          "label horizon H 3 s; about 95.5 % of the labels come within it, 0.5 % later, 4 % never",
          "a stage lasts at least 5 s and 200 units; shadow ends after 75 s and a split after 110 s, proven"
              + " or not",
          "shadow must prove the candidate better: accuracy, or log loss for the trees"
              + " (minimum effect 0.003), at 5 %",
          "split, one epoch at 50 %: accuracy proven not worse by 3 points",
          "guards, proven within 2 points or half as much again (slow: a quarter): errors, and answers"
              + " slower than 50 ms");

  /**
   * The plan as the registry takes it.
   *
   * @param version of the candidate
   * @param centre the current model's accuracy offline, the centre of the split's contrast
   */
  public ObjectNode plan(String version, double centre) {
    ObjectNode plan = JSON.createObjectNode();
    plan.put("candidate", version);
    ObjectNode shadow = plan.putObject("shadow");
    shadow.put("fraction", 1.0);
    shadow.put("shadow_deadline", "PT1S");
    shadow
        .putObject("kpi")
        .put("kind", kpi.name())
        .put("line", "SUPERIORITY")
        .put("minimum_effect", kpi.minimumEffect);
    common(shadow, "PT75S");
    ObjectNode split = plan.putObject("split");
    split.put("share", 0.5);
    split
        .putObject("kpi")
        .put("kind", "ACCURACY")
        .put("line", "NON_INFERIORITY")
        .put("margin", 0.03)
        .put("centre", centre);
    common(split, "PT110S");
    // The next rehearsal begins at once, and would end the watch.
    plan.putObject("watch").put("mode", "NONE");
    return plan;
  }

  private static void common(ObjectNode stage, String maximumDuration) {
    stage.put("horizon", "PT3S");
    var guards = stage.putArray("guards");
    guards
        .addObject()
        .put("kind", "ERRORS")
        .put("relative_margin", 0.5)
        .put("absolute_margin", 0.02)
        .put("required", true);
    guards
        .addObject()
        .put("kind", "SLOW")
        .put("slow_threshold", "PT0.05S")
        .put("relative_margin", 0.25)
        .put("absolute_margin", 0.02)
        .put("required", true);
    stage
        .putObject("policy")
        .put("minimum_duration", "PT5S")
        .put("maximum_duration", maximumDuration)
        .put("minimum_units", 200);
  }
}
