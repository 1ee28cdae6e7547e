package dev.understudy.bench.report;

import dev.understudy.bench.load.Latency;
import dev.understudy.bench.load.Load;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One round of one case: the gateway and the echo, one right after the other.
 *
 * @param plain the same request without log and shadow, in the same seconds and at the same rate;
 *     empty where that is the case itself, or is not measured
 */
public record Round(Side gateway, Side echo, Optional<Latency> plain) {

  /**
   * What one of the two did under load.
   *
   * @param closed as fast as it went
   * @param cpuUs of the gateway's process in that load, microseconds, until all was also logged
   * @param allocatedBytes likewise, on the heap
   * @param open at the constant rate
   */
  public record Side(Load closed, double cpuUs, OptionalDouble allocatedBytes, Latency open) {
    double cpuUsPerRequest() {
      return cpuUs / Math.max(1, closed.answered());
    }

    OptionalDouble bytesPerRequest() {
      return allocatedBytes.isPresent()
          ? OptionalDouble.of(allocatedBytes.getAsDouble() / Math.max(1, closed.answered()))
          : OptionalDouble.empty();
    }

    long failed() {
      return unanswered(closed) + unanswered(open.load());
    }
  }

  private static long unanswered(Load load) {
    return load.refused() + load.failed();
  }

  double throughputRatio() {
    return gateway.closed.perSecond() / echo.closed.perSecond();
  }

  double cpuRatio() {
    return gateway.cpuUsPerRequest() / echo.cpuUsPerRequest();
  }

  double p99Ratio() {
    return gateway.open.p99Us() / echo.open.p99Us();
  }

  Optional<Double> p99OverPlain() {
    return plain.map(other -> gateway.open.p99Us() / other.p99Us());
  }
}
