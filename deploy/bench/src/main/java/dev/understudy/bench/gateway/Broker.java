package dev.understudy.bench.gateway;

import dev.understudy.contracts.Topic;
import dev.understudy.local.stack.BrokerProcess;
import dev.understudy.local.stack.ServiceProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;

/** A real Kafka broker in its own process, so that its work is not in the gateway's figures. */
public final class Broker implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(120);

  private final ServiceProcess process;
  private final String servers;

  private Broker(ServiceProcess process, String servers) {
    this.process = process;
    this.servers = servers;
  }

  /** Starts one with all topics, and waits until it is ready. */
  public static Broker start(Path home, int port, int controllerPort) {
    String servers = "127.0.0.1:" + port;
    Path log = home.resolve("logs/kafka.log");
    ServiceProcess process =
        new ServiceProcess(
                "kafka",
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx512m",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    BrokerProcess.class.getName(),
                    home.resolve("kafka").toString(),
                    String.valueOf(port),
                    String.valueOf(controllerPort)),
                Map.of(),
                log,
                () -> listens(port) && answers(servers))
            .inThisSession();
    // Whoever ends the benchmark early must not leave it behind.
    Runtime.getRuntime().addShutdownHook(new Thread(process::kill, "end-" + process.name()));
    process.start();
    try {
      process.awaitReady(START_LIMIT);
      return new Broker(process, servers);
    } catch (RuntimeException e) {
      process.kill();
      throw e;
    }
  }

  // A client of Kafka would warn of every attempt before the port is open.
  private static boolean listens(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean answers(String servers) {
    try (Admin admin =
        Admin.create(
            Map.of(
                "bootstrap.servers",
                servers,
                "request.timeout.ms",
                "2000",
                "default.api.timeout.ms",
                "3000"))) {
      return admin.listTopics().names().get(3, TimeUnit.SECONDS).stream()
              .filter(name -> name.startsWith(Topic.PREFIX))
              .count()
          == Topic.values().length;
    } catch (ExecutionException | TimeoutException | KafkaException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** What clients connect to. */
  public String servers() {
    return servers;
  }

  /** Runs something while the broker's clock stands still. */
  public <T> T whileStopped(Supplier<T> action) {
    process.pause();
    try {
      return action.get();
    } finally {
      process.resume();
    }
  }

  @Override
  public void close() {
    process.stop();
  }
}
