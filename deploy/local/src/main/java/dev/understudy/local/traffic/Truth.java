package dev.understudy.local.traffic;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Tells the collector what turned out to be true: most of it soon but out of order, a little of it
 * too late, some of it never. What the collector does not take now is offered again. Thread-safe.
 */
public final class Truth implements AutoCloseable {
  /** Share of outcomes that never come. */
  public static final double NEVER = 0.04;

  /** Share of those that come, but only after the horizon of three seconds. */
  public static final double LATE = 0.005;

  private static final double MEAN_DELAY_SECONDS = 0.5;
  private static final double LONGEST_TIMELY_SECONDS = 1.8;
  private static final double LATE_SECONDS = 4;
  private static final int BATCH = 1000;
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final ObjectMapper JSON = new ObjectMapper();

  private record Due(long atNanos, String predictionId, String value) {}

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final URI address;
  private final String outcome;
  private final SplittableRandom random;
  private final PriorityQueue<Due> waiting =
      new PriorityQueue<>((a, b) -> Long.compare(a.atNanos() - b.atNanos(), 0));
  private final Thread thread;
  private long told;
  private volatile boolean stopping;

  /** The truth about one outcome of a model. */
  public Truth(URI collector, String outcome, long seed) {
    this.address = collector.resolve("/v1/outcomes");
    this.outcome = outcome;
    this.random = new SplittableRandom(seed);
    this.thread = Thread.ofPlatform().daemon().name("truth").unstarted(this::tell);
  }

  /** Begins to tell. */
  public void start() {
    thread.start();
  }

  /** An answer was given; its truth will follow, perhaps. */
  public synchronized void expect(Answer answer) {
    if (random.nextDouble() < NEVER) {
      return;
    }
    double seconds =
        random.nextDouble() < LATE
            ? LATE_SECONDS + random.nextDouble()
            : Math.min(
                LONGEST_TIMELY_SECONDS, -MEAN_DELAY_SECONDS * Math.log1p(-random.nextDouble()));
    waiting.add(
        new Due(answer.atNanos() + (long) (seconds * 1e9), answer.predictionId(), answer.truth()));
  }

  /** How many outcomes the collector has taken. */
  public synchronized long told() {
    return told;
  }

  private void tell() {
    try {
      while (!stopping) {
        List<Due> batch = due();
        if (batch.isEmpty()) {
          TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
        } else if (!post(batch)) {
          TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
          keep(batch);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized List<Due> due() {
    List<Due> batch = new ArrayList<>();
    long now = System.nanoTime();
    while (batch.size() < BATCH && !waiting.isEmpty() && waiting.peek().atNanos() - now <= 0) {
      batch.add(waiting.poll());
    }
    return batch;
  }

  private synchronized void keep(List<Due> batch) {
    waiting.addAll(batch);
  }

  private boolean post(List<Due> batch) throws InterruptedException {
    ObjectNode body = JSON.createObjectNode();
    ArrayNode outcomes = body.putArray("outcomes");
    for (Due due : batch) {
      outcomes
          .addObject()
          .put("prediction_id", due.predictionId())
          .put("name", outcome)
          .put("value", due.value())
          .put("source", "loan-system");
    }
    try {
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(address)
                  .timeout(Duration.ofSeconds(20))
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() == 400) {
        throw new IllegalStateException("the collector refused outcomes: " + response.body());
      }
      boolean taken = response.statusCode() == 202;
      if (taken) {
        synchronized (this) {
          told += batch.size();
        }
      }
      return taken;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    stopping = true;
    thread.interrupt();
    client.shutdownNow();
  }
}
