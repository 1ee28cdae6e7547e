package dev.understudy.local.traffic;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends applications to the gateway at a steady rate, in random order with replacement, and tells
 * each answer on. The rate does not wait for answers, up to a bound of requests under way: a slow
 * gateway gets no rest, as in life. Thread-safe.
 */
public final class Callers implements AutoCloseable {
  /** The header that carries the prediction id. */
  public static final String PREDICTION_ID = "Understudy-Prediction-Id";

  private static final int UNDER_WAY = 400;
  private static final int FAILURES_KEPT = 5;

  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();
  private final List<HttpRequest> requests;
  private final List<Application> applications;
  private final SplittableRandom random;
  private final long intervalNanos;
  private final Consumer<Answer> onAnswer;
  private final Semaphore underWay = new Semaphore(UNDER_WAY);
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong answered = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final Deque<String> failures = new ArrayDeque<>();
  private final Thread thread;
  private volatile boolean stopping;
  private volatile long begunNanos;

  /**
   * Callers of one model.
   *
   * @param perSecond requests a second
   * @param onAnswer told of each answer, on one of the client's threads; must be quick
   */
  public Callers(
      URI gateway,
      String model,
      List<Application> applications,
      double perSecond,
      long seed,
      Consumer<Answer> onAnswer) {
    this.applications = List.copyOf(applications);
    this.requests =
        applications.stream()
            .map(
                application ->
                    HttpRequest.newBuilder(gateway.resolve("/v2/models/" + model + "/infer"))
                        .timeout(Duration.ofSeconds(30))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(application.body()))
                        .build())
            .toList();
    this.random = new SplittableRandom(seed);
    this.intervalNanos = Math.round(1e9 / perSecond);
    this.onAnswer = onAnswer;
    this.thread = Thread.ofPlatform().daemon().name("callers").unstarted(this::call);
  }

  /** Begins to call. */
  public void start() {
    begunNanos = System.nanoTime();
    thread.start();
  }

  /** {@link System#nanoTime} when they began. */
  public long begunNanos() {
    return begunNanos;
  }

  private void call() {
    long due = System.nanoTime();
    while (!stopping) {
      long wait = due - System.nanoTime();
      if (wait > 0) {
        LockSupport.parkNanos(wait);
        continue;
      }
      due += intervalNanos;
      underWay.acquireUninterruptibly();
      send(random.nextInt(requests.size()));
    }
  }

  private void send(int index) {
    sent.incrementAndGet();
    client
        .sendAsync(requests.get(index), HttpResponse.BodyHandlers.ofString())
        .whenComplete(
            (response, problem) -> {
              // Released last: whoever waits for all of them finds every answer counted.
              try {
                take(index, response, problem);
              } finally {
                underWay.release();
              }
            });
  }

  private void take(
      int index, @Nullable HttpResponse<String> response, @Nullable Throwable problem) {
    String id =
        response != null && response.statusCode() == 200
            ? response.headers().firstValue(PREDICTION_ID).orElse(null)
            : null;
    if (id != null) {
      answered.incrementAndGet();
      onAnswer.accept(new Answer(id, applications.get(index).truth(), System.nanoTime()));
      return;
    }
    failed.incrementAndGet();
    synchronized (failures) {
      if (failures.size() < FAILURES_KEPT) {
        failures.add(
            response == null
                ? String.valueOf(problem)
                : response.statusCode() + " " + response.body());
      }
    }
  }

  /** Requests sent so far. */
  public long sent() {
    return sent.get();
  }

  /** Answers with status 200 and a prediction id. */
  public long answered() {
    return answered.get();
  }

  /** Everything else. */
  public long failed() {
    return failed.get();
  }

  /** What the first failures said. */
  public List<String> failures() {
    synchronized (failures) {
      return List.copyOf(failures);
    }
  }

  /** Stops calling and waits for what is under way. */
  @Override
  public void close() {
    stopping = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    underWay.acquireUninterruptibly(UNDER_WAY);
    underWay.release(UNDER_WAY);
    client.shutdownNow();
  }
}
