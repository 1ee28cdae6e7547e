package dev.understudy.bench.soak;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.understudy.bench.gateway.Deployment;
import dev.understudy.bench.gateway.GatewayLaunch;
import dev.understudy.bench.gateway.MeasuredGateway;
import dev.understudy.bench.load.Load;
import dev.understudy.bench.load.OwnClient;
import dev.understudy.bench.load.Target;
import dev.understudy.bench.models.BenchModel;
import dev.understudy.bench.models.RequestBody;
import dev.understudy.local.stack.Ports;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * More requests than can be served, with a shadow of the same model and without: how many are
 * answered in time, and what is told to the rest. Our own client makes the load, and saturation is
 * what that client can get out of the gateway beside it.
 */
public final class OverloadSoak {
  /** Times the saturation rate. */
  private static final double PRESSURE = 1.5;

  /** More than any queue of the gateway has places by default, so that it has to refuse. */
  private static final int CONNECTIONS = 4_000;

  private static final Duration DEADLINE = Duration.ofSeconds(2);

  private OverloadSoak() {}

  /**
   * What came of it.
   *
   * @param perSecond that were sent
   * @param residentGrowth of the gateway's memory over both loads, as a share
   */
  public record Outcome(
      double perSecond, Load plain, Load shadowed, OptionalDouble residentGrowth) {
    /** Requests that were neither answered in time nor told to come again. */
    public long failed() {
      return plain.failed() + shadowed.failed();
    }

    double ratio() {
      return shadowed.answered() / (double) plain.answered();
    }

    /** As the report. */
    public ObjectNode json() {
      ObjectNode json = new ObjectMapper().createObjectNode().put("soak", "overload");
      json.put("sent_per_second", perSecond).put("deadline_ms", DEADLINE.toMillis());
      side(json.putObject("plain"), plain);
      side(json.putObject("shadow"), shadowed);
      json.put("answered_ratio", ratio());
      residentGrowth.ifPresent(share -> json.put("resident_growth", share));
      return json;
    }

    private static void side(ObjectNode json, Load load) {
      json.put("answered_in_time", load.answered())
          .put("refused", load.refused())
          .put("failed_or_late", load.failed());
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%.0f requests a second; without shadow %s; with shadow %s;"
              + " answered in time with to without %.3f; resident memory grew by %.1f %%",
          perSecond,
          plain,
          shadowed,
          ratio(),
          100 * residentGrowth.orElse(Double.NaN));
    }
  }

  /** Warms up, finds the saturation rate, and goes beyond it for so long each. */
  public static Outcome run(
      GatewayLaunch launch, Duration warmUp, Duration length, Consumer<String> progress) {
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
                    ports.registry(),
                    "127.0.0.1:" + ports.kafka(),
                    URI.create("http://127.0.0.1:" + ports.collector())),
                List.of(plain, shadowed),
                Map.of("understudy.journal.enabled", "false"));
        OwnClient client = new OwnClient(64)) {
      Target plainTarget = target(gateway, plain, model);
      Target shadowedTarget = target(gateway, shadowed, model);
      progress.accept("warming up");
      client.run(shadowedTarget, warmUp);
      client.run(plainTarget, warmUp);
      double rate = PRESSURE * client.run(plainTarget, length).perSecond();
      OptionalDouble before = gateway.residentBytes();
      progress.accept("past saturation without shadow");
      Load without = client.atRate(plainTarget, rate, length, CONNECTIONS, DEADLINE).load();
      progress.accept("past saturation with shadow");
      Load with = client.atRate(shadowedTarget, rate, length, CONNECTIONS, DEADLINE).load();
      OptionalDouble after = gateway.residentBytes();
      return new Outcome(
          rate,
          without,
          with,
          before.isPresent() && after.isPresent()
              ? OptionalDouble.of(after.getAsDouble() / before.getAsDouble() - 1)
              : OptionalDouble.empty());
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
