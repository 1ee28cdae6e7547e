package dev.understudy.gateway.protocol;

import dev.understudy.contracts.ProblemType;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of all requests that are under way, however many connections they come over, under one
 * bound: what is received, what it is when unpacked, and the answers that clients have not taken
 * yet. Thread-safe.
 */
public final class InFlightBytes {
  private final long most;
  private final AtomicLong held = new AtomicLong();

  /**
   * Nothing is under way yet.
   *
   * @param most of all requests together; at least what one of them may have
   */
  public InFlightBytes(long most, RequestLimits limits) {
    if (most < limits.bodyBytes()) {
      throw new IllegalArgumentException(
          "%d bytes in flight are less than the %d that one request may have"
              .formatted(most, limits.bodyBytes()));
    }
    this.most = most;
  }

  /** What is under way now. */
  public long held() {
    return held.get();
  }

  /** The part of a request that begins. */
  Share open() {
    return new Share();
  }

  /** What one request holds. It begins with one user, and is over when the last has left. */
  final class Share {
    private long bytes;
    private int users = 1;

    /**
     * So many bytes more.
     *
     * @throws RequestRefused if they are too many together with those of other requests
     */
    synchronized void take(long more) {
      if (users == 0) {
        return;
      }
      long now = held.addAndGet(more);
      bytes += more;
      if (now > most) {
        throw new RequestRefused(
            ProblemType.OVERLOADED,
            "more than %d bytes of requests are under way; try again in a moment".formatted(most));
      }
    }

    /**
     * At least so many bytes in all, for what came can be larger on the heap.
     *
     * @throws RequestRefused if they are too many together with those of other requests
     */
    synchronized void cover(long all) {
      if (all > bytes) {
        take(all - bytes);
      }
    }

    /** An answer is never refused; it only keeps others from coming in. */
    synchronized void answer(int more) {
      if (users > 0) {
        held.addAndGet(more);
        bytes += more;
      }
    }

    /** What was received is of no use any more. */
    synchronized void forget() {
      held.addAndGet(-bytes);
      bytes = 0;
    }

    /** One more user. */
    synchronized void enter() {
      users++;
    }

    /** A user is done; once more than they have entered changes nothing. */
    synchronized void leave() {
      if (users > 0 && --users == 0) {
        forget();
      }
    }
  }
}
