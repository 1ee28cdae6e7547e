package dev.understudy.registry.measure;

import dev.understudy.contracts.v1.Guard;
import dev.understudy.contracts.v1.GuardKind;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What a candidate must not harm, as it is written in a request. Unchecked until {@link #checked}.
 *
 * @param kind ERRORS (failed, timed out or invalid), SLOW, TIMEOUTS (timed out) or INVALID
 *     (answered without a usable prediction)
 * @param relativeMargin 0.5 allows half as many again; by default 0.25 for SLOW, 0.5 otherwise
 * @param absoluteMargin 0.01 allows one point more; by default 0.01 for SLOW, 0.0025 otherwise
 * @param slowThreshold SLOW: scoring longer than this is slow; measured before the test where it is
 *     left out, as the 95th percentile of the current model's
 * @param required false: can only roll back, not hold up a promotion; true by default
 */
@Schema(
    description =
        "What a candidate must not harm: ERRORS (failed, timed out or invalid), TIMEOUTS, INVALID"
            + " (answered without a usable prediction) or SLOW, whose 'slow_threshold' is"
            + " measured before the test where it is left out. The laxer of both margins counts: 0.5 and 0.0025 by default, of SLOW 0.25 and 0.01.")
public record GuardSpec(
    @Nullable String kind,
    @Nullable Double relativeMargin,
    @Nullable Double absoluteMargin,
    @Nullable Duration slowThreshold,
    @Nullable Boolean required) {
  private static final int MOST = 10;
  // The judge needs a little room between a line and the end of its scale.
  private static final double MOST_ABSOLUTE = 0.999;
  private static final Duration SHORTEST = Duration.ofNanos(1_000);
  private static final Duration LONGEST = Duration.ofHours(1);

  /** What guards a test where nothing was said: errors, with the usual margins. */
  public static final List<GuardSpec> USUAL =
      List.of(new GuardSpec(GuardKind.ERRORS.name(), null, null, null, null));

  /**
   * All guards of a test, once everything in them is right.
   *
   * @param at the path of the list in the request
   */
  public static List<Guard> checked(String at, List<GuardSpec> specs) {
    Checks.between(at, specs.size(), 0, MOST);
    List<Guard> guards = new ArrayList<>();
    Set<GuardKind> seen = EnumSet.noneOf(GuardKind.class);
    for (int i = 0; i < specs.size(); i++) {
      String each = "%s[%d]".formatted(at, i);
      Guard guard = Checks.present(each, specs.get(i)).one(each);
      if (!seen.add(guard.getKind())) {
        throw Refused.field(each + ".kind", "there are two guards of this kind, keep one");
      }
      guards.add(guard);
    }
    return List.copyOf(guards);
  }

  private Guard one(String at) {
    GuardKind what =
        Checks.choice(
            at + ".kind",
            kind,
            List.of(GuardKind.ERRORS, GuardKind.SLOW, GuardKind.TIMEOUTS, GuardKind.INVALID));
    boolean slow = what == GuardKind.SLOW;
    double relative = relativeMargin == null ? (slow ? 0.25 : 0.5) : relativeMargin;
    double absolute = absoluteMargin == null ? (slow ? 0.01 : 0.0025) : absoluteMargin;
    Guard.Builder guard =
        Guard.newBuilder()
            .setKind(what)
            .setRelativeMargin(Checks.between(at + ".relative_margin", relative, 0, 100))
            .setAbsoluteMargin(Checks.between(at + ".absolute_margin", absolute, 0, MOST_ABSOLUTE))
            .setRequired(required == null || required);
    if (relative == 0 && absolute == 0) {
      throw Refused.field(
          at + ".relative_margin", "without any margin nobody can prove that nothing got worse");
    }
    String threshold = at + ".slow_threshold";
    if (slow) {
      if (slowThreshold != null) {
        guard.setSlowThresholdUs(
            Checks.between(threshold, slowThreshold, SHORTEST, LONGEST).toNanos() / 1_000);
      }
    } else if (slowThreshold != null) {
      throw Refused.field(threshold, "'%s' belongs to SLOW, leave it out".formatted(threshold));
    }
    return guard.build();
  }
}
