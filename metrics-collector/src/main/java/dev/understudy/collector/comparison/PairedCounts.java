package dev.understudy.collector.comparison;

/** The 2x2 table of one property of both versions: how often both, one, or none had it. */
public record PairedCounts(long both, long candidateOnly, long currentOnly, long neither) {
  /** Nothing counted yet. */
  public static final PairedCounts EMPTY = new PairedCounts(0, 0, 0, 0);

  public PairedCounts {
    if (both < 0 || candidateOnly < 0 || currentOnly < 0 || neither < 0) {
      throw new IllegalArgumentException("a count is below 0");
    }
  }

  /** All pairs. */
  public long total() {
    return both + candidateOnly + currentOnly + neither;
  }

  /** How often the candidate had it. */
  public long candidate() {
    return both + candidateOnly;
  }

  /** How often the current version had it. */
  public long current() {
    return both + currentOnly;
  }

  PairedCounts plus(boolean candidate, boolean current) {
    return new PairedCounts(
        both + (candidate && current ? 1 : 0),
        candidateOnly + (candidate && !current ? 1 : 0),
        currentOnly + (!candidate && current ? 1 : 0),
        neither + (!candidate && !current ? 1 : 0));
  }

  /** Both tables together. */
  public PairedCounts merge(PairedCounts other) {
    return new PairedCounts(
        both + other.both,
        candidateOnly + other.candidateOnly,
        currentOnly + other.currentOnly,
        neither + other.neither);
  }
}
