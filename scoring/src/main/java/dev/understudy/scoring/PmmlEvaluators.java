package dev.understudy.scoring;

import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.pmml4s.model.Model;

/**
 * pmml4s models of one document, one for each run that goes on at once: they hold state that they
 * set while they predict, and have answered NaN when several threads shared one. There are never
 * more than threads that score.
 */
final class PmmlEvaluators {
  private static final Duration READING = Duration.ofSeconds(30);
  private static final long STACK_BYTES = 64L << 20;

  private final String text;
  private final ConcurrentLinkedQueue<Model> idle = new ConcurrentLinkedQueue<>();

  PmmlEvaluators(String text) throws ModelRefused {
    this.text = text;
    idle.add(read(text));
  }

  /** One that nobody else uses. */
  Model take() throws ModelRefused {
    Model model = idle.poll();
    return model != null ? model : read(text);
  }

  void giveBack(Model model) {
    idle.add(model);
  }

  /**
   * Reads the document on a thread in a group of its own: pmml4s starts a parser thread, which
   * waits for ever when the document is refused half way, and a deeply nested tree needs more stack
   * than callers may have.
   */
  private static Model read(String text) throws ModelRefused {
    ThreadGroup group = new ThreadGroup("pmml");
    AtomicReference<@Nullable Model> model = new AtomicReference<>();
    AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    Thread reading =
        new Thread(
            group,
            () -> {
              try {
                model.set(Model.fromString(text));
              } catch (Exception | StackOverflowError | OutOfMemoryError e) {
                failure.set(e);
              }
            },
            "pmml-reader",
            STACK_BYTES);
    reading.setDaemon(true);
    reading.start();
    try {
      reading.join(READING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ModelRefused(ModelRefused.Reason.UNREADABLE, "reading it was interrupted", e);
    } finally {
      group.interrupt();
    }
    Throwable cause = failure.get();
    if (cause != null) {
      throw new ModelRefused(
          ModelRefused.Reason.UNREADABLE, "pmml4s cannot read it: " + cause, cause);
    }
    Model read = model.get();
    if (read == null) {
      throw new ModelRefused(
          ModelRefused.Reason.UNREADABLE, "reading it takes longer than %s".formatted(READING));
    }
    return read;
  }
}
