package dev.understudy.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/**
 * One Kafka broker and controller (KRaft) inside this process. Data stay in the directory, so a
 * broker started there again has everything that it had. Not thread-safe.
 */
public final class LocalBroker implements AutoCloseable {
  private final KafkaRaftServer server;
  private final int port;

  private LocalBroker(KafkaRaftServer server, int port) {
    this.server = server;
    this.port = port;
  }

  /**
   * Starts a broker.
   *
   * @param directory where the log lives; formatted when it is new
   * @param port of the clients on 127.0.0.1
   * @param controllerPort of the broker's own controller, likewise
   */
  public static LocalBroker start(Path directory, int port, int controllerPort) throws IOException {
    Files.createDirectories(directory);
    Path settings = directory.resolve("server.properties");
    Properties properties = properties(directory.resolve("log"), port, controllerPort);
    try (var out = Files.newBufferedWriter(settings, StandardCharsets.ISO_8859_1)) {
      properties.store(out, null);
    }
    if (!Files.exists(directory.resolve("log/meta.properties"))) {
      format(settings);
    }
    KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(properties), Time.SYSTEM);
    server.startup();
    return new LocalBroker(server, port);
  }

  /** What clients connect to. */
  public String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /** Stops in order; the data stay. */
  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }

  private static void format(Path settings) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int code =
        StorageTool.execute(
            new String[] {
              "format",
              "--ignore-formatted",
              "--cluster-id",
              Uuid.randomUuid().toString(),
              "--config",
              settings.toString()
            },
            new PrintStream(said, true, StandardCharsets.UTF_8));
    if (code != 0) {
      throw new IllegalStateException(
          "the broker's directory could not be formatted: "
              + said.toString(StandardCharsets.UTF_8));
    }
  }

  private static Properties properties(Path log, int port, int controllerPort) {
    Properties settings = new Properties();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", "1");
    settings.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    settings.put(
        "listeners",
        "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(port, controllerPort));
    settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("inter.broker.listener.name", "PLAINTEXT");
    settings.put("log.dirs", log.toString());
    for (String one :
        List.of(
            "offsets.topic.replication.factor",
            "transaction.state.log.replication.factor",
            "transaction.state.log.min.isr",
            "share.coordinator.state.topic.replication.factor",
            "share.coordinator.state.topic.min.isr")) {
      settings.put(one, "1");
    }
    // One broker for one machine: fifty partitions of each internal topic only slow the start.
    settings.put("offsets.topic.num.partitions", "4");
    settings.put("transaction.state.log.num.partitions", "4");
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("auto.create.topics.enable", "false");
    // A transaction left behind by a killed process must not hide newer records for long.
    settings.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "2000");
    settings.put("log.segment.bytes", String.valueOf(128 << 20));
    settings.put("num.network.threads", "2");
    settings.put("num.io.threads", "4");
    return settings;
  }
}
