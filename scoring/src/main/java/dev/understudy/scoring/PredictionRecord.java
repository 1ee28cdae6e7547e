package dev.understudy.scoring;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * One prediction of an {@link EmbeddedModel}, for whoever logs it. It holds what may be personal,
 * as a gateway's record does.
 *
 * @param id a UUIDv7; the key by which the outcome is reported later
 * @param project empty, as model and version, for a model that came from a file
 * @param at when it was asked for
 * @param inputs every column of the contract
 */
public record PredictionRecord(
    UUID id,
    String project,
    String model,
    String version,
    Instant at,
    Map<String, Tensor> inputs,
    Score score) {
  public PredictionRecord {
    inputs = Map.copyOf(inputs);
  }

  /** The millisecond in the first 48 bits, chance in the rest. */
  static UUID nextId(Instant at, RandomGenerator random) {
    long first = at.toEpochMilli() << 16 | 0x7000 | random.nextLong(0x1000);
    long second = random.nextLong() >>> 2 | Long.MIN_VALUE;
    return new UUID(first, second);
  }
}
