package dev.understudy.collector.matching;

import dev.understudy.contracts.Signature;

/**
 * What the topology needs to know.
 *
 * @param applicationId prefix of the collector's own topics
 * @param partitions of <em>predictions</em> and of <em>outcomes</em>, as the broker says
 * @param evaluationsTopic where evaluations go
 * @param signature that the registry checks
 */
public record TopologySettings(
    String applicationId, int partitions, String evaluationsTopic, Signature signature, Keep keep) {
  public TopologySettings {
    if (partitions < 1) {
      throw new IllegalArgumentException("%d partitions".formatted(partitions));
    }
  }

  /** The compacted topic on which the judge tells the join that a test is over. */
  public String endedTopic() {
    return applicationId + "-ended-tests";
  }
}
