package dev.understudy.gateway.hotswap;

import dev.understudy.contracts.Names;
import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.GatewayState;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.gateway.meters.GatewayMetric;
import dev.understudy.gateway.routing.RoutingTable;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.scoring.ModelPool;
import dev.understudy.scoring.ModelRefused;
import dev.understudy.scoring.RunPolicy;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Which routing table is live. A route is prepared first: its models are fetched, checked, warmed
 * and held, and the gateway says so; when the route is committed, the table changes in one write of
 * a reference, and what the old one alone needed is given back after its last request. Thread-safe.
 */
public final class HotSwap implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(HotSwap.class);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration BUSY = Duration.ofSeconds(10);
  private static final int ATTEMPTS_TO_PREPARE = 3;

  private final Settings settings;
  private final ModelPool pool;
  private final Consumer<RoutingTable> onChange;
  private final MeterRegistry meters;
  private final Counter ignored;
  private final Counter unsaved;
  private final RouteStore routes;
  private final ArtefactStore artefacts;

  /**
   * Threads of the system: a graph is loaded in native code, and two of them on virtual threads
   * would keep two processors from every call that waits on one, such as those to remote models.
   */
  private final ExecutorService loads =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("load-", 0).factory());

  private final AtomicReference<RoutingTable> live = new AtomicReference<>(RoutingTable.EMPTY);
  private final Map<String, ModelDesk> desks = new ConcurrentHashMap<>();

  /** The project that each model's name belongs to here: the first that had a committed route. */
  private final Map<String, String> owners = new ConcurrentHashMap<>();

  private final DeskHost host = new DeskHost();
  private volatile boolean established;

  /** Whether routes were on the disk, so that this gateway has served before. */
  private volatile boolean cameBack;

  /** Once it takes requests, no model that comes later takes that from the others. */
  private volatile boolean started;

  /** Whether every route of the topic was seen; until then, no artefact is surely useless. */
  private volatile boolean caughtUp;

  private volatile boolean leaving;
  private volatile boolean closed;
  private @Nullable RouteFeed feed;
  private @Nullable GatewayAnnouncer announcer;

  /**
   * Where things are.
   *
   * @param dataDir holds the last routes and the artefacts
   * @param kafka settings of Kafka's clients, at least the servers
   * @param artefactBytes the largest artefact that is fetched
   * @param hashesUnitsAlike whether a unit has the same hash in the log of every gateway
   */
  public record Settings(
      String gatewayId,
      Path dataDir,
      URI registry,
      Map<String, Object> kafka,
      long artefactBytes,
      Duration heartbeat,
      boolean hashesUnitsAlike) {}

  /**
   * A hot swap that does not follow the topic yet.
   *
   * @param onChange is told every new live table
   */
  public HotSwap(
      Settings settings, ModelPool pool, MeterRegistry meters, Consumer<RoutingTable> onChange)
      throws IOException {
    this.onChange = onChange;
    this.settings = settings;
    this.pool = pool;
    this.meters = meters;
    this.routes = new RouteStore(settings.dataDir().resolve("routes"));
    this.artefacts =
        new ArtefactStore(
            settings.dataDir().resolve("artefacts"), settings.registry(), settings.artefactBytes());
    GatewayMetric.LOADED_MODELS.gauge(meters, pool, ModelPool::size);
    GatewayMetric.LOADED_BYTES.gauge(meters, pool, ModelPool::usedBytes);
    GatewayMetric.IDLE_MODELS.gauge(meters, pool, ModelPool::idle);
    GatewayMetric.MODEL_REVIVED.counter(meters, pool, ModelPool::revivals);
    for (ModelPool.Cause cause : ModelPool.Cause.values()) {
      GatewayMetric.MODEL_UNLOADED.counter(
          meters, pool, models -> models.unloads(cause), cause.name().toLowerCase(Locale.ROOT));
    }
    this.ignored = GatewayMetric.ROUTE_IGNORED.counter(meters, "name");
    this.unsaved = GatewayMetric.ROUTE_UNSAVED.counter(meters);
  }

  /** Takes up the routes of the local disk, then follows the topic and reports. */
  public void start() throws IOException {
    for (RoutePublished remembered : routes.load()) {
      cameBack |= accept(remembered);
    }
    // Only now, or the first of them could be taken for all.
    established = cameBack;
    announcer =
        new GatewayAnnouncer(
            settings.kafka(), settings.gatewayId(), settings.heartbeat(), this::state);
    feed = new RouteFeed(settings.kafka(), this::accept, this::caughtUp);
  }

  /** Every route that was published before the start has been accepted. */
  void caughtUp() {
    caughtUp = true;
    established = true;
    isReady();
  }

  /** The table that answers now. */
  public RoutingTable table() {
    return live.get();
  }

  /**
   * Whether it was found out, since the start, what is to be served and what of that can be. From
   * then on it is so until the end: a model that cannot be loaded is {@linkplain #notLoaded named}
   * and takes no other down.
   */
  public boolean isReady() {
    if (!started && established) {
      started =
          Obstacle.allowStart(
              cameBack,
              !live.get().models().isEmpty(),
              desks.values().stream().flatMap(desk -> desk.obstacle().stream()).toList());
    }
    return started;
  }

  /** The models that must be served and are not loaded, by project and name. */
  public List<Missing> notLoaded() {
    return desks.values().stream()
        .flatMap(
            desk ->
                desk
                    .obstacle()
                    .map(why -> new Missing(desk.project(), desk.model(), why.word()))
                    .stream())
        .sorted(Comparator.comparing(Missing::project).thenComparing(Missing::model))
        .toList();
  }

  /** Whether a model of that name, which is not in the table, may come into it. */
  public boolean awaits(String model) {
    return !caughtUp
        || desks.values().stream()
            .anyMatch(desk -> desk.model().equals(model) && desk.obstacle().isPresent());
  }

  /**
   * A model that must be served and is not.
   *
   * @param reason one of few words
   */
  public record Missing(String project, String model, String reason) {}

  /** Takes the next record of the topic; false: it is none that could be taken. */
  boolean accept(RoutePublished published) {
    if (!Names.allowed(published.getProject()) || !Names.allowed(published.getModel())) {
      LOG.warnf("a route with a forbidden name was published and is ignored: %s", Names.RULE);
      ignored.increment();
      return false;
    }
    desks
        .computeIfAbsent(
            Topic.modelKey(published.getProject(), published.getModel()),
            key -> new ModelDesk(published.getProject(), published.getModel(), host))
        .accept(published);
    return true;
  }

  /** What this gateway reports of itself. */
  GatewayState state() {
    GatewayState.Builder state =
        GatewayState.newBuilder()
            .setGatewayId(settings.gatewayId())
            .setHeartbeatMs(System.currentTimeMillis())
            .setLeaving(leaving);
    desks.values().forEach(desk -> state.addModels(desk.state()));
    return state.build();
  }

  /** Says goodbye: nobody need wait for this gateway any more. It still answers. */
  public void leave() {
    leaving = true;
    if (feed != null) {
      feed.close();
    }
    if (announcer != null) {
      announcer.close();
    }
  }

  /** Gives all models back. */
  @Override
  public void close() {
    leave();
    closed = true;
    loads.shutdownNow();
    live.set(RoutingTable.EMPTY);
    desks.values().forEach(ModelDesk::close);
  }

  private final class DeskHost implements ModelDesk.Host {
    @Override
    public void goLive(ServedModel next, RoutePublished published) {
      onChange.accept(live.updateAndGet(table -> table.with(next)));
      try {
        synchronized (routes) {
          routes.save(published);
        }
        if (caughtUp) {
          artefacts.keepOnly(namedArtefacts());
        }
      } catch (IOException e) {
        LOG.error("the live routes cannot be remembered; a restart would need Kafka", e);
        unsaved.increment();
      }
    }

    @Override
    public void load(ModelPool.Owner owner, PublishedRoute route, ModelDesk.Loading loading) {
      loads.execute(() -> loadUntilDone(owner, route, loading));
    }

    @Override
    public RunPolicy standardPolicy() {
      return pool.standard();
    }

    @Override
    public void changed() {
      isReady();
      GatewayAnnouncer told = announcer;
      if (told != null) {
        told.announce();
      }
    }

    @Override
    public boolean mayServe(String project, String model) {
      return owners.getOrDefault(model, project).equals(project);
    }

    @Override
    public boolean claims(String project, String model) {
      return owners.computeIfAbsent(model, unowned -> project).equals(project);
    }

    @Override
    public boolean hashesUnitsAlike() {
      return settings.hashesUnitsAlike();
    }
  }

  private Set<String> namedArtefacts() {
    Set<String> digests = new HashSet<>();
    desks.values().forEach(desk -> digests.addAll(desk.artefacts()));
    // Else one of them, wanted again, would have to be fetched for the next start.
    digests.addAll(pool.idleDigests());
    return digests;
  }

  private void loadUntilDone(
      ModelPool.Owner owner, PublishedRoute route, ModelDesk.Loading loading) {
    for (int attempt = 1; loading.stillWanted() && !closed; attempt++) {
      Map<String, ModelPool.Lease> leases = new LinkedHashMap<>();
      String version = "";
      try {
        for (String one : route.versions()) {
          version = one;
          leases.put(version, timedLoad(owner, route, route.digest(version).orElseThrow()));
        }
        loading.loaded(leases);
        return;
      } catch (ModelRefused | ArtefactStore.DigestMismatch e) {
        giveUp(route, leases, loading);
        loading.failed(version, String.valueOf(e.getMessage()), Obstacle.REFUSED);
        if (!loading.patient() || !mayPass(e) || !pause(BUSY)) {
          return;
        }
      } catch (IOException e) {
        giveUp(route, leases, loading);
        boolean last = !loading.patient() && attempt >= ATTEMPTS_TO_PREPARE;
        if (last || loading.patient()) {
          loading.failed(
              version,
              e instanceof RemoteAway
                  ? String.valueOf(e.getMessage())
                  : "the artefact cannot be fetched: " + e.getMessage(),
              obstacle(e));
        }
        if (last || !pause(RETRY)) {
          return;
        }
      } catch (RuntimeException | Error e) {
        giveUp(route, leases, loading);
        LOG.error("a load failed unexpectedly", e);
        loading.failed(version, "the gateway failed to load it: " + e, Obstacle.ERROR);
        return;
      }
    }
  }

  private static Obstacle obstacle(IOException e) {
    return switch (e) {
      case RemoteAway away -> Obstacle.REMOTE_UNAVAILABLE;
      case ArtefactStore.RegistryAway away -> Obstacle.REGISTRY_UNAVAILABLE;
      default -> Obstacle.ARTEFACT_UNAVAILABLE;
    };
  }

  /** Of what was loaded before something failed, the current version may be of use. */
  private static void giveUp(
      PublishedRoute route, Map<String, ModelPool.Lease> leases, ModelDesk.Loading loading) {
    ModelPool.Lease current = leases.remove(route.route().current());
    leases.values().forEach(ModelPool.Lease::close);
    if (current != null) {
      loading.onlyCurrent(current);
    }
  }

  /** Whether a version that was refused on a busy day may be taken on another. */
  private static boolean mayPass(Exception e) {
    return e instanceof ModelRefused refused
        && switch (refused.reason()) {
          case WARM_UP_FAILED, TOO_LARGE -> true;
          default -> false;
        };
  }

  private ModelPool.Lease timedLoad(ModelPool.Owner owner, PublishedRoute route, String sha256)
      throws IOException, ModelRefused {
    long start = System.nanoTime();
    String code = "error";
    try {
      ModelPool.Lease lease = load(owner, route, sha256);
      code = lease.isFresh() ? "loaded" : "held";
      return lease;
    } catch (ModelRefused | ArtefactStore.DigestMismatch e) {
      code = "refused";
      throw e;
    } catch (IOException e) {
      code = "unavailable";
      throw e;
    } finally {
      GatewayMetric.MODEL_LOAD
          .timer(meters, owner.model(), code)
          .record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
    }
  }

  private ModelPool.Lease load(ModelPool.Owner owner, PublishedRoute route, String sha256)
      throws IOException, ModelRefused {
    artefacts.require(sha256);
    try {
      return pool.lease(owner, sha256, route.contract(), route.run(), artefacts.artefact(sha256));
    } catch (ModelRefused refused) {
      if (refused.reason() == ModelRefused.Reason.REMOTE_UNAVAILABLE) {
        throw new RemoteAway(refused);
      }
      throw refused;
    }
  }

  /** A server that does not answer now: trying again may help, as after no other refusal. */
  private static final class RemoteAway extends IOException {
    private static final long serialVersionUID = 1;

    RemoteAway(ModelRefused refused) {
      super(refused.getMessage(), refused);
    }
  }

  private static boolean pause(Duration duration) {
    try {
      Thread.sleep(duration);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
