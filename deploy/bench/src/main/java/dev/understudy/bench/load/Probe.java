package dev.understudy.bench.load;

import java.time.Duration;

/** Whether a target answers at all. */
public final class Probe {
  private Probe() {}

  /** Whether at least one of the first few requests is answered well. */
  public static boolean answers(Target target, Duration limit) {
    try (OwnClient client = new OwnClient(1)) {
      return client.run(target, limit).answered() > 0;
    } catch (IllegalStateException notAtAll) {
      return false;
    }
  }
}
