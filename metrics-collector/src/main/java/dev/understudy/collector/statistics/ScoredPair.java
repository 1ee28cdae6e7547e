package dev.understudy.collector.statistics;

/** What both versions made of the same record: the higher, the more likely positive. */
public record ScoredPair(double current, double candidate) {
  public ScoredPair {
    if (Double.isNaN(current) || Double.isNaN(candidate)) {
      throw new IllegalArgumentException("scores of %s and %s".formatted(current, candidate));
    }
    // So that -0 and 0 are a tie.
    current += 0.0;
    candidate += 0.0;
  }
}
