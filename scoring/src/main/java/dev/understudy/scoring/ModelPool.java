package dev.understudy.scoring;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Every loaded version of the process, each with a scoring room of its own: a slow one fills its
 * own queue and nobody else's. Within a model, versions are shared by digest and contract; two
 * models share nothing, not even the same artefact, so that neither waits for, or sees, what the
 * other is asked. After its last lease, a version that computes here is kept idle, without threads
 * and out of everybody's sight, while number and memory allow it: wanted again, it needs no load. A
 * load that needs room unloads idle ones first, the one unused for longest before others.
 * Thread-safe: neither a lease of what is loaded nor giving one back waits for a load, and a load
 * waits for another only if both are of the same, or their artefacts do not fit the heap together.
 */
public final class ModelPool implements AutoCloseable {
  /** A loaded graph holds its weights, packed copies of some, and what its runs need. */
  private static final long MEMORY_PER_ARTEFACT = 3;

  private static final long BYTES_OF_ANY_MODEL = 1 << 20;

  private final RunPolicy standard;
  private final RemoteAccess remotes;
  private final HeapShare heap = HeapShare.ofThisProcess();
  private final Map<Key, Loaded> models = new ConcurrentHashMap<>();

  /** The loads that are under way, each done when it has succeeded or failed. */
  private final Map<Key, CompletableFuture<Void>> loads = new ConcurrentHashMap<>();

  private final IdleModels idle;
  private final LongAdder loaded = new LongAdder();
  private final LongAdder revived = new LongAdder();

  /** A pool whose models get so many threads each, with so many places to wait. */
  public ModelPool(int threadsPerModel, int placesPerModel) {
    this(
        RunPolicy.standard().withCapacity(threadsPerModel, placesPerModel),
        Long.MAX_VALUE,
        RemoteAccess.NONE);
  }

  /** A pool that keeps nothing idle. */
  public ModelPool(RunPolicy standard, long mostBytes, RemoteAccess remotes) {
    this(standard, mostBytes, remotes, 0);
  }

  /**
   * A pool.
   *
   * @param standard how models are run that nobody says more about
   * @param mostBytes of memory that all models together are estimated to take; a load beyond it is
   *     refused
   * @param remotes the other servers that models may live on
   * @param mostIdle how many models that nobody holds may stay loaded
   */
  public ModelPool(RunPolicy standard, long mostBytes, RemoteAccess remotes, int mostIdle) {
    this.standard = standard;
    this.remotes = remotes;
    this.idle = new IdleModels(mostIdle, mostBytes);
  }

  /** Why an idle model was unloaded. */
  public enum Cause {
    /** There were others, used more lately, as many as may be idle. */
    NUMBER,
    /** Another was to be loaded, and needed the room. */
    MEMORY
  }

  /**
   * The model that a version is of. What it is asked may be used to warm up its other versions, and
   * nobody else's.
   */
  public record Owner(String project, String model) {
    /** Of no model that has a name: nothing that it is asked is used again. */
    public static final Owner NOBODY = new Owner("", "");
  }

  /** Where the bytes of an artefact come from when it is not loaded yet. */
  @FunctionalInterface
  public interface Artefact {
    byte[] content() throws IOException;

    /** About how many bytes those are, if that is known before they are read. */
    default long bytes() throws IOException {
      return 0;
    }
  }

  /** How models are run that nobody says more about. */
  public RunPolicy standard() {
    return standard;
  }

  /** The same of nobody's model, run as the pool's standard says. */
  public Lease lease(String sha256, ModelContract contract, Artefact artefact)
      throws ModelRefused, IOException {
    return lease(Owner.NOBODY, sha256, contract, standard, artefact);
  }

  /** A model of that digest under that contract, loaded now if nobody has it. Blocks meanwhile. */
  public Lease lease(
      Owner owner, String sha256, ModelContract contract, RunPolicy policy, Artefact artefact)
      throws ModelRefused, IOException {
    Key key = new Key(owner, sha256, contract, policy);
    CompletableFuture<Void> mine = new CompletableFuture<>();
    while (true) {
      Loaded present = models.get(key);
      if (present != null && present.retain()) {
        return new Lease(present, false);
      }
      CompletableFuture<Void> another = loads.putIfAbsent(key, mine);
      if (another != null) {
        await(another);
      } else {
        try {
          return leaseOrLoad(key, artefact);
        } finally {
          loads.remove(key, mine);
          mine.complete(null);
        }
      }
    }
  }

