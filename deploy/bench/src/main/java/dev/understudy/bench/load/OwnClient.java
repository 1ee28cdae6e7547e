package dev.understudy.bench.load;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.impl.NoStackTraceThrowable;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/**
 * A generator inside this process, for what wrk cannot do: gRPC, and a constant rate. All of it
 * runs on one event loop, so that it takes one core of the machine at most; as a closed loop it is
 * slower than wrk, and the echo beside it is measured with the same handicap.
 */
public final class OwnClient implements ClosedLoop, AutoCloseable {
  /** Connections that carry all gRPC calls, as of so many clients with a channel each. */
  public static final int HTTP2_CONNECTIONS = 4;

  private static final int OPEN_LOOP_CONNECTIONS = 256;
  private static final int MOST_UNANSWERED = 20_000;
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(5);
  private static final Duration REQUEST_LIMIT = Duration.ofSeconds(10);
  private static final long LONGEST_US = Duration.ofMinutes(1).toNanos() / 1000;

  /** One for all, without a stack: past saturation there are many. */
  private static final Throwable REFUSED = new NoStackTraceThrowable("refused");

  private final int concurrency;
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final Context loop = vertx.getOrCreateContext();

  /** With so many requests on their way in a closed loop. */
  public OwnClient(int concurrency) {
    this.concurrency = concurrency;
  }

  @Override
  public String generator() {
    return "own client (Vert.x, one event loop)";
  }

  @Override
  public Load run(Target target, Duration duration) {
    Session session = new Session(target, concurrency);
    try {
      long start = System.nanoTime();
      long end = start + duration.toNanos();
      CompletableFuture<Void> done = new CompletableFuture<>();
      loop.runOnContext(
          now -> {
            session.open = concurrency;
            for (int i = 0; i < concurrency; i++) {
              again(session, end, done);
            }
          });
      await(done, duration.plus(REQUEST_LIMIT).plus(LAST_ANSWERS));
      return new Load(
          session.answered, session.refused, session.failed, (System.nanoTime() - start) / 1e9);
    } finally {
      session.close();
    }
  }

  private void again(Session session, long end, CompletableFuture<Void> done) {
    if (System.nanoTime() >= end) {
      session.open--;
      if (session.open == 0) {
        done.complete(null);
      }
      return;
    }
    session
        .call()
        .onComplete(
            result -> {
              if (result.succeeded()) {
                session.answered++;
                again(session, end, done);
              } else {
                session.count(result.cause());
                // A server that refuses at once must not become a busy loop, or a deep stack.
                vertx.setTimer(10, later -> again(session, end, done));
              }
            });
  }

  /** Sends so many requests a second for so long, whatever becomes of them. */
  public Latency atRate(Target target, double perSecond, Duration duration) {
    if (target.wire() == Target.Wire.HTTP) {
      return ConstantRate.run(target, perSecond, duration);
    }
    Session session = new Session(target, OPEN_LOOP_CONNECTIONS);
    try {
      long requests = Math.max(1, Math.round(perSecond * duration.toNanos() / 1e9));
      double interval = 1e9 / perSecond;
      CompletableFuture<Void> done = new CompletableFuture<>();
      loop.runOnContext(now -> session.open = 1);
      long start = System.nanoTime();
      for (long i = 0; i < requests; i++) {
        long due = start + Math.round(i * interval);
        while (System.nanoTime() < due) {
          LockSupport.parkNanos(due - System.nanoTime());
        }
        loop.runOnContext(now -> session.sendDue(due, done));
      }
      loop.runOnContext(now -> session.endOne(done));
      boolean all = isDone(done, LAST_ANSWERS);
      double seconds = (System.nanoTime() - start) / 1e9;
      return onLoop(() -> session.latency(all ? 0 : session.open, seconds));
    } finally {
      session.close();
    }
  }

  private Latency onLoop(Supplier<Latency> read) {
    CompletableFuture<Latency> result = new CompletableFuture<>();
    loop.runOnContext(now -> result.complete(read.get()));
    return await(result, LAST_ANSWERS);
  }

