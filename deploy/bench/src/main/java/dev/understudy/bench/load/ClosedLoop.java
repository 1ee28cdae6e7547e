package dev.understudy.bench.load;

import java.time.Duration;

/** Sends the next request when the last is answered, on a fixed number of connections. */
public interface ClosedLoop {
  /** Who makes the load, with its version where it has one. */
  String generator();

  /** Loads the target for so long. */
  Load run(Target target, Duration duration);
}
