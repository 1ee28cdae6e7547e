package dev.understudy.scoring;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/**
 * The memory of all loaded models, and those of them that nobody holds, kept for a while in case
 * they are wanted again. These have no threads and no queue. The one that nobody has used for
 * longest goes first; one that never scored anything has been used least of all. Thread-safe:
 * nobody holds its lock while a model is loaded or closed.
 */
final class IdleModels {
  private static final System.Logger LOG = System.getLogger(IdleModels.class.getName());

  private final int most;
  private final long mostBytes;

  /** The first one goes first. */
  private final SequencedMap<Identity, Idle> models = new LinkedHashMap<>();

  /** Of those that are held as well. */
  private long usedBytes;

  /** How many have no lease any more and are neither idle nor closed yet. */
  private int resting;

  private boolean closed;
  private final LongAdder forNumber = new LongAdder();
  private final LongAdder forMemory = new LongAdder();

  /**
   * None yet.
   *
   * @param most how many are kept; 0: none
   * @param mostBytes that all models may take, held or idle
   */
  IdleModels(int most, long mostBytes) {
    if (most < 0) {
      throw new IllegalArgumentException("%d idle models are too few".formatted(most));
    }
    this.most = most;
    this.mostBytes = mostBytes;
  }

  /** What a model was loaded as. How it is run does not belong to it, and may be another later. */
  record Identity(ModelPool.Owner owner, String sha256, ModelContract contract) {}

  /**
   * A model at rest.
   *
   * @param bytes of memory that it is estimated to take
   */
  record Idle(Identity identity, WarmModel warm, long bytes) {}

  /**
   * Takes memory for a model that is about to be loaded; idle ones are unloaded if it needs theirs.
   * Waits for those that are coming to rest, which is soon, before it says no.
   *
   * @return false if even that would not suffice; then nothing is unloaded
   */
  boolean reserve(long bytes) {
    List<Idle> gone = new ArrayList<>();
    synchronized (this) {
      while (bytes > mostBytes - usedBytes + idleBytes()) {
        if (resting == 0 || !awaitRest()) {
          return false;
        }
      }
      while (bytes > mostBytes - usedBytes) {
        gone.add(removeFirst());
      }
      usedBytes += bytes;
    }
    gone.forEach(one -> unload(one, ModelPool.Cause.MEMORY));
    return true;
  }

  private long idleBytes() {
    return models.values().stream().mapToLong(Idle::bytes).sum();
  }

  /** Until one has come to rest; false: interrupted. Called with the lock, which is let go. */
  private boolean awaitRest() {
    try {
      wait();
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * A model that nobody holds may be found no more: until {@link #restEnds}, its memory is neither
   * of a model in use nor of an idle one.
   */
  synchronized void restBegins() {
    resting++;
  }

  /** It is idle now, or its memory was given back. */
  synchronized void restEnds() {
    resting--;
    notifyAll();
  }

  /** Gives memory back, of a model that was held or not even loaded. */
  synchronized void release(long bytes) {
    usedBytes -= bytes;
  }

  /** That model, which is no longer idle and still takes its memory. */
  synchronized Optional<Idle> take(Identity identity) {
    return Optional.ofNullable(models.remove(identity));
  }

  /**
   * Keeps a model that nobody holds any more, or closes it.
   *
   * @param used whether it has scored anything
   */
  void keep(Idle model, boolean used) {
    List<Idle> gone = new ArrayList<>();
    synchronized (this) {
      if (closed || models.containsKey(model.identity())) {
        usedBytes -= model.bytes();
        gone.add(model);
      } else {
        if (used) {
          models.putLast(model.identity(), model);
        } else {
          models.putFirst(model.identity(), model);
        }
        while (models.size() > most) {
          gone.add(removeFirst());
        }
      }
    }
    for (Idle one : gone) {
      if (one == model) {
        one.warm().model().close();
      } else {
        unload(one, ModelPool.Cause.NUMBER);
      }
    }
  }

  private Idle removeFirst() {
    Idle first = models.pollFirstEntry().getValue();
    usedBytes -= first.bytes();
    return first;
  }

  private void unload(Idle one, ModelPool.Cause cause) {
    one.warm().model().close();
    counter(cause).increment();
    LOG.log(
        System.Logger.Level.INFO,
        "{0}/{1}: the idle version with the artefact {2} is unloaded (cause: {3})",
        one.identity().owner().project(),
        one.identity().owner().model(),
        one.identity().sha256(),
        cause.name().toLowerCase(Locale.ROOT));
  }

  private LongAdder counter(ModelPool.Cause cause) {
    return switch (cause) {
      case NUMBER -> forNumber;
      case MEMORY -> forMemory;
    };
  }

  /** Closes all of them; none is kept any more. */
  void close() {
    List<Idle> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(models.values());
      models.clear();
      all.forEach(one -> usedBytes -= one.bytes());
    }
    all.forEach(one -> one.warm().model().close());
  }

  synchronized int size() {
    return models.size();
  }

  synchronized long usedBytes() {
    return usedBytes;
  }

  long mostBytes() {
    return mostBytes;
  }

  /** How many were unloaded for that cause. */
  long unloads(ModelPool.Cause cause) {
    return counter(cause).sum();
  }

  /** The digests of their artefacts. */
  synchronized Set<String> digests() {
    Set<String> digests = new HashSet<>();
    models.keySet().forEach(identity -> digests.add(identity.sha256()));
    return digests;
  }
}
