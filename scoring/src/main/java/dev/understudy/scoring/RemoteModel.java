package dev.understudy.scoring;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A model on a server that speaks the Open Inference Protocol, over HTTP or gRPC. A call waits on a
 * virtual thread of its own, not in the room's, and is given up at its deadline. A server that
 * cannot be reached is the version's failure; after several, a circuit breaker spares callers the
 * wait and lets one call through now and then. Thread-safe.
 */
final class RemoteModel implements Model {
  static final String PLATFORM = "remote_openinference";

  private static final System.Logger LOG = System.getLogger(RemoteModel.class.getName());
  private static final Duration OPEN_FOR = Duration.ofSeconds(1);

  private final RemoteServer server;
  private final RemoteDocument document;
  private final List<TensorSpec> inputs;
  private final List<TensorSpec> outputs;
  private final Semaphore places;
  private final AnswerBound bound;
  private final RemoteBreaker breaker = new RemoteBreaker(OPEN_FOR);
  private volatile boolean closed;

  private RemoteModel(
      RemoteServer server,
      RemoteDocument document,
      RemoteAccess access,
      RemoteSignature signature,
      List<TensorSpec> outputs) {
    this.server = server;
    this.document = document;
    this.inputs = signature.inputs();
    this.outputs = outputs;
    this.bound = new AnswerBound(outputs, signature.outputs(), access.responseBytes());
    this.places = new Semaphore(access.concurrency());
  }

  /** Asks the server what the model takes and answers, and checks it against the contract. */
  static RemoteModel open(byte[] content, ModelContract contract, RemoteAccess access)
      throws ModelRefused {
    RemoteDocument document = RemoteDocument.of(content);
    access.require(document.url());
    Optional<RemoteLogin> login = access.login(document.url());
    RemoteServer server =
        switch (document.protocol()) {
          case REST -> new RemoteHttp(document, login);
          case GRPC -> overGrpc(document, login);
        };
    try {
      RemoteSignature signature = signature(server, document);
      signature.check(contract);
      return new RemoteModel(server, document, access, signature, contract.outputs());
    } catch (IllegalArgumentException e) {
      server.close();
      throw new ModelRefused(
          ModelRefused.Reason.AGAINST_CONTRACT, "the remote model: " + e.getMessage(), e);
    } catch (ModelRefused | RuntimeException | Error e) {
      server.close();
      throw e;
    }
  }

  private static RemoteServer overGrpc(RemoteDocument document, Optional<RemoteLogin> login)
      throws ModelRefused {
    try {
      return RemoteGrpc.open(document, login);
    } catch (NoClassDefFoundError e) {
      throw new ModelRefused(ModelRefused.Reason.LIBRARY_MISSING, RemoteDocument.NEEDS_GRPC, e);
    }
  }

  private static RemoteSignature signature(RemoteServer server, RemoteDocument document)
      throws ModelRefused {
    try {
      return server.signature();
    } catch (IOException e) {
      throw new ModelRefused(
          ModelRefused.Reason.REMOTE_UNAVAILABLE,
          "%s does not say what it serves as %s: %s".formatted(document.url(), document.model(), e),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ModelRefused(
          ModelRefused.Reason.REMOTE_UNAVAILABLE, "interrupted while asking " + document.url(), e);
    }
  }

  @Override
  public String platform() {
    return PLATFORM;
  }

  @Override
  public List<TensorSpec> inputs() {
    return inputs;
  }

  @Override
  public List<TensorSpec> outputs() {
    return outputs;
  }

  @Override
  public CompletionStage<Score> score(
      Map<String, Tensor> request, Duration deadline, ScoringRoom room) {
    if (closed) {
      return CompletableFuture.completedStage(new Score.Shed("closed"));
    }
    if (!places.tryAcquire()) {
      return CompletableFuture.completedStage(new Score.Shed("queue_full"));
    }
    if (!breaker.mayCall()) {
      places.release();
      return CompletableFuture.completedStage(
          new Score.Failed(RemoteServer.UNAVAILABLE, "it failed too often just now", 0));
    }
    long budget = Math.min(deadline.toNanos(), document.timeout().toNanos());
    Map<String, String> carried = CarriedHeaders.current();
    CompletableFuture<Score> answer = new CompletableFuture<>();
    Thread call =
        Thread.ofVirtual()
            .name("remote-" + document.model())
            .start(
                () -> {
                  Score score;
                  try {
                    score = call(request, budget, carried);
                  } finally {
                    places.release();
                  }
                  answer.complete(score);
                });
    return answer
        .completeOnTimeout(new Score.TimedOut(budget), budget, TimeUnit.NANOSECONDS)
        .whenComplete(
            (score, impossible) -> {
              if (score instanceof Score.TimedOut) {
                call.interrupt();
              }
            });
  }

  /** Blocks until the server has answered or the thread is interrupted; never throws. */
  private Score call(Map<String, Tensor> request, long budget, Map<String, String> carried) {
    Score score = attempt(request, budget, carried);
    if (breaker.ended(score)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "model {0} at {1} failed too often and is spared for a while; last: {2}",
          document.model(),
          document.url().getHost(),
          score instanceof Score.Failed failed ? failed.reason() : "it took too long");
      server.reconnect();
    }
    return score;
  }

  private Score attempt(Map<String, Tensor> request, long budget, Map<String, String> carried) {
    long start = System.nanoTime();
    try {
      List<Tensor> columns = Answers.columns(inputs, request);
      int rows = Answers.rows(columns);
      List<Tensor> answer =
          server.infer(
              new RemoteServer.Call(columns, outputs, rows, carried, bound.of(rows)), budget);
      return new Score.Answered(answer, System.nanoTime() - start);
    } catch (IOException e) {
      return failed(RemoteServer.UNAVAILABLE, e, start);
    } catch (RemoteServer.Failure e) {
      return failed(e.errorClass(), e, start);
    } catch (InterruptedException | TimeoutException late) {
      return new Score.TimedOut(System.nanoTime() - start);
    } catch (IllegalStateException e) {
      return failed("outputs", e, start);
    } catch (IllegalArgumentException e) {
      return failed("inputs", e, start);
    } catch (OutOfMemoryError | StackOverflowError e) {
      return failed("memory", e, start);
    } catch (RuntimeException e) {
      return failed("runtime", e, start);
    }
  }

  private static Score failed(String errorClass, Throwable e, long start) {
    return new Score.Failed(errorClass, String.valueOf(e.getMessage()), System.nanoTime() - start);
  }

  @Override
  public void close() {
    closed = true;
    server.close();
  }
}
