package dev.understudy.gateway.hotswap;

import dev.understudy.contracts.v1.LoadFailure;
import dev.understudy.contracts.v1.ModelState;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.gateway.routing.ServedModel;
import dev.understudy.gateway.routing.ServingPolicy.LogPolicy;
import dev.understudy.scoring.ModelPool;
import dev.understudy.scoring.RunPolicy;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What is live, and what is prepared, for one model. Records are accepted in the order of the
 * topic; loads go on in the background and count only if what they loaded is still wanted when they
 * are done. A commit whose versions are all loaded is done on the spot. Thread-safe.
 */
final class ModelDesk {
  private static final Logger LOG = Logger.getLogger(ModelDesk.class);

  private final String project;
  private final String model;
  private final ModelPool.Owner owner;
  private final Host host;

  private long committedRevision;
  private @Nullable PublishedRoute wanted;
  private @Nullable ServedModel live;

  private @Nullable PublishedRoute preparing;
  private long preparedRevision;
  private Map<String, ModelPool.Lease> prepared = Map.of();
  private List<LoadFailure> failures = List.of();

  // Read by other desks, which hold their own lock: these must not wait for ours.
  private volatile Set<String> artefacts = Set.of();
  private volatile @Nullable PublishedRoute liveRoute;
  private volatile long liveRevision;
  private volatile @Nullable Obstacle obstacle;

  ModelDesk(String project, String model, Host host) {
    this.project = project;
    this.model = model;
    this.owner = new ModelPool.Owner(project, model);
    this.host = host;
  }

  /** What a desk needs of the room. */
  interface Host {
    /** Puts the model into the live table, in one write. */
    void goLive(ServedModel next, RoutePublished published);

    /** Loads in the background, for that model. */
    void load(ModelPool.Owner owner, PublishedRoute route, Loading loading);

    /** How models are run where their route does not say. */
    RunPolicy standardPolicy();

    /** Something that is reported on <em>gateways</em> has changed. */
    void changed();

    /** Whether no other project serves a model of that name here. */
    boolean mayServe(String project, String model);

    /** The same, and from now on no other project may. */
    boolean claims(String project, String model);

    /** Whether a unit has the same hash in the log of every gateway, also after a restart. */
    boolean hashesUnitsAlike();
  }

  /** How a load in the background ends. */
  interface Loading {
    /** Of which model it is. */
    String model();

    /** Whether there is still a use for it. */
    boolean stillWanted();

    /**
     * Whether a load that failed for want of a neighbour should be tried for as long as it takes.
     */
    boolean patient();

    /** Takes the leases into possession. */
    void loaded(Map<String, ModelPool.Lease> leases);

    /** Takes the lease into possession: another version of the route could not be loaded. */
    void onlyCurrent(ModelPool.Lease current);

    void failed(String version, String reason, Obstacle why);
  }

  /** Takes the next record of this model; one that is older than what is live changes nothing. */
  synchronized void accept(RoutePublished published) {
    long revision = published.hasCommitted() ? published.getCommitted().getRevision() : 0;
    if (revision < committedRevision) {
      LOG.infof(
          "%s/%s: revision %d is older than %d and is ignored",
          project, model, revision, committedRevision);
      return;
    }
    committedRevision = revision;
    artefacts = PublishedRoute.digests(published);
    List<LoadFailure> before = failures;
    failures = List.of();
    if (published.hasCommitted()) {
      read(published, published.getCommitted(), true)
          .ifPresentOrElse(
              route -> commit(route, published), () -> stands(live == null, Obstacle.REFUSED));
    }
    if (published.hasPrepared() && published.getPrepared().getRevision() > revision) {
      prepare(published, before);
    } else {
      forgetPrepared();
    }
    host.changed();
  }

  private void commit(PublishedRoute route, RoutePublished published) {
    PublishedRoute now = liveRoute;
    if (route.equals(now)) {
      // Whatever else was wanted meanwhile and still loads, must not go live after it.
      wanted = route;
      return;
    }
    if (route.equals(wanted) && now != null && now.equals(route.currentAlone())) {
      // Its load still goes on.
      return;
    }
    // What is live may be less than what was meant, as long as it cannot be loaded.
    PublishedRoute meant = wanted;
    if (meant != null
        && meant.route().revision() == route.route().revision()
        && !meant.isSameRoute(route)) {
      LOG.warnf(
          "%s/%s: revision %d came again with another content and is ignored",
          project, model, route.route().revision());
      return;
    }
    wanted = route;
    Optional<Map<String, ModelPool.Lease>> held = held(route);
    if (held.isPresent()) {
      goLive(route, held.get(), published);
      return;
    }
    stands(live == null, Obstacle.LOADING);
    host.load(owner, route, new CommittedLoad(route, published));
  }

