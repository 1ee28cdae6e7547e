package dev.understudy.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.understudy.contracts.Names;
import dev.understudy.contracts.Signature;
import dev.understudy.gateway.hotswap.HotSwap;
import dev.understudy.gateway.inference.ExplainDesk;
import dev.understudy.gateway.inference.InferenceMeters;
import dev.understudy.gateway.inference.InferencePipeline;
import dev.understudy.gateway.journal.PredictionJournal;
import dev.understudy.gateway.protocol.ExplainRoute;
import dev.understudy.gateway.protocol.InferenceRoute;
import dev.understudy.gateway.protocol.RequestLimits;
import dev.understudy.gateway.shadow.ShadowRunner;
import dev.understudy.scoring.ModelPool;
import dev.understudy.scoring.RemoteAccess;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Puts the rooms together, and starts and stops them in order. */
@ApplicationScoped
public class Gateway {
  private static final Logger LOG = Logger.getLogger(Gateway.class);
  private static final Duration LAST_REQUESTS = Duration.ofSeconds(5);

  private final HotSwap hotSwap;
  private final ShadowRunner shadows;
  private final PredictionJournal journal;
  private final InferencePipeline pipeline;
  private final InferenceRoute route;
  private final ExplainRoute explainRoute;

  Gateway(
      GatewaySettings settings,
      MeterRegistry meters,
      @ConfigProperty(name = "kafka.bootstrap.servers", defaultValue = "localhost:9092")
          String kafka,
      @ConfigProperty(name = "quarkus.application.version") String version)
      throws IOException {
    String gatewayId = settings.gatewayId().orElseGet(Gateway::defaultId);
    if (!Names.allowed(gatewayId)) {
      throw new IllegalArgumentException("understudy.gateway-id: " + Names.RULE);
    }
    Map<String, Object> client = Map.of("bootstrap.servers", kafka);
    ModelPool pool =
        new ModelPool(
            settings.scoring().threads(),
            settings.scoring().queue(),
            new RemoteAccess(
                settings.remote().allowedHosts().orElse(Set.of()),
                settings.remote().concurrency(),
                settings.remote().responseBytes()));
    this.hotSwap =
        new HotSwap(
            new HotSwap.Settings(
                gatewayId,
                settings.dataDir(),
                settings.registryUrl(),
                client,
                settings.artefactBytes(),
                settings.heartbeat()),
            pool,
            meters);
    this.shadows = new ShadowRunner(settings.shadow().threads(), settings.shadow().queue(), meters);
    this.journal =
        new PredictionJournal(
            gatewayId,
            settings.unitKey().map(Gateway::checkedKey).orElseGet(Gateway::freshKey),
            new PredictionJournal.Bounds(
                settings.journal().records(),
                settings.journal().bytes(),
                settings.journal().flush()),
            client,
            meters);
    this.pipeline =
        new InferencePipeline(
            hotSwap::table,
            shadows,
            journal,
            new InferenceMeters(meters),
            settings.scoring().deadline());
    meters.gauge("gateway.inflight", pipeline, InferencePipeline::inFlight);
    RequestLimits limits =
        new RequestLimits(
            settings.limits().bodyBytes(), settings.limits().depth(), settings.limits().rows());
    this.route =
        new InferenceRoute(hotSwap::table, hotSwap::isReady, pipeline, limits, meters, version);
    this.explainRoute =
        new ExplainRoute(
            hotSwap::table,
            new ExplainDesk(hotSwap::table, settings.scoring().deadline()),
            limits,
            meters);
  }

  void routes(@Observes Router router) {
    route.mount(router);
    explainRoute.mount(router);
  }

  void start(@Observes StartupEvent event) throws IOException {
    hotSwap.start();
  }

  // Nobody waits for this gateway, then requests end, then their records are sent.
  void stop(@Observes ShutdownEvent event) {
    hotSwap.leave();
    awaitLastRequests();
    journal.close();
    shadows.close();
    hotSwap.close();
  }

  boolean isReady() {
    return hotSwap.isReady();
  }

  private void awaitLastRequests() {
    long end = System.nanoTime() + LAST_REQUESTS.toNanos();
    while (pipeline.inFlight() > 0 && System.nanoTime() < end) {
      try {
        Thread.sleep(Duration.ofMillis(10));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    if (pipeline.inFlight() > 0) {
      LOG.warnf("%d requests were not over at the end", pipeline.inFlight());
    }
  }

  private static String defaultId() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9.-]", "-");
    } catch (UnknownHostException e) {
      host = "gateway";
    }
    return host + "-" + ProcessHandle.current().pid();
  }

  private static byte[] checkedKey(String key) {
    byte[] bytes = key.getBytes(UTF_8);
    if (bytes.length < Signature.MINIMUM_KEY_BYTES) {
      throw new IllegalArgumentException(
          "understudy.unit-key has %d bytes, at least %d are needed"
              .formatted(bytes.length, Signature.MINIMUM_KEY_BYTES));
    }
    return bytes;
  }

  private static byte[] freshKey() {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    return key;
  }
}
