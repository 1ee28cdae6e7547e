package dev.understudy.gateway;

import dev.understudy.scoring.PromptThreads;
import io.netty.util.concurrent.EventExecutor;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Lets the threads that answer in at once when a request wakes them, before those of this process
 * that may wait: of shadows, of the log, of the compilers.
 */
@ApplicationScoped
final class PromptLoops {
  void start(@Observes StartupEvent started, Vertx vertx) {
    for (EventExecutor loop : vertx.nettyEventLoopGroup()) {
      loop.execute(PromptThreads::beOne);
    }
  }
}
