package dev.understudy.bench.soak;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.bench.gateway.Deployment;
import dev.understudy.bench.gateway.GatewayLaunch;
import dev.understudy.bench.gateway.MeasuredGateway;
import dev.understudy.bench.load.ClosedLoop;
import dev.understudy.bench.load.Generators;
import dev.understudy.bench.load.Load;
import dev.understudy.bench.load.Target;
import dev.understudy.bench.models.BenchModel;
import dev.understudy.bench.models.RequestBody;
import dev.understudy.local.stack.Ports;
import dev.understudy.local.stack.StackException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * More requests at once than can be served, with a shadow of the same model and without: how many
 * are answered, and what is told to the rest. Saturation is reached with a fiftieth of these
 * connections.
 */
public final class OverloadSoak {
  /** More than the gateway's queues have places by default, so that it has to refuse. */
  private static final int CONNECTIONS = 2_000;

  private OverloadSoak() {}

  /**
   * What came of it.
   *
   * @param plain without shadow, as the others over {@link #CONNECTIONS} connections
   * @param shadowed with it
   * @param told with it once more, by our own client, which tells a refusal from a failure
   * @param residentGrowth of the gateway's memory over these loads, as a share
   */
  public record Outcome(
      String generator, Load plain, Load shadowed, Load told, OptionalDouble residentGrowth) {
    /** Requests that were neither answered nor told to come again later. */
    public long failed() {
      return told.failed();
    }

    double ratio() {
      return shadowed.perSecond() / plain.perSecond();
    }

    /** As the report. */
    public ObjectNode json() {
      ObjectNode json = new ObjectMapper().createObjectNode().put("soak", "overload");
      json.put("connections", CONNECTIONS).put("generator", generator);
      json.put("plain_per_second", plain.perSecond());
      json.put("shadow_per_second", shadowed.perSecond());
      json.put("answered_ratio", ratio());
      json.put("answered", told.answered());
      json.put("refused", told.refused());
      json.put("failed", told.failed());
      residentGrowth.ifPresent(share -> json.put("resident_growth", share));
      return json;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%d connections: %.0f/s answered without shadow, %.0f/s with it (%.3f);"
              + " of %d others %d were told to come later, %d failed; memory grew by %.1f %%",
          CONNECTIONS,
          plain.perSecond(),
          shadowed.perSecond(),
          ratio(),
          told.answered() + told.refused() + told.failed(),
          told.refused(),
          told.failed(),
          100 * residentGrowth.orElse(Double.NaN));
    }
  }

  /**
   * Warms up, then loads beyond what can be served for so long each.
   *
   * @param installed whether installed generators may be used
   */
  public static Outcome run(
      GatewayLaunch launch,
      Duration warmUp,
      Duration length,
      boolean installed,
      Consumer<String> progress) {
    BenchModel model = BenchModel.trees();
    Deployment plain = Deployment.single("trees", model);
    Deployment shadowed = plain.shadowedBy("trees-shadow", model);
    Ports ports = Ports.free();
    progress.accept("starting the gateway");
    try (MeasuredGateway gateway =
            MeasuredGateway.start(
                launch,
                new MeasuredGateway.Place(
                    "gateway",
                    ports.gateway(),
                    ports.grpc(),
                    "127.0.0.1:" + ports.kafka(),
                    URI.create("http://127.0.0.1:" + ports.collector())),
                List.of(plain, shadowed),
                Map.of("understudy.journal.enabled", "false"));
        Generators generators = Generators.find(CONNECTIONS, launch.home(), installed)) {
      Target plainTarget = target(gateway, plain, model);
      Target shadowedTarget = target(gateway, shadowed, model);
      ClosedLoop loop = generators.closedLoop(plainTarget);
      progress.accept("warming up");
      loop.run(plainTarget, warmUp);
      loop.run(shadowedTarget, warmUp);
      OptionalDouble before = gateway.residentBytes();
      progress.accept("past saturation");
      Load without = loop.run(plainTarget, length);
      if (without.answered() == 0) {
        throw new StackException("Not one request was answered: measure for longer");
      }
      Load with = loop.run(shadowedTarget, length);
      Load told = generators.own().run(shadowedTarget, length);
      OptionalDouble after = gateway.residentBytes();
      OptionalDouble growth =
          before.isPresent() && after.isPresent()
              ? OptionalDouble.of(after.getAsDouble() / before.getAsDouble() - 1)
              : OptionalDouble.empty();
      return new Outcome(loop.generator(), without, with, told, growth);
    }
  }

  private static Target target(MeasuredGateway gateway, Deployment deployment, BenchModel model) {
    RequestBody body = RequestBody.json(model.rows(1));
    return new Target(
        gateway.port(),
        "/v2/models/%s/infer".formatted(deployment.name()),
        body.headers(),
        body.bytes(),
        Target.Wire.HTTP);
  }
}
