package dev.understudy.gateway.routing;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;

/** The key of everything that follows from one request: a UUIDv7, always made by the gateway. */
public record PredictionId(String value) {
  private static final NoArgGenerator UUID_V7 = Generators.timeBasedEpochRandomGenerator();

  /** A new one. */
  public static PredictionId next() {
    return new PredictionId(UUID_V7.generate().toString());
  }
}
