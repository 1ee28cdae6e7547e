package dev.understudy.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.management.OperatingSystemMXBean;
import dev.understudy.contracts.EnvironmentNames;
import dev.understudy.contracts.Names;
import dev.understudy.contracts.Signature;
import dev.understudy.gateway.hotswap.HotSwap;
import dev.understudy.gateway.inference.ExplainDesk;
import dev.understudy.gateway.inference.InferenceMeters;
import dev.understudy.gateway.inference.InferencePipeline;
import dev.understudy.gateway.journal.PredictionJournal;
import dev.understudy.gateway.meters.GatewayMetric;
import dev.understudy.gateway.protocol.ExplainRoute;
import dev.understudy.gateway.protocol.GrpcPort;
import dev.understudy.gateway.protocol.GrpcTls;
import dev.understudy.gateway.protocol.InFlightBytes;
import dev.understudy.gateway.protocol.InferenceRoute;
import dev.understudy.gateway.protocol.Readiness;
import dev.understudy.gateway.protocol.RequestLimits;
import dev.understudy.gateway.shadow.ShadowRunner;
import dev.understudy.gateway.tracing.Tracing;
import dev.understudy.scoring.ModelPool;
import dev.understudy.scoring.NativeMemory;
import dev.understudy.scoring.RunPolicy;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Puts the rooms together, and starts and stops them in order. */
@ApplicationScoped
public class Gateway {
  private static final Logger LOG = Logger.getLogger(Gateway.class);
  private static final Duration LAST_REQUESTS = Duration.ofSeconds(5);
  private static final long LEAST_MODEL_BYTES = 256 << 20;

  private final ModelPool pool;
  private final HotSwap hotSwap;
  private final ShadowRunner shadows;
  private final PredictionJournal journal;
  private final Tracing tracing;
  private final InferencePipeline pipeline;
  private final InferenceRoute route;
  private final GrpcPort grpc;

  // Quarkus still has Prometheus' older client, which Micrometer calls deprecated.
  @SuppressWarnings("deprecation")
  Gateway(
      GatewaySettings settings,
      MeterRegistry meters,
      PrometheusMeterRegistry exposed,
      Config config,
      @ConfigProperty(name = "quarkus.http.host") String host,
      @ConfigProperty(name = "quarkus.application.version") String version)
      throws IOException {
    EnvironmentNames.check(System.getenv().keySet(), GatewaySettings.class);
    String gatewayId = settings.gatewayId().orElseGet(Gateway::defaultId);
    if (!Names.allowed(gatewayId)) {
      throw new IllegalArgumentException("understudy.gateway-id: " + Names.RULE);
    }
    Map<String, Object> client = KafkaSettings.of(config);
    long memory = settings.scoring().memoryBytes().orElseGet(Gateway::besideTheHeap);
    NativeMemory.limitTo(memory);
    this.pool =
        new ModelPool(
            standard(settings.scoring()),
            memory,
            RemoteServers.of(settings.remote()),
            settings.scoring().idleModels());
    InferenceMeters inferences = new InferenceMeters(meters);
    this.shadows =
        new ShadowRunner(
            new ShadowRunner.Limits(
                settings.shadow().threads(),
                settings.shadow().queue(),
                settings.shadow().share(),
                settings.shadow().slowShare(),
                settings.shadow().bytes().orElseGet(ShadowRunner::standardBytes),
                settings.shadow().nice()),
            meters);
    this.hotSwap =
        new HotSwap(
            new HotSwap.Settings(
                gatewayId,
                settings.dataDir(),
                settings.registryUrl(),
                client,
                settings.artefactBytes(),
                settings.heartbeat(),
                settings.unitKey().isPresent()),
            pool,
            meters,
            live -> {
              inferences.keepOnly(live);
              shadows.keepOnly(live::has);
            });
    exposed
        .getPrometheusRegistry()
        .register(new ScrapedMetrics(hotSwap::table, hotSwap::notLoaded, inferences, shadows));
    this.journal =
        new PredictionJournal(
            gatewayId,
            settings.unitKey().map(Gateway::checkedKey).orElseGet(Gateway::freshKey),
            settings.journal().enabled(),
            new PredictionJournal.Bounds(
                settings.journal().records(),
                settings.journal().bytes(),
                settings.journal().flush()),
            new PredictionJournal.Spooling(
                settings.dataDir().resolve("spool"),
                settings.journal().spoolBytes(),
                settings.journal().spoolAfter(),
                settings.journal().durableDeadline()),
            client,
            meters);
    this.tracing =
        settings.tracing().enabled()
            ? Tracing.on(
                new Tracing.Settings(
                    settings.tracing().endpoint(),
                    settings.tracing().ratio(),
                    settings.tracing().queue(),
                    settings.tracing().timeout(),
                    settings.tracing().headers(),
                    gatewayId,
                    version),
                meters)
            : Tracing.off();
    this.pipeline =
        new InferencePipeline(
            hotSwap::table, shadows, journal, inferences, tracing, settings.scoring().deadline());
    GatewayMetric.INFLIGHT.gauge(meters, pipeline, InferencePipeline::inFlight);
    RequestLimits limits =
        new RequestLimits(
            settings.limits().bodyBytes(),
            settings.limits().depth(),
            settings.limits().rows(),
            settings.limits().bodyDeadline());
    InFlightBytes inFlight =
        new InFlightBytes(
            settings
                .limits()
                .inFlightBytes()
                .orElseGet(
                    () ->
                        Math.max(
                            Runtime.getRuntime().maxMemory() / 8, settings.limits().bodyBytes())),
            limits);
    GatewayMetric.INFLIGHT_BYTES.gauge(meters, inFlight, InFlightBytes::held);
    Readiness ready = readiness(hotSwap);
    ExplainRoute explain =
        new ExplainRoute(
            hotSwap::table,
            ready,
            new ExplainDesk(hotSwap::table, settings.scoring().deadline()),
            limits,
            inFlight,
            meters);
    this.route =
        new InferenceRoute(
            hotSwap::table,
            ready,
            pipeline,
            inferences,
            explain,
            limits,
            inFlight,
            meters,
            version);
    this.grpc =
        new GrpcPort(
            new InetSocketAddress(host, settings.grpcPort()),
            grpcTls(settings.grpcTls()),
            hotSwap::table,
            ready,
            pipeline,
            inferences,
            limits,
            inFlight,
            meters,
            version);
  }

