package dev.understudy.bench.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * How the collector does with many predictions that wait.
 *
 * @param waiting so many
 * @param heapBytes the largest heap of the process
 * @param diskBytes of all stores per waiting prediction, before RocksDB has tidied up
 * @param empty judged a second with nothing that waits
 * @param full judged a second with all of them waiting
 */
public record WaitingReport(
    String mode,
    int waiting,
    int threads,
    long heapBytes,
    double diskBytes,
    Spread empty,
    Spread full) {
  /** What the requirement asks: within 30 %. */
  private static final double NEEDED = 0.7;

  private double ratio() {
    return full.median() / empty.median();
  }

  /** The object {@code waiting}. */
  public ObjectNode json() {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("mode", mode).put("predictions", waiting).put("threads", threads);
    json.put("heap_bytes", heapBytes).put("disk_bytes_per_prediction", Math.round(diskBytes));
    json.set("judged_per_second_empty", empty.json());
    json.set("judged_per_second_full", full.json());
    json.put("ratio", ratio()).put("met", ratio() >= NEEDED);
    return json;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%,d waiting (%s, heap %,d MB): %,.0f judged/s instead of %,.0f, ratio %.2f (>= 0.70);"
            + " %.0f bytes on disk each",
        waiting,
        mode,
        heapBytes >> 20,
        full.median(),
        empty.median(),
        ratio(),
        diskBytes);
  }
}
