package dev.understudy.scoring;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Every loaded version of the process, each with a scoring room of its own: a slow one fills its own
 * queue and nobody else's. Within a model, versions are shared by digest and contract; two models
 * share nothing, not even the same artefact, so that neither waits for, or sees, what the other is
 * asked. A model is closed after its last
 * lease. Thread-safe: neither a lease of what is loaded nor giving one back waits for a load, and a
 * load waits for another only if both are of the same, or their artefacts do not fit the heap
 * together.
 */
public final class ModelPool {
  /** A loaded graph holds its weights, packed copies of some, and what its runs need. */
  private static final long MEMORY_PER_ARTEFACT = 3;

  private static final long BYTES_OF_ANY_MODEL = 1 << 20;

  private final RunPolicy standard;
  private final long mostBytes;
  private final RemoteAccess remotes;
  private final HeapShare heap = HeapShare.ofThisProcess();
  private final Map<Key, Loaded> models = new ConcurrentHashMap<>();

  /** The loads that are under way, each done when it has succeeded or failed. */
  private final Map<Key, CompletableFuture<Void>> loads = new ConcurrentHashMap<>();

  private final AtomicLong usedBytes = new AtomicLong();

  /** A pool whose models get so many threads each, with so many places to wait. */
  public ModelPool(int threadsPerModel, int placesPerModel) {
    this(
        RunPolicy.standard().withCapacity(threadsPerModel, placesPerModel),
        Long.MAX_VALUE,
        RemoteAccess.NONE);
  }

  /**
   * A pool.
   *
   * @param standard how models are run that nobody says more about
   * @param mostBytes of memory that all models together are estimated to take; a load beyond it is
   *     refused
   * @param remotes the other servers that models may live on
   */
  public ModelPool(RunPolicy standard, long mostBytes, RemoteAccess remotes) {
    this.standard = standard;
    this.mostBytes = mostBytes;
    this.remotes = remotes;
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
        return new Lease(present);
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
    if (present != null && present.retain()) {
      return new Lease(present);
    }
    Loaded loaded = load(key, artefact);
    models.put(key, loaded);
    return new Lease(loaded);
  }

  private Loaded load(Key key, Artefact artefact) throws ModelRefused, IOException {
    try (HeapShare.Held content = heap.read(artefact)) {
      long bytes = reserve(content.bytes().length);
      try {
        WarmModel warm =
            ModelLoader.loadWarm(
                content.bytes(), key.sha256(), key.contract(), recorded(key), remotes);
        requireBatches(warm, key.policy());
        String name = "score-" + key.sha256().substring(0, 8);
        return new Loaded(key, new ModelRunner(name, warm, key.policy()), bytes);
      } catch (ModelRefused | RuntimeException | Error e) {
        usedBytes.addAndGet(-bytes);
        throw e;
      }
    }
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

  private synchronized long reserve(int artefactBytes) throws ModelRefused {
    long bytes = BYTES_OF_ANY_MODEL + MEMORY_PER_ARTEFACT * (long) artefactBytes;
    long used = usedBytes.get();
    if (bytes > mostBytes - used) {
      throw new ModelRefused(
          ModelRefused.Reason.TOO_LARGE,
          ("it would take about %d MiB of memory; %d of %d MiB are taken by the %d models in use;"
                  + " end a rollout, or raise the limit")
              .formatted(bytes >> 20, used >> 20, mostBytes >> 20, models.size()));
    }
    usedBytes.addAndGet(bytes);
    return bytes;
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
    return usedBytes.get();
  }

  /** How many models are loaded. */
  public int size() {
    return models.size();
  }

  private record Key(Owner owner, String sha256, ModelContract contract, RunPolicy policy) {}

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
        models.remove(key, this);
        runner.close();
        usedBytes.addAndGet(-bytes);
      }
    }
  }

  /** The right to use a loaded model until it is closed. Thread-safe. */
  public static final class Lease implements AutoCloseable {
    private final Loaded loaded;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Lease(Loaded loaded) {
      this.loaded = loaded;
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

    /** Scores a request in a room of the caller's own. */
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
     * is its rows' share of the run, as if it had one of its own.
     *
     * @return in the order of the requests; null where one turned out to be too slow for this
     */
    public List<@Nullable Score> scoreTogether(List<Map<String, Tensor>> requests) {
      return loaded.runner.scoreTogether(requests);
    }

    /** What its runs have come to. */
    public RunStatistics statistics() {
      return loaded.runner.statistics();
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
      return new Lease(loaded);
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
