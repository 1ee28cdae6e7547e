package dev.understudy.scoring;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Every loaded model of the process, shared by digest and contract, each with a scoring room of its
 * own: a slow version fills its own queue and nobody else's. A model is closed after its last
 * lease. Thread-safe; giving a lease back never waits for a load.
 */
public final class ModelPool {
  /** A loaded graph holds its weights, packed copies of some, and what its runs need. */
  private static final long MEMORY_PER_ARTEFACT = 3;

  private static final long BYTES_OF_ANY_MODEL = 1 << 20;

  private final RunPolicy standard;
  private final long mostBytes;
  private final RemoteAccess remotes;
  private final Map<Key, Loaded> models = new ConcurrentHashMap<>();
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

  /** Where the bytes of an artefact come from when it is not loaded yet. */
  @FunctionalInterface
  public interface Artefact {
    byte[] content() throws IOException;
  }

  /** How models are run that nobody says more about. */
  public RunPolicy standard() {
    return standard;
  }

  /** A model of that digest under that contract, loaded now if nobody has it. Blocks meanwhile. */
  public Lease lease(String sha256, ModelContract contract, Artefact artefact)
      throws ModelRefused, IOException {
    return lease(sha256, contract, standard, artefact);
  }

  /** The same, run as the policy says. */
  public synchronized Lease lease(
      String sha256, ModelContract contract, RunPolicy policy, Artefact artefact)
      throws ModelRefused, IOException {
    Key key = new Key(sha256, contract, policy);
    Loaded present = models.get(key);
    if (present != null && present.retain()) {
      return new Lease(present);
    }
    byte[] content = artefact.content();
    long bytes = reserve(content.length);
    Loaded loaded;
    try {
      WarmModel warm = ModelLoader.loadWarm(content, sha256, contract, recorded(contract), remotes);
      requireBatches(warm, policy);
      loaded =
          new Loaded(key, new ModelRunner("score-" + sha256.substring(0, 8), warm, policy), bytes);
    } catch (ModelRefused | RuntimeException | Error e) {
      usedBytes.addAndGet(-bytes);
      throw e;
    }
    models.put(key, loaded);
    return new Lease(loaded);
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

  /** What was last asked of the other versions under the contract. */
  private List<Map<String, Tensor>> recorded(ModelContract contract) {
    return models.values().stream()
        .filter(loaded -> loaded.key.contract().equals(contract))
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

  private record Key(String sha256, ModelContract contract, RunPolicy policy) {}

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

    /** The memory that it is estimated to take, in bytes. */
    public long memoryBytes() {
      return loaded.bytes;
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
