package dev.understudy.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One real broker for all tests of a JVM, with the topics of the contracts. Tests keep apart by the
 * names of their projects and by their prediction ids. Thread-safe.
 */
public final class TestKafka {
  private static final class Shared {
    static final LocalBroker BROKER = startFresh();
  }

  // The system gives a port that was closed away again at once.
  private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

  private TestKafka() {}

  /** What clients connect to; starts the broker at the first call. */
  public static String bootstrapServers() {
    return Shared.BROKER.bootstrapServers();
  }

  /** A port that was free a moment ago, and that nobody else was told of by this process. */
  public static int freePort() {
    while (true) {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        if (GIVEN.add(socket.getLocalPort())) {
          return socket.getLocalPort();
        }
      } catch (IOException e) {
        throw new UncheckedIOException("no free port", e);
      }
    }
  }

  private static LocalBroker startFresh() {
    try {
      Path directory = Files.createTempDirectory("understudy-kafka");
      LocalBroker broker = LocalBroker.start(directory, freePort(), freePort());
      TopicSetup.ensure(broker.bootstrapServers());
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    broker.close();
                    TemporaryFiles.delete(directory);
                  },
                  "stop-test-kafka"));
      return broker;
    } catch (IOException e) {
      throw new UncheckedIOException("the broker for tests did not start", e);
    }
  }
}
