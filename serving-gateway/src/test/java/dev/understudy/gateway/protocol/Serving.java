package dev.understudy.gateway.protocol;

import dev.understudy.contracts.Digest;
import dev.understudy.gateway.inference.ExplainDesk;
import dev.understudy.gateway.inference.InferenceMeters;
import dev.understudy.gateway.inference.InferencePipeline;
import dev.understudy.gateway.journal.PredictionJournal;
import dev.understudy.gateway.routing.Route;
import dev.understudy.gateway.routing.RoutingTable;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.gateway.shadow.ShadowRunner;
import dev.understudy.gateway.tracing.Tracing;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.ModelPool;
import dev.understudy.testkit.TestKafka;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** Everything behind the two protocols, with real models; Kafka is away. */
final class Serving implements AutoCloseable {
  final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  final AtomicBoolean ready = new AtomicBoolean(true);
  final InferencePipeline pipeline;

  /** What whoever looks for a model fails with, if anything. */
  final AtomicReference<Error> broken = new AtomicReference<>();

  private final AtomicReference<RoutingTable> table = new AtomicReference<>(RoutingTable.EMPTY);
  private final InferenceMeters inferences = new InferenceMeters(meters);
  private final ModelPool pool = new ModelPool(1, 1);
  private final ShadowRunner shadows = new ShadowRunner(1, 1, meters);
  private final PredictionJournal journal;

  Serving(Path spool) throws IOException {
    journal =
        new PredictionJournal(
            "gw",
            new byte[16],
            true,
            new PredictionJournal.Bounds(10_000, 16 << 20, Duration.ZERO),
            new PredictionJournal.Spooling(
                spool, 1 << 20, Duration.ofMillis(200), Duration.ofSeconds(5)),
            Map.of("bootstrap.servers", "127.0.0.1:" + TestKafka.freePort()),
            meters);
    pipeline =
        new InferencePipeline(
            this::live, shadows, journal, inferences, Tracing.off(), Duration.ofSeconds(2));
  }

  private RoutingTable live() {
    Error error = broken.get();
    if (error != null) {
      throw error;
    }
    return table.get();
  }

  /** Serves the graph as version 1 of a model, alone. */
  void serve(String name, ModelContract contract, byte[] content) {
    try {
      ModelPool.Lease lease = pool.lease(Digest.of(content), contract, () -> content);
      ServedModel model =
          new ServedModel("p", name, new Route.Single(1, "1"), contract, Map.of("1", lease));
      table.updateAndGet(before -> before.with(model));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** A port for gRPC in front of it, not yet open. */
  GrpcPort port(RequestLimits limits, InFlightBytes inFlight) {
    return new GrpcPort(
        new InetSocketAddress("127.0.0.1", 0),
        Optional.empty(),
        this::live,
        ready::get,
        pipeline,
        inferences,
        limits,
        inFlight,
        meters,
        "1.2.3");
  }

  /** The routes of REST in front of it. */
  InferenceRoute route(RequestLimits limits, InFlightBytes inFlight) {
    return new InferenceRoute(
        this::live,
        ready::get,
        pipeline,
        inferences,
        new ExplainRoute(
            this::live,
            ready::get,
            new ExplainDesk(this::live, Duration.ofSeconds(2)),
            limits,
            inFlight,
            meters),
        limits,
        inFlight,
        meters,
        "1.2.3");
  }

  /** How many requests were refused, and so counted. */
  double rejected(String reason) {
    return meters.counter("gateway.rejected", "reason", reason).count();
  }

  @Override
  public void close() {
    journal.close();
    shadows.close();
    table.get().models().forEach(ServedModel::retire);
  }
}
