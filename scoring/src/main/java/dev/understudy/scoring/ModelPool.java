package dev.understudy.scoring;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Every loaded model of the process, shared by digest and contract, each with a scoring room of its
 * own: a slow version fills its own queue and nobody else's. A model is closed after its last
 * lease. Thread-safe; giving a lease back never waits for a load.
 */
public final class ModelPool {
  private final int threadsPerModel;
  private final int placesPerModel;
  private final Map<Key, Loaded> models = new ConcurrentHashMap<>();

  /** A pool whose models get so many threads each, with so many places to wait. */
  public ModelPool(int threadsPerModel, int placesPerModel) {
    this.threadsPerModel = threadsPerModel;
    this.placesPerModel = placesPerModel;
  }

  /** Where the bytes of an artefact come from when it is not loaded yet. */
  @FunctionalInterface
  public interface Artefact {
    byte[] content() throws IOException;
  }

  /** A model of that digest under that contract, loaded now if nobody has it. Blocks meanwhile. */
  public synchronized Lease lease(String sha256, ModelContract contract, Artefact artefact)
      throws ModelRefused, IOException {
    Key key = new Key(sha256, contract);
    Loaded present = models.get(key);
    if (present != null && present.retain()) {
      return new Lease(present);
    }
    Model model = ModelLoader.load(artefact.content(), sha256, contract);
    ScoringRoom room =
        new ScoringRoom("score-" + sha256.substring(0, 8), threadsPerModel, placesPerModel);
    Loaded loaded = new Loaded(key, model, room);
    models.put(key, loaded);
    return new Lease(loaded);
  }

  /** How many models are loaded. */
  public int size() {
    return models.size();
  }

  private record Key(String sha256, ModelContract contract) {}

  private final class Loaded {
    final Key key;
    final Model model;
    final ScoringRoom room;
    final AtomicInteger leases = new AtomicInteger(1);

    Loaded(Key key, Model model, ScoringRoom room) {
      this.key = key;
      this.model = model;
      this.room = room;
    }

    boolean retain() {
      return leases.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
    }

    void release() {
      if (leases.decrementAndGet() == 0) {
        models.remove(key, this);
        room.close();
        model.close();
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

    /** The model, for its metadata or for a run in a room of the caller's own. */
    public Model model() {
      return loaded.model;
    }

    /** Scores in the model's own room. */
    public CompletionStage<Score> score(Map<String, Tensor> inputs, Duration deadline) {
      return loaded.model.score(inputs, deadline, loaded.room);
    }

    /** Whether its room has places left for urgent requests only. */
    public boolean isNearlyFull() {
      return loaded.room.isNearlyFull();
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
