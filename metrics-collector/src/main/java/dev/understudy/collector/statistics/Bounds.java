package dev.understudy.collector.statistics;

/** What a contrast cannot leave: {@code lowest <= D <= highest}, known before it is observed. */
public record Bounds(double lowest, double highest) {
  public Bounds {
    if (!Double.isFinite(lowest) || !Double.isFinite(highest) || lowest >= highest) {
      throw new IllegalArgumentException(
          "bounds %s .. %s are not an interval".formatted(lowest, highest));
    }
  }

  /** The symmetric bounds of a difference of two values in {@code [0, cap]}. */
  public static Bounds around(double cap) {
    return new Bounds(-cap, cap);
  }

  /** Whether the line is strictly inside, as every test needs it. */
  public boolean holdInside(double line) {
    return line > lowest && line < highest;
  }

  double clamp(double value) {
    return Math.max(lowest, Math.min(highest, value));
  }
}