  private static boolean isDone(CompletableFuture<Void> done, Duration limit) {
    try {
      done.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException late) {
      return false;
    } catch (InterruptedException | ExecutionException e) {
      throw stopped(e);
    }
  }

  private static <T> T await(CompletableFuture<T> result, Duration limit) {
    try {
      return result.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IllegalStateException("the server did not answer for " + limit, e);
    } catch (InterruptedException | ExecutionException e) {
      throw stopped(e);
    }
  }

  private static IllegalStateException stopped(Exception e) {
    if (e instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    return new IllegalStateException("the load was broken off", e);
  }

  @Override
  public void close() {
    await(vertx.close().toCompletionStage().toCompletableFuture(), LAST_ANSWERS);
  }

  /** One load's connections and counts; touched on the event loop only. */
  private final class Session {
    private final Target target;
    private final HttpClient client;
    private final Buffer body;
    private final RequestOptions options;
    private final Histogram latencies = new Histogram(1, LONGEST_US, 3);
    private long answered;
    private long refused;
    private long failed;
    private long open;

    Session(Target target, int connections) {
      this.target = target;
      this.client = vertx.createHttpClient(settings(target.wire(), connections));
      this.body = Buffer.buffer(target.body());
      this.options =
          new RequestOptions()
              .setMethod(HttpMethod.POST)
              .setHost("127.0.0.1")
              .setPort(target.port())
              .setURI(target.path())
              .setTimeout(REQUEST_LIMIT.toMillis());
      target.headers().forEach(options::putHeader);
    }

    private static HttpClientOptions settings(Target.Wire wire, int connections) {
      HttpClientOptions settings = new HttpClientOptions().setMaxWaitQueueSize(-1);
      if (wire == Target.Wire.HTTP) {
        return settings.setMaxPoolSize(connections);
      }
      return settings
          .setProtocolVersion(HttpVersion.HTTP_2)
          .setHttp2ClearTextUpgrade(false)
          .setHttp2MaxPoolSize(HTTP2_CONNECTIONS)
          .setHttp2MultiplexingLimit(Math.ceilDiv(connections, HTTP2_CONNECTIONS));
    }

    /** Succeeds with a good answer. */
    Future<Void> call() {
      return client
          .request(options)
          .compose(request -> request.send(body))
          .compose(response -> response.end().map(end -> response))
          .compose(response -> isGood(response) ? Future.succeededFuture() : bad(response));
    }

    private boolean isGood(HttpClientResponse response) {
      return response.statusCode() == 200
          && (target.wire() != Target.Wire.GRPC || "0".equals(grpcStatus(response)));
    }

    private static String grpcStatus(HttpClientResponse response) {
      String trailer = response.getTrailer("grpc-status");
      // A call that fails at once has its status in front.
      return trailer != null ? trailer : String.valueOf(response.getHeader("grpc-status"));
    }

    private static Future<Void> bad(HttpClientResponse response) {
      boolean later =
          response.statusCode() == 503 && response.getHeader("retry-after") != null
              || "14".equals(grpcStatus(response));
      return later
          ? Future.failedFuture(REFUSED)
          : Future.failedFuture(
              "status %d, gRPC status %s".formatted(response.statusCode(), grpcStatus(response)));
    }

    void count(Throwable cause) {
      if (cause == REFUSED) {
        refused++;
      } else {
        failed++;
      }
    }

    void sendDue(long due, CompletableFuture<Void> done) {
      if (open > MOST_UNANSWERED) {
        failed++;
        return;
      }
      open++;
      call()
          .onComplete(
              result -> {
                if (result.succeeded()) {
                  answered++;
                  long us = (System.nanoTime() - due) / 1000;
                  latencies.recordValue(Math.max(1, Math.min(us, LONGEST_US)));
                } else {
                  count(result.cause());
                }
                endOne(done);
              });
    }

    void endOne(CompletableFuture<Void> done) {
      open--;
      if (open == 0) {
        done.complete(null);
      }
    }

    Latency latency(long unanswered, double seconds) {
      return new Latency(
          new Load(answered, refused, failed + unanswered, seconds), latencies.copy());
    }

    void close() {
      await(client.close().toCompletionStage().toCompletableFuture(), LAST_ANSWERS);
    }
  }
}