  private void prepare(RoutePublished published, List<LoadFailure> before) {
    Optional<PublishedRoute> read = read(published, published.getPrepared(), false);
    PublishedRoute underWay = preparing;
    long revision = published.getPrepared().getRevision();
    // The same route under another policy is prepared again; another route cannot be meant.
    if (underWay != null
        && underWay.route().revision() == revision
        && read.filter(next -> next.equals(underWay) || !next.isSameRoute(underWay)).isPresent()) {
      before.stream().filter(one -> one.getRevision() == revision).forEach(this::keep);
      return;
    }
    forgetPrepared();
    if (read.isEmpty()) {
      return;
    }
    PublishedRoute route = read.get();
    preparing = route;
    host.load(owner, route, new PreparedLoad(route));
  }

  private Optional<PublishedRoute> read(
      RoutePublished published, Route route, boolean withStandby) {
    try {
      boolean isCommitted = withStandby;
      if (!(isCommitted ? host.claims(project, model) : host.mayServe(project, model))) {
        throw new IllegalArgumentException(
            "another project already serves a model named %s on this gateway".formatted(model));
      }
      PublishedRoute read = PublishedRoute.of(published, route, withStandby, host.standardPolicy());
      boolean hashes =
          read.eligibility().unitKey().isPresent()
              || read.policy().log().fields().containsValue(LogPolicy.Treatment.HASHED);
      if (hashes && !host.hashesUnitsAlike()) {
        throw new IllegalArgumentException(
            "sticky units and hashed inputs need the setting understudy.unit-key, the same on every"
                + " gateway, so that each has one hash in the log");
      }
      return Optional.of(read);
    } catch (IllegalArgumentException e) {
      addFailure(route.getRevision(), "", String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  /** The load of a route that is committed already: it goes on until it succeeds. */
  private final class CommittedLoad implements Loading {
    private final PublishedRoute route;
    private final RoutePublished published;

    CommittedLoad(PublishedRoute route, RoutePublished published) {
      this.route = route;
      this.published = published;
    }

    @Override
    public String model() {
      return model;
    }

    @Override
    public boolean stillWanted() {
      return isWanted(route);
    }

    @Override
    public boolean patient() {
      return true;
    }

    @Override
    public void loaded(Map<String, ModelPool.Lease> leases) {
      synchronized (ModelDesk.this) {
        if (!isWanted(route)) {
          leases.values().forEach(ModelPool.Lease::close);
          return;
        }
        goLive(route, leases, published);
        host.changed();
      }
    }

    // Callers must not wait for a candidate, a standby or a fallback.
    @Override
    public void onlyCurrent(ModelPool.Lease current) {
      synchronized (ModelDesk.this) {
        if (!isWanted(route) || liveRevision == route.route().revision()) {
          current.close();
          return;
        }
        LOG.warnf(
            "%s/%s: of revision %d only the current version is served as yet",
            project, model, route.route().revision());
        goLive(route.currentAlone(), Map.of(route.route().current(), current), published);
        host.changed();
      }
    }

    @Override
    public void failed(String version, String reason, Obstacle why) {
      synchronized (ModelDesk.this) {
        if (isWanted(route)) {
          stands(live == null, why);
        }
        report(route, version, reason);
      }
    }
  }

  /** The load of a route that may be committed: a failure is an answer. */
  private final class PreparedLoad implements Loading {
    private final PublishedRoute route;

    PreparedLoad(PublishedRoute route) {
      this.route = route;
    }

    @Override
    public String model() {
      return model;
    }

    @Override
    public boolean stillWanted() {
      return isPreparing(route);
    }

    @Override
    public boolean patient() {
      return false;
    }

    @Override
    public void loaded(Map<String, ModelPool.Lease> leases) {
      synchronized (ModelDesk.this) {
        if (!isPreparing(route)) {
          leases.values().forEach(ModelPool.Lease::close);
          return;
        }
        prepared = leases;
        preparedRevision = route.route().revision();
        LOG.infof("%s/%s: revision %d is prepared", project, model, preparedRevision);
        host.changed();
      }
    }

    @Override
    public void onlyCurrent(ModelPool.Lease current) {
      current.close();
    }

    @Override
    public void failed(String version, String reason, Obstacle why) {
      report(route, version, reason);
    }
  }

  private synchronized boolean isWanted(PublishedRoute route) {
    return route.equals(wanted) && !route.equals(liveRoute);
  }

  private synchronized boolean isPreparing(PublishedRoute route) {
    return route.equals(preparing) && preparedRevision == 0;
  }

  private synchronized void report(PublishedRoute route, String version, String reason) {
    if (isWanted(route) || isPreparing(route)) {
      addFailure(route.route().revision(), version, reason);
      host.changed();
    }
  }

  private void addFailure(long revision, String version, String reason) {
    LoadFailure failure =
        LoadFailure.newBuilder()
            .setRevision(revision)
            .setVersion(version)
            .setReason(reason)
            .build();
    // What is tried again and again says so once.
    if (!failures.contains(failure)) {
      LOG.warnf("%s/%s: revision %d, version '%s': %s", project, model, revision, version, reason);
      keep(failure);
    }
  }

  private void keep(LoadFailure failure) {
    List<LoadFailure> all = new ArrayList<>(failures);
    all.removeIf(
        one ->
            one.getRevision() == failure.getRevision()
                && one.getVersion().equals(failure.getVersion()));
    all.add(failure);
    failures = List.copyOf(all);
  }

  private void goLive(
      PublishedRoute route, Map<String, ModelPool.Lease> leases, RoutePublished published) {
    ServedModel next =
        new ServedModel(
            project,
            model,
            route.route(),
            route.eligibility(),
            route.contract(),
            route.policy(),
            leases);
    ServedModel previous = live;
    host.goLive(next, published);
    live = next;
    liveRoute = route;
    liveRevision = route.route().revision();
    obstacle = null;
    if (previous != null) {
      previous.retire();
    }
    LOG.infof("%s/%s: live is %s", project, model, route.route());
  }

  /** Leases of all versions of the route, if every one is loaded already. */
  private Optional<Map<String, ModelPool.Lease>> held(PublishedRoute route) {
    Map<String, ModelPool.Lease> shares = new LinkedHashMap<>();
    for (String version : route.artefacts().keySet()) {
      Optional<ModelPool.Lease> lease = held(route, version);
      if (lease.isEmpty()) {
        shares.values().forEach(ModelPool.Lease::close);
        return Optional.empty();
      }
      shares.put(version, lease.get().another());
    }
    return Optional.of(shares);
  }

  private Optional<ModelPool.Lease> held(PublishedRoute route, String version) {
    if (live != null && isSameArtefact(route, liveRoute, version)) {
      return live.version(version);
    }
    if (isSameArtefact(route, preparing, version)) {
      return Optional.ofNullable(prepared.get(version));
    }
    return Optional.empty();
  }

  private static boolean isSameArtefact(
      PublishedRoute route, @Nullable PublishedRoute loaded, String version) {
    return loaded != null
        && loaded.contract().equals(route.contract())
        && loaded.run().equals(route.run())
        && loaded.digest(version).isPresent()
        && loaded.digest(version).equals(route.digest(version));
  }

  private void forgetPrepared() {
    prepared.values().forEach(ModelPool.Lease::close);
    prepared = Map.of();
    preparedRevision = 0;
    preparing = null;
  }

  String project() {
    return project;
  }

  String model() {
    return model;
  }

  /** The digests of everything that the latest record names, and of what is still live. */
  Set<String> artefacts() {
    Set<String> needed = new HashSet<>(artefacts);
    PublishedRoute answering = liveRoute;
    if (answering != null) {
      answering.artefacts().values().forEach(version -> needed.add(version.getSha256()));
    }
    return needed;
  }

  /** The revision that answers; 0: none yet. */
  long liveRevision() {
    return liveRevision;
  }

  private void stands(boolean isMissing, Obstacle why) {
    if (isMissing) {
      obstacle = why;
    }
  }

  /** Why it does not answer; empty: it does, or need not yet. */
  Optional<Obstacle> obstacle() {
    return Optional.ofNullable(obstacle);
  }

  synchronized ModelState state() {
    return ModelState.newBuilder()
        .setProject(project)
        .setModel(model)
        .setLiveRevision(liveRevision())
        .setPreparedRevision(preparedRevision)
        .addAllFailures(failures)
        .build();
  }

  /** Gives every model back; nothing is accepted afterwards. */
  synchronized void close() {
    committedRevision = Long.MAX_VALUE;
    wanted = null;
    forgetPrepared();
    if (live != null) {
      live.retire();
      live = null;
    }
  }
}