  void routes(@Observes Router router) {
    route.mount(router);
  }

  void start(@Observes StartupEvent event) throws IOException {
    hotSwap.start();
    try {
      grpc.open();
    } catch (IOException e) {
      throw new IOException(
          "the port for gRPC cannot be opened; choose another with understudy.grpc-port", e);
    }
    LOG.infof("gRPC on port %d", grpc.number());
  }

  // Nobody waits for this gateway, then requests end, then their records are sent.
  void stop(@Observes ShutdownEvent event) {
    hotSwap.leave();
    grpc.drain();
    awaitLastRequests();
    grpc.close();
    journal.close();
    shadows.close();
    pool.close();
    hotSwap.close();
    tracing.close();
  }

  private static Readiness readiness(HotSwap hotSwap) {
    return new Readiness() {
      @Override
      public boolean isReady() {
        return hotSwap.isReady();
      }

      @Override
      public boolean awaits(String model) {
        return hotSwap.awaits(model);
      }
    };
  }

  List<HotSwap.Missing> notLoaded() {
    return hotSwap.notLoaded();
  }

  boolean isReady() {
    return hotSwap.isReady();
  }

  /** The port that gRPC listens on. */
  int grpcPort() {
    return grpc.number();
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

  /** What the port for gRPC shows to its clients; empty: plain text. */
  static Optional<GrpcTls> grpcTls(GatewaySettings.GrpcTls files) {
    if (files.certificate().isPresent() && files.key().isPresent()) {
      return Optional.of(
          new GrpcTls(files.certificate().get(), files.key().get(), files.clientCa()));
    }
    // Whoever set one of them does not want plain text.
    if (files.certificate().isPresent()
        || files.key().isPresent()
        || files.clientCa().isPresent()) {
      throw new IllegalArgumentException(
          "understudy.grpc-tls needs both certificate and key; for plain text set none of"
              + " certificate, key and client-ca");
    }
    return Optional.empty();
  }

  private static RunPolicy standard(GatewaySettings.Scoring settings) {
    int threads = settings.threads().orElseGet(() -> Runtime.getRuntime().availableProcessors());
    return RunPolicy.standard()
        .withCapacity(threads, settings.queue())
        .withBatching(RunPolicy.Batching.AUTO, settings.batchRows(), settings.batchDelay())
        .withCheap(settings.cheap());
  }

  private static long besideTheHeap() {
    long all =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    // A quarter is for threads, buffers and code.
    return Math.max(LEAST_MODEL_BYTES, (all - Runtime.getRuntime().maxMemory()) / 4 * 3);
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
