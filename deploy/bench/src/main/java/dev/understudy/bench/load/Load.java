package dev.understudy.bench.load;

import java.util.List;

/**
 * What came of a load.
 *
 * @param answered well
 * @param refused told in order to come again later: 503 with Retry-After, gRPC UNAVAILABLE
 * @param failed answered badly, broken off, late or never sent
 * @param seconds that it took
 */
public record Load(long answered, long refused, long failed, double seconds) {
  public Load {
    if (answered < 0 || refused < 0 || failed < 0 || !(seconds > 0)) {
      throw new IllegalArgumentException(
          "no load: %d answered, %d refused, %d failed, %f s"
              .formatted(answered, refused, failed, seconds));
    }
  }

  /** Several loads as if they had been one. */
  static Load together(List<Load> parts) {
    return new Load(
        parts.stream().mapToLong(Load::answered).sum(),
        parts.stream().mapToLong(Load::refused).sum(),
        parts.stream().mapToLong(Load::failed).sum(),
        parts.stream().mapToDouble(Load::seconds).sum());
  }

  /** Good answers in a second. */
  public double perSecond() {
    return answered / seconds;
  }
}
