package dev.understudy.registry.rollout;

import dev.understudy.contracts.v1.DecisionPolicy;
import dev.understudy.contracts.v1.Epoch;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.Refused;
import dev.understudy.registry.rollout.RolloutRequest.ShareRequest;
import dev.understudy.registry.rollout.RolloutRequest.StageRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Makes the epochs of a split from the shares that were asked for. Pure. */
final class Shares {
  /** The judge's weights 1/share would be without bound below it. */
  private static final double SMALLEST = 0.001;

  private static final double HALF = 0.5;
  private static final int MOST = 20;
  private static final Duration USUAL = Duration.ofDays(1);
  private static final Duration LONGEST = Duration.ofDays(365);

  private Shares() {}

  /**
   * The epochs in order; one where one share was asked for, or none.
   *
   * @param at the path of the split in the request
   * @param policy of the same test
   * @param candidates that have such a share each
   */
  static List<Epoch> checked(String at, StageRequest asked, DecisionPolicy policy, int candidates) {
    if (asked.fraction() != null) {
      throw Refused.field(at + ".fraction", "a split has a 'share', leave it out");
    }
    List<ShareRequest> shares = asked.shares();
    if (shares == null) {
      double usual = candidates == 1 ? HALF : 1.0 / (candidates + 1);
      double only = share(at + ".share", asked.share() == null ? usual : asked.share(), candidates);
      return List.of(Epoch.newBuilder().setShare(only).build());
    }
    if (asked.share() != null) {
      throw Refused.field(at + ".share", "there are 'shares' too; keep one of both");
    }
    return several(at + ".shares", shares, policy, candidates);
  }

  private static List<Epoch> several(
      String at, List<ShareRequest> shares, DecisionPolicy policy, int candidates) {
    Checks.between(at, shares.size(), 1, MOST);
    List<Epoch> epochs = new ArrayList<>();
    long wholeMs = 0;
    for (int i = 0; i < shares.size(); i++) {
      String each = "%s[%d]".formatted(at, i);
      ShareRequest one = Checks.present(each, shares.get(i));
      double share =
          share(each + ".share", Checks.present(each + ".share", one.share()), candidates);
      if (i > 0 && share <= epochs.getLast().getShare()) {
        throw Refused.field(
            each + ".share", "each share is above the one before it, and this one is not");
      }
      Duration minimum = minimum(each + ".minimum_duration", one, i == shares.size() - 1);
      wholeMs += minimum.toMillis();
      epochs.add(
          Epoch.newBuilder().setNumber(i).setShare(share).setMinimumMs(minimum.toMillis()).build());
    }
    if (shares.size() > 1 && wholeMs >= policy.getMaximumDurationMs()) {
      throw Refused.field(
          at,
          "the shares before the last take %s at least, and policy.maximum_duration is %s"
              .formatted(
                  Duration.ofMillis(wholeMs), Duration.ofMillis(policy.getMaximumDurationMs())));
    }
    return List.copyOf(epochs);
  }

  private static Duration minimum(String field, ShareRequest one, boolean last) {
    Duration said = one.minimumDuration();
    if (!last) {
      return Checks.between(field, said == null ? USUAL : said, Duration.ZERO, LONGEST);
    }
    if (said != null) {
      throw Refused.field(field, "the last share is not widened, leave it out");
    }
    return Duration.ZERO;
  }

  private static double share(String field, double share, int candidates) {
    Checks.positive(field, share, 1);
    if (share == 1) {
      throw Refused.field(field, "a share of 1 leaves nothing to compare with");
    }
    if (share < SMALLEST || share > 1 - SMALLEST) {
      throw Refused.field(
          field,
          "%s is outside %s..%s: the smaller arm would prove nothing"
              .formatted(share, SMALLEST, 1 - SMALLEST));
    }
    if (share * candidates > 1 - SMALLEST) {
      throw Refused.field(
          field,
          "%s for each of %d candidates leaves too few to the current version; take at most %s"
              .formatted(
                  share, candidates, Math.floor((1 - SMALLEST) / candidates * 1_000) / 1_000));
    }
    return share;
  }
}
