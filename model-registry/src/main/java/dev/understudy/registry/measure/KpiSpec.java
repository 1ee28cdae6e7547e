package dev.understudy.registry.measure;

import dev.understudy.contracts.v1.Kpi;
import dev.understudy.contracts.v1.KpiKind;
import dev.understudy.contracts.v1.KpiLine;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a candidate must improve, or must not worsen, as it is written in a request. Unchecked until
 * {@link #checked}.
 *
 * @param kind ACCURACY or LOG_LOSS
 * @param line SUPERIORITY or NON_INFERIORITY
 * @param margin for NON_INFERIORITY: how much worse is acceptable, in units of the KPI
 * @param minimumEffect for SUPERIORITY: the effect below which going on is futile
 * @param centre the current model's mean in calibration; a split cannot do without
 */
public record KpiSpec(
    @Nullable String kind,
    @Nullable String line,
    @Nullable Double margin,
    @Nullable Double minimumEffect,
    @Nullable Double centre) {
  /** Of the log loss of one prediction, in nats: that of a probability of 0.001. */
  private static final double LOG_LOSS_CAP = 6.908;

  /**
   * The KPI, once everything in it is right.
   *
   * @param at the path of this object in the request
   * @param centreNeeded whether the test is a split
   */
  public Kpi checked(String at, boolean centreNeeded) {
    KpiKind what = Checks.choice(at + ".kind", kind, List.of(KpiKind.ACCURACY, KpiKind.LOG_LOSS));
    KpiLine where =
        Checks.choice(at + ".line", line, List.of(KpiLine.SUPERIORITY, KpiLine.NON_INFERIORITY));
    double cap = what == KpiKind.LOG_LOSS ? LOG_LOSS_CAP : 1;
    Kpi.Builder kpi = Kpi.newBuilder().setKind(what).setLine(where).setCap(cap);
    if (where == KpiLine.SUPERIORITY) {
      refuse(at + ".margin", margin, "belongs to NON_INFERIORITY");
      double effect = Checks.present(at + ".minimum_effect", minimumEffect);
      kpi.setMinimumEffect(below(at + ".minimum_effect", effect, cap));
    } else {
      refuse(at + ".minimum_effect", minimumEffect, "belongs to SUPERIORITY");
      double accepted = Checks.present(at + ".margin", margin);
      kpi.setMargin(below(at + ".margin", accepted, cap));
    }
    if (centreNeeded) {
      Checks.present(at + ".centre", centre);
    }
    return centre == null
        ? kpi.build()
        : kpi.setCentre(Checks.between(at + ".centre", centre, 0, cap)).build();
  }

  private static double below(String field, double value, double cap) {
    if (Checks.positive(field, value, cap) == cap) {
      throw Refused.field(field, "'%s' must be below %s, all that there is".formatted(field, cap));
    }
    return value;
  }

  private static void refuse(String field, @Nullable Double value, String why) {
    if (value != null && value != 0) {
      throw Refused.field(field, "'%s' %s, leave it out".formatted(field, why));
    }
  }
}
