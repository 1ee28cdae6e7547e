package dev.understudy.bench.soak;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.bench.gateway.Broker;
import dev.understudy.bench.gateway.Deployment;
import dev.understudy.bench.gateway.GatewayLaunch;
import dev.understudy.bench.gateway.MeasuredGateway;
import dev.understudy.bench.load.Load;
import dev.understudy.bench.load.OwnClient;
import dev.understudy.bench.load.Target;
import dev.understudy.bench.models.BenchModel;
import dev.understudy.bench.models.RequestBody;
import dev.understudy.contracts.v1.Route;
import dev.understudy.local.stack.Ports;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Hot swaps under load by the way of the product: each route is published as prepared, loaded,
 * checked and warmed, then committed. Models take turns, two more than may stay loaded idle, so
 * that each is loaded anew every time, whether the one before it stays or goes.
 */
public final class SwapSoak {
  private static final String MODEL = "trees";
  private static final Duration CHUNK = Duration.ofSeconds(1);
  private static final int SETTLED_AFTER = 50;

  private SwapSoak() {}

  /**
   * What came of it.
   *
   * @param requests well answered meanwhile
   * @param failed or refused meanwhile
   * @param settledBytes resident memory after the first swaps
   * @param endBytes resident memory after the last
   * @param idle versions that were idle then, as the gateway says
   */
  public record Outcome(
      int swaps,
      double seconds,
      long requests,
      long failed,
      OptionalDouble settledBytes,
      OptionalDouble endBytes,
      int idle) {
    /** How much resident memory grew, as a share; empty where the system does not tell. */
    OptionalDouble growth() {
      return settledBytes.isPresent() && endBytes.isPresent()
          ? OptionalDouble.of(endBytes.getAsDouble() / settledBytes.getAsDouble() - 1)
          : OptionalDouble.empty();
    }

    /** As the report. */
    public ObjectNode json() {
      ObjectNode json = new ObjectMapper().createObjectNode().put("soak", "swaps");
      json.put("swaps", swaps).put("seconds", seconds);
      json.put("requests", requests).put("failed", failed).put("idle", idle);
      settledBytes.ifPresent(bytes -> json.put("resident_bytes_settled", (long) bytes));
      endBytes.ifPresent(bytes -> json.put("resident_bytes_end", (long) bytes));
      growth().ifPresent(share -> json.put("resident_growth", share));
      return json;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%d swaps in %.0f s: %d requests answered, %d failed; resident memory grew by %.1f %%"
              + " after the first swaps; idle at the end: %d",
          swaps,
          seconds,
          requests,
          failed,
          100 * growth().orElse(Double.NaN),
          idle);
    }
  }

  /**
   * Swaps so often while so many requests a second come in.
   *
   * @param idle versions that may stay loaded while no route names them
   */
  public static Outcome run(
      GatewayLaunch launch, int swaps, double perSecond, int idle, Consumer<String> progress) {
    List<BenchModel> models =
        IntStream.rangeClosed(1, 2 + idle).mapToObj(BenchModel::trees).toList();
    Deployment deployment = Deployment.single(MODEL, models.getFirst());
    Ports ports = Ports.free();
    progress.accept("starting Kafka and the gateway");
    try (Broker broker = Broker.start(launch.home(), ports.kafka(), ports.controller());
        ArtefactServer artefacts = new ArtefactServer(models);
        MeasuredGateway gateway =
            MeasuredGateway.start(
                launch,
                new MeasuredGateway.Place(
                    "gateway",
                    ports.gateway(),
                    ports.grpc(),
                    broker.servers(),
                    artefacts.address()),
                List.of(deployment),
                Map.of(
                    "understudy.journal.enabled",
                    "false",
                    "understudy.scoring.idle-models",
                    String.valueOf(idle)));
        RouteDesk desk = new RouteDesk(broker.servers());
        OwnClient client = new OwnClient(1)) {
      RequestBody body = RequestBody.json(models.getFirst().rows(1));
      Target target =
          new Target(
              gateway.port(),
              "/v2/models/%s/infer".formatted(MODEL),
              body.headers(),
              body.bytes(),
              Target.Wire.HTTP);
      AtomicBoolean over = new AtomicBoolean();
      CompletableFuture<Load> load =
          CompletableFuture.supplyAsync(() -> load(client, target, perSecond, over));
      try {
        long start = System.nanoTime();
        int settledAfter = Math.min(SETTLED_AFTER, Math.ceilDiv(swaps, 2));
        OptionalDouble settled = OptionalDouble.empty();
        for (int swap = 1; swap <= swaps; swap++) {
          Route next = route(deployment, models, swap);
          swap(desk, deployment, route(deployment, models, swap - 1), next);
          if (swap == settledAfter) {
            settled = gateway.residentBytes();
          }
          if (swap % 100 == 0) {
            progress.accept("%d of %d swaps".formatted(swap, swaps));
          }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        OptionalDouble end = gateway.residentBytes();
        int idleNow = (int) gateway.metric("gateway_idle_models", "").orElse(-1);
        over.set(true);
        Load all = load.join();
        return new Outcome(
            swaps, seconds, all.answered(), all.refused() + all.failed(), settled, end, idleNow);
      } finally {
        over.set(true);
      }
    }
  }

  private static Route route(Deployment deployment, List<BenchModel> models, int swap) {
    int turn = swap % models.size();
    return deployment.route(swap + 1L, String.valueOf(1 + turn), models.get(turn));
  }

  private static void swap(RouteDesk desk, Deployment deployment, Route live, Route next) {
    long revision = next.getRevision();
    desk.publish(
        deployment.preparing(live, next), state -> state.getPreparedRevision() >= revision);
    desk.publish(deployment.committed(next), state -> state.getLiveRevision() >= revision);
  }

  private static Load load(OwnClient client, Target target, double perSecond, AtomicBoolean over) {
    long answered = 0;
    long refused = 0;
    long failed = 0;
    double seconds = 0;
    do {
      Load chunk = client.atRate(target, perSecond, CHUNK).load();
      answered += chunk.answered();
      refused += chunk.refused();
      failed += chunk.failed();
      seconds += chunk.seconds();
    } while (!over.get());
    return new Load(answered, refused, failed, seconds);
  }
}