  /** Whether it was loaded or not, is looked at again afterwards. */
  private static void await(CompletableFuture<Void> load) throws InterruptedIOException {
    try {
      load.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(
          "interrupted while another load of the same version went on");
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** By the only one that loads this now; it may have become loaded just before. */
  private Lease leaseOrLoad(Key key, Artefact artefact) throws ModelRefused, IOException {
    Loaded present = models.get(key);
    if (present != null) {
      if (present.retain()) {
        return new Lease(present, false);
      }
      present.rest();
    }
    Optional<IdleModels.Idle> atRest = idle.take(key.identity());
    Loaded next = atRest.isPresent() ? revive(key, atRest.get()) : load(key, artefact);
    models.put(key, next);
    return new Lease(next, atRest.isEmpty());
  }

  private Loaded revive(Key key, IdleModels.Idle atRest) throws ModelRefused {
    try {
      Loaded next = new Loaded(key, runner(key, atRest.warm()), atRest.bytes());
      revived.increment();
      return next;
    } catch (ModelRefused | RuntimeException | Error e) {
      idle.release(atRest.bytes());
      throw e;
    }
  }

  private Loaded load(Key key, Artefact artefact) throws ModelRefused, IOException {
    try (HeapShare.Held content = heap.read(artefact)) {
      long bytes = reserve(content.bytes().length);
      try {
        WarmModel warm =
            ModelLoader.loadWarm(
                content.bytes(), key.sha256(), key.contract(), recorded(key), remotes);
        Loaded next = new Loaded(key, runner(key, warm), bytes);
        loaded.increment();
        return next;
      } catch (ModelRefused | RuntimeException | Error e) {
        idle.release(bytes);
        throw e;
      }
    }
  }

  private static ModelRunner runner(Key key, WarmModel warm) throws ModelRefused {
    requireBatches(warm, key.policy());
    return new ModelRunner("score-" + key.sha256().substring(0, 8), warm, key.policy());
  }

  private static void requireBatches(WarmModel warm, RunPolicy policy) throws ModelRefused {
    if (policy.batching() == RunPolicy.Batching.ON && !warm.takesBatches()) {
      warm.model().close();
      throw new ModelRefused(
          ModelRefused.Reason.NOT_BATCHABLE,
          "its policy wants batches, but it does not take and answer any number of rows in this"
              + " process; set the batching to AUTO, or export it with a free first dimension");
    }
  }

  private long reserve(int artefactBytes) throws ModelRefused {
    long bytes = BYTES_OF_ANY_MODEL + MEMORY_PER_ARTEFACT * (long) artefactBytes;
    if (!idle.reserve(bytes) && !reserveAfterRest(bytes)) {
      throw new ModelRefused(
          ModelRefused.Reason.TOO_LARGE,
          ("it would take about %d MiB of memory; %d of %d MiB are taken by the %d models in use,"
                  + " and unloading the %d idle ones would not suffice; end a rollout, or raise the"
                  + " limit")
              .formatted(
                  bytes >> 20,
                  idle.usedBytes() >> 20,
                  idle.mostBytes() >> 20,
                  models.size(),
                  idle.size()));
    }
    return bytes;
  }

  /** Again, with those at rest whose last lease was given back just now, maybe not to its end. */
  private boolean reserveAfterRest(long bytes) {
    for (Loaded model : models.values()) {
      if (model.leases.get() == 0) {
        model.rest();
      }
    }
    return idle.reserve(bytes);
  }

  /** What was last asked of the other versions of its model under the contract. */
  private List<Map<String, Tensor>> recorded(Key key) {
    if (key.owner().equals(Owner.NOBODY)) {
      return List.of();
    }
    return models.values().stream()
        .filter(loaded -> loaded.key.owner().equals(key.owner()))
        .filter(loaded -> loaded.key.contract().equals(key.contract()))
        .flatMap(loaded -> loaded.runner.recorded().stream())
        .toList();
  }

  /** Memory that all loaded models are estimated to take, in bytes. */
  public long usedBytes() {
    return idle.usedBytes();
  }

  /** How many models are held. */
  public int size() {
    return models.size();
  }

  /** Closes what is idle; what is still held is closed when it is given back. */
  @Override
  public void close() {
    idle.close();
  }

  /** How many more are loaded, and held by nobody. */
  public int idle() {
    return idle.size();
  }

  /** The digests of the artefacts of those. */
  public Set<String> idleDigests() {
    return idle.digests();
  }

  /** How many models were loaded so far. */
  public long loads() {
    return loaded.sum();
  }

  /** How often one that was idle was wanted again, and needed no load. */
  public long revivals() {
    return revived.sum();
  }

  /** How many idle ones were unloaded for that cause. */
  public long unloads(Cause cause) {
    return idle.unloads(cause);
  }

  private record Key(Owner owner, String sha256, ModelContract contract, RunPolicy policy) {
    IdleModels.Identity identity() {
      return new IdleModels.Identity(owner, sha256, contract);
    }
  }

  private final class Loaded {
    final Key key;
    final ModelRunner runner;
    final long bytes;
    final AtomicInteger leases = new AtomicInteger(1);

    Loaded(Key key, ModelRunner runner, long bytes) {
      this.key = key;
      this.runner = runner;
      this.bytes = bytes;
    }

    boolean retain() {
      return leases.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    void release() {
      if (leases.decrementAndGet() == 0) {
        rest();
      }
    }

    /** After the last lease, by whoever sees that first. */
    void rest() {
      idle.restBegins();
      try {
        if (models.remove(key, this)) {
          putToRest();
        }
      } finally {
        idle.restEnds();
      }
    }

    private void putToRest() {
      WarmModel warm = runner.rest();
      if (warm.model() instanceof LocalModel) {
        idle.keep(new IdleModels.Idle(key.identity(), warm, bytes), runner.statistics().runs() > 0);
      } else {
        // It takes nothing of ours, and whether it is still there must be asked anew.
        warm.model().close();
        idle.release(bytes);
      }
    }
  }

  /** The right to use a loaded model until it is closed. Thread-safe. */
  public static final class Lease implements AutoCloseable {
    private final Loaded loaded;
    private final boolean fresh;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Lease(Loaded loaded, boolean fresh) {
      this.loaded = loaded;
      this.fresh = fresh;
    }

    /** Whether the model was loaded for this lease; false: it was held or idle. */
    public boolean isFresh() {
      return fresh;
    }

    /** The model, for its metadata or for a run that is not counted. */
    public Model model() {
      return loaded.runner.model();
    }

    /**
     * Scores a request: a cheap one now, on this thread, so that the stage is complete; another in
     * the model's own room.
     */
    public CompletionStage<Score> score(Map<String, Tensor> inputs, Duration deadline) {
      return loaded.runner.score(inputs, deadline);
    }

    /**
     * Says who goes first where runs find too little memory: whether, from now on, the runs in the
     * model's own room are such as nobody depends on, since another version stands in for it. Holds
     * for all leases of the same model.
     */
    public void giveWay(boolean toOthers) {
      loaded.runner.giveWay(toOthers);
    }

    /** Whether its runs give way now. */
    public boolean givesWay() {
      return loaded.runner.givesWay();
    }

    /**
     * Scores a request in a room of the caller's own, for nobody who waits: where memory is short
     * its run gives way.
     */
    public CompletionStage<Score> score(
        Map<String, Tensor> inputs, Duration deadline, ScoringRoom room) {
      return loaded.runner.score(inputs, deadline, room);
    }

    /** Whether a request takes so little that any thread may score it. */
    public boolean isCheap(Map<String, Tensor> inputs) {
      return loaded.runner.isCheap(inputs);
    }

    /** The time of a processor that a request will take about, in nanoseconds; 0: not of ours. */
    public long expectedNanos(Map<String, Tensor> inputs) {
      return loaded.runner.expectedNanos(inputs);
    }

    /**
     * Scores cheap requests on this thread, those of equal shapes in one run. The latency of each
     * is what it would have cost alone, by what is known of the model's runs; so the latencies of a
     * shared run add up to more than the run took.
     *
     * @return in the order of the requests; null where one turned out to be too slow for this
     */
    public List<@Nullable Score> scoreTogether(List<Map<String, Tensor>> requests) {
      return loaded.runner.scoreTogether(requests);
    }

    /** The memory that it is estimated to take, in bytes. */
    public long memoryBytes() {
      return loaded.bytes;
    }

    /** What its runs have come to. */
    public RunStatistics statistics() {
      return loaded.runner.statistics();
    }

    /** How requests share a run; empty: they do not. */
    public Optional<RunPolicy> batching() {
      return loaded.runner.batching();
    }

    /** Whether its room has places left for urgent requests only. */
    public boolean isNearlyFull() {
      return loaded.runner.isNearlyFull();
    }

    /** One more lease of the same model, at once; this one must still be open. */
    public Lease another() {
      if (closed.get() || !loaded.retain()) {
        throw new IllegalStateException("the lease was given back");
      }
      return new Lease(loaded, false);
    }

    /** Gives the model back; more than once does nothing more. */
    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        loaded.release();
      }
    }
  }
}
