package dev.understudy.bench.rounds;

import dev.understudy.bench.gateway.Broker;
import dev.understudy.bench.gateway.Deployment;
import dev.understudy.bench.gateway.GatewayLaunch;
import dev.understudy.bench.gateway.MeasuredGateway;
import dev.understudy.bench.load.Probe;
import dev.understudy.bench.load.Target;
import dev.understudy.bench.models.BenchModel;
import dev.understudy.bench.models.HangingServer;
import dev.understudy.bench.models.RequestBody;
import dev.understudy.local.stack.Ports;
import java.net.URI;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The processes that some cases need: a gateway that logs nothing, one that logs, and a broker. All
 * run all the time, so that a case and what it is compared with have the same neighbours. Closing
 * it ends them.
 */
final class Stage implements AutoCloseable {
  private static final Duration LOOK = Duration.ofSeconds(1);

  /** Far longer than an answer takes, and shorter than a durable one waits before it gives up. */
  private static final Duration DURABLE_LOOK = Duration.ofMillis(600);

  private static final int DURABLE_LOOKS = 3;

  private final Map<String, BenchModel> models = new LinkedHashMap<>();
  private final Map<Boolean, MeasuredGateway> gateways = new LinkedHashMap<>();
  private final Map<BenchCase.Form, Optional<String>> missing = new EnumMap<>(BenchCase.Form.class);
  private final HangingServer hanging = new HangingServer();
  private @Nullable Broker broker;
  private int grpcPort;

  private Stage() {}

  static Stage set(GatewayLaunch launch, List<BenchCase> cases, Consumer<String> progress) {
    Stage stage = new Stage();
    try {
      stage.build(launch, cases, progress);
      return stage;
    } catch (RuntimeException e) {
      stage.close();
      throw e;
    }
  }

  private void build(GatewayLaunch launch, List<BenchCase> cases, Consumer<String> progress) {
    for (BenchCase one : cases) {
      models.computeIfAbsent(one.model(), name -> model(name, progress));
    }
    Ports ports = Ports.free();
    boolean logs = cases.stream().anyMatch(Stage::logs);
    if (logs) {
      progress.accept("starting Kafka");
      broker = Broker.start(launch.home(), ports.kafka(), ports.controller());
    }
    for (boolean journal : List.of(false, true)) {
      List<BenchCase> here = cases.stream().filter(one -> logs(one) == journal).toList();
      if (!here.isEmpty()) {
        String name = journal ? "gateway-journal" : "gateway";
        progress.accept("starting " + name);
        Ports own = Ports.free();
        gateways.put(
            journal,
            MeasuredGateway.start(
                launch,
                new MeasuredGateway.Place(
                    name,
                    own.gateway(),
                    own.grpc(),
                    "127.0.0.1:" + ports.kafka(),
                    URI.create("http://127.0.0.1:" + own.collector())),
                deployments(here),
                Map.of(
                    "understudy.journal.enabled",
                    String.valueOf(journal),
                    "understudy.remote.allowed-hosts",
                    hanging.host())));
      }
    }
    // Only now: a model that does not answer its warm-up is not served at all.
    hanging.hang();
  }

  private static BenchModel model(String name, Consumer<String> progress) {
    return switch (name) {
      case "trees" -> BenchModel.trees();
      case "dense" -> BenchModel.dense();
      case "credit" -> {
        progress.accept("training the credit model");
        yield BenchModel.credit();
      }
      default -> throw new IllegalArgumentException("no model is called " + name);
    };
  }

  private static boolean logs(BenchCase one) {
    return one.journal() != BenchCase.Journal.OFF;
  }

  private List<Deployment> deployments(List<BenchCase> cases) {
    Map<String, Deployment> byName = new LinkedHashMap<>();
    cases.forEach(one -> byName.computeIfAbsent(one.deployment(), name -> deployment(one)));
    return List.copyOf(byName.values());
  }

  private Deployment deployment(BenchCase one) {
    Deployment plain = Deployment.single(one.model(), model(one));
    Deployment logged =
        one.journal() == BenchCase.Journal.DURABLE ? plain.durable(one.deployment()) : plain;
    return switch (one.shadow()) {
      case NONE -> logged;
      case SAME -> logged.shadowedBy(one.deployment(), model(one));
      case SLOW -> logged.shadowedBy(one.deployment(), BenchModel.slowTrees());
      case HANGING -> logged.shadowedBy(one.deployment(), hanging.model());
    };
  }

