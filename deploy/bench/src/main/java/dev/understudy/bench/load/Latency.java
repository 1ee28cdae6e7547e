package dev.understudy.bench.load;

import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * A load at a constant rate, with the time from when each request was to be sent until it was well
 * answered: a server that stalls is charged for all who had to wait.
 *
 * @param us of each good answer, microseconds; not to be changed
 */
public record Latency(Load load, Histogram us) {
  /** Several loads as if they had been one. */
  public static Latency together(List<Latency> parts) {
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("no loads, no latency");
    }
    Histogram all = new Histogram(parts.getFirst().us());
    parts.forEach(part -> all.add(part.us()));
    return new Latency(Load.together(parts.stream().map(Latency::load).toList()), all);
  }

  /** The median, as the others in microseconds. */
  public double p50Us() {
    return us.getValueAtPercentile(50);
  }

  /** What one of a hundred waits longer than. */
  public double p99Us() {
    return us.getValueAtPercentile(99);
  }

  /** What one of a thousand waits longer than. */
  public double p999Us() {
    return us.getValueAtPercentile(99.9);
  }
}
