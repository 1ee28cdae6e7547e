package dev.understudy.collector.comparison;

import java.util.Arrays;

/**
 * The blocks of AUC, apart for each of 48 virtual shards. A shard is {@code toPositive(murmur2(id))
 * % 48}; Kafka puts a prediction into partition {@code toPositive(murmur2(id)) % partitions}, so
 * that with 1, 2, 3, 4, 6, 8, 12, 16, 24 or 48 partitions a shard lies in one of them, and the
 * blocks are the same. In a split each arm has its own shards. Immutable.
 *
 * <p>Of a request with several rows the first with a known outcome is counted: blocks are
 * independent only where their records are.
 */
public final class AucTally implements KpiTally {
  /** Virtual shards of a version or pair. */
  public static final int SHARDS = 48;

  /** Nothing counted yet. */
  public static final AucTally EMPTY = new AucTally(filled());

  /** In shadow {@link #SHARDS} of the pairs; in a split those of current, then the candidate's. */
  private final AucShard[] shards;

  private AucTally(AucShard[] shards) {
    this.shards = shards;
  }

  private static AucShard[] filled() {
    AucShard[] shards = new AucShard[2 * SHARDS];
    Arrays.fill(shards, AucShard.EMPTY);
    return shards;
  }

  static AucTally in(KpiTally tally) {
    return switch (tally) {
      case Nothing nothing -> EMPTY;
      case AucTally auc -> auc;
      case LossSums sums -> throw KpiTally.strangers(EMPTY, sums);
      case TableTally table -> throw KpiTally.strangers(EMPTY, table);
    };
  }

  /** The shard of a number below {@code 2 * SHARDS}. */
  AucShard shard(int number) {
    return shards[number];
  }

  AucTally with(int number, AucShard shard) {
    AucShard[] changed = shards.clone();
    changed[number] = shard;
    return new AucTally(changed);
  }

  /** All blocks of the pairs, or of the current version's arm, shard by shard. */
  public AucShard first() {
    return all(0);
  }

  /** All blocks of the candidate's arm. */
  public AucShard second() {
    return all(SHARDS);
  }

  private AucShard all(int from) {
    AucShard all = AucShard.EMPTY;
    for (int i = from; i < from + SHARDS; i++) {
      all = all.merge(shards[i]);
    }
    return all;
  }

  AucTally plus(TestPlan plan, JudgedUnit.Pair pair) {
    Measure measure = plan.measure();
    int row = pair.truth().firstKnown();
    double truth = pair.truth().row(row);
    return with(
        pair.shard(),
        shards[pair.shard()].plus(
            plan,
            truth == 1,
            measure.rank(pair.current(), row, truth),
            measure.rank(pair.candidate(), row, truth)));
  }

  AucTally plus(TestPlan plan, JudgedUnit.Assigned unit) {
    int row = unit.truth().firstKnown();
    double truth = unit.truth().row(row);
    double rank = plan.measure().rank(unit.scored(), row, truth);
    int number = unit.shard() + (unit.toCandidate() ? SHARDS : 0);
    return with(number, shards[number].plus(plan, truth == 1, rank, rank));
  }

  @Override
  public KpiTally merge(KpiTally other) {
    return switch (other) {
      case Nothing nothing -> this;
      case AucTally auc -> {
        AucShard[] both = shards.clone();
        for (int i = 0; i < both.length; i++) {
          both[i] = both[i].merge(auc.shards[i]);
        }
        yield new AucTally(both);
      }
      case LossSums sums -> throw KpiTally.strangers(this, sums);
      case TableTally table -> throw KpiTally.strangers(this, table);
    };
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AucTally that && Arrays.equals(shards, that.shards);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(shards);
  }

  @Override
  public String toString() {
    return "AucTally[" + first() + ", " + second() + "]";
  }
}