  private BenchModel model(BenchCase one) {
    BenchModel model = models.get(one.model());
    if (model == null) {
      throw new IllegalArgumentException(one.model() + " is not on this stage");
    }
    return model;
  }

  /** The gateway that serves a case. */
  MeasuredGateway gateway(BenchCase one) {
    MeasuredGateway gateway = gateways.get(logs(one));
    if (gateway == null) {
      throw new IllegalArgumentException(one.name() + " is not on this stage");
    }
    return gateway;
  }

  /** Where the requests of a case go. */
  Target target(BenchCase one) {
    RequestBody body = one.body(model(one));
    MeasuredGateway gateway = gateway(one);
    return switch (one.form()) {
      case JSON, BINARY ->
          new Target(
              gateway.port(),
              "/v2/models/%s/infer".formatted(one.deployment()),
              body.headers(),
              body.bytes(),
              Target.Wire.HTTP);
      case GRPC ->
          new Target(
              grpcPort,
              "/inference.GRPCInferenceService/ModelInfer",
              body.headers(),
              body.bytes(),
              Target.Wire.GRPC);
    };
  }

  /** What the echo of a case is sent; it is on the port of HTTP. */
  Target echo(BenchCase one) {
    Target echo = target(one).echo();
    return new Target(gateway(one).port(), echo.path(), echo.headers(), echo.body(), echo.wire());
  }

  /** What the gateway lacks for a case; empty: nothing. */
  Optional<String> lacks(BenchCase one) {
    Optional<String> form = missing.computeIfAbsent(one.form(), asked -> lacksForm(one));
    if (form.isPresent()) {
      return form;
    }
    if (one.shadow() == BenchCase.Shadow.HANGING) {
      return lacksHanging(one);
    }
    return one.journal() == BenchCase.Journal.DURABLE ? lacksDurability(one) : Optional.empty();
  }

  private Optional<String> lacksHanging(BenchCase one) {
    Probe.answers(target(one), LOOK);
    return hanging.unanswered() > 0
        ? Optional.empty()
        : Optional.of("no request came to the candidate that hangs");
  }

  private Optional<String> lacksForm(BenchCase one) {
    return switch (one.form()) {
      case JSON -> Optional.empty();
      case BINARY ->
          gateway(one).extensions().contains("binary_tensor_data")
              ? Optional.empty()
              : Optional.of("the gateway's extensions do not name binary_tensor_data");
      case GRPC -> {
        MeasuredGateway gateway = gateway(one);
        for (int port : List.of(gateway.port(), gateway.grpcPort())) {
          grpcPort = port;
          if (Probe.answers(target(one), LOOK)) {
            yield Optional.empty();
          }
        }
        yield Optional.of("no gRPC call is answered, on the port of HTTP or on one of its own");
      }
    };
  }

  /** A durable answer waits for the log, so there is none while the broker stands still. */
  private Optional<String> lacksDurability(BenchCase one) {
    Target target = target(one);
    MeasuredGateway gateway = gateway(one);
    if (!gateway
        .status(target.path(), target.body(), Duration.ofSeconds(10))
        .equals(Optional.of(200))) {
      return Optional.of("the model is not served");
    }
    if (broker == null) {
      throw new IllegalStateException("a case that logs has a broker");
    }
    // More than once: a log that is on its disk anyway, because Kafka was slow, need not wait.
    for (int look = 0; look < DURABLE_LOOKS; look++) {
      gateway.awaitDrained();
      Optional<Integer> answer =
          broker.whileStopped(() -> gateway.status(target.path(), target.body(), DURABLE_LOOK));
      if (!answer.equals(Optional.of(200))) {
        return Optional.empty();
      }
    }
    return Optional.of("answers do not wait for the log, though the model's policy says so");
  }

  @Override
  public void close() {
    hanging.close();
    gateways.values().forEach(MeasuredGateway::close);
    if (broker != null) {
      broker.close();
    }
  }
}
