package dev.understudy.local.stack;

import dev.understudy.contracts.Topic;
import dev.understudy.testkit.LocalDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * A running stack: broker, database, registry, collector and gateway. Everything it keeps is in one
 * directory, so a stack started there again finds all as it was. Closing it leaves no process
 * behind.
 */
public final class Stack implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(120);
  private static final String DATABASE = "understudy";
  private static final String EVALUATION_KEY = "UNDERSTUDY_EVALUATION_KEY";
  private static final String UNIT_KEY = "UNDERSTUDY_UNIT_KEY";
  private static final String DEADLINE = "understudy.scoring.deadline";

  private final Path home;
  private final Ports ports;
  private final Path root;
  private final Secrets secrets;
  private final GivenSettings given;
  private final Map<String, ServiceProcess> parts =
      Collections.synchronizedMap(new LinkedHashMap<>());
  private @Nullable LocalDatabase database;
  private volatile boolean closed;

  private Stack(Path home, Ports ports, Path root, Secrets secrets, GivenSettings given) {
    this.home = home;
    this.ports = ports;
    this.root = root;
    this.secrets = secrets;
    this.given = given;
  }

  /**
   * Starts a stack and waits until every part is ready. A service's settings may be given as
   * variables of this process's environment; each gets its own.
   *
   * @param home where data, logs and secrets live
   * @param root of the checkout, where the built services are
   * @param progress told in a few words what is being done
   */
  public static Stack start(Path home, Ports ports, Path root, Consumer<String> progress) {
    GivenSettings given = new GivenSettings(System.getenv());
    ports.requireFree();
    Stack stack;
    try {
      Files.createDirectories(home);
      stack = new Stack(home, ports, root, Secrets.in(home.resolve("secrets")), given);
    } catch (IOException e) {
      throw new StackException("%s cannot be written: %s".formatted(home, e.getMessage()), e);
    }
    Thread closer = new Thread(stack::close, "close-stack");
    Runtime.getRuntime().addShutdownHook(closer);
    try {
      stack.startAll(progress);
      return stack;
    } catch (RuntimeException e) {
      stack.close();
      throw e;
    }
  }

  private void startAll(Consumer<String> progress) {
    List<ServiceProcess> services =
        List.of(registry(), collector(), gateway("gateway", ports.gateway(), ports.grpc()));
    progress.accept("Kafka");
    ServiceProcess broker = broker();
    begin(broker);
    progress.accept("PostgreSQL");
    startDatabase();
    broker.awaitReady(START_LIMIT);
    for (ServiceProcess service : services) {
      progress.accept(service.name());
      begin(service);
    }
    services.forEach(service -> service.awaitReady(START_LIMIT));
  }

  private synchronized void startDatabase() {
    requireOpen();
    try {
      LocalDatabase started = LocalDatabase.start(home.resolve("postgres"), ports.postgres());
      database = started;
      started.ensureDatabase(DATABASE);
    } catch (IOException | SQLException e) {
      throw new StackException("PostgreSQL did not start: " + e.getMessage(), e);
    }
  }

  private ServiceProcess broker() {
    List<String> command =
        java(
            "-Xmx512m",
            "-cp",
            System.getProperty("java.class.path"),
            BrokerProcess.class.getName(),
            home.resolve("kafka").toString(),
            String.valueOf(ports.kafka()),
            String.valueOf(ports.controller()));
    return new ServiceProcess("kafka", command, Map.of(), log("kafka"), this::brokerAnswers);
  }

  private ServiceProcess registry() {
    return service(
        GivenSettings.Service.REGISTRY,
        "registry",
        "model-registry",
        ports.registry(),
        Map.of(
            "quarkus.datasource.jdbc.url",
            "jdbc:postgresql://127.0.0.1:%d/%s".formatted(ports.postgres(), DATABASE),
            "quarkus.datasource.username",
            LocalDatabase.USER,
            "quarkus.datasource.password",
            "",
            "understudy.artefact-dir",
            home.resolve("registry/artefacts").toString(),
            "understudy.audit-dir",
            home.resolve("registry/audit").toString()),
        Map.of(EVALUATION_KEY, evaluationKey()));
  }

  private ServiceProcess collector() {
    return collector("collector", ports.collector(), Map.of());
  }

  private ServiceProcess collector(String name, int port, Map<String, String> settings) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("understudy.state-dir", home.resolve(name).toString());
    all.putAll(settings);
    return service(
        GivenSettings.Service.COLLECTOR,
        name,
        "metrics-collector",
        port,
        all,
        Map.of(EVALUATION_KEY, evaluationKey()));
  }

  private ServiceProcess gateway(String name, int port, int grpcPort) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("understudy.gateway-id", name);
    settings.put("understudy.data-dir", home.resolve(name).toString());
    settings.put("understudy.registry-url", registryUrl().toString());
    settings.put("understudy.grpc-port", String.valueOf(grpcPort));
    if (!given.gives(DEADLINE)) {
      // A laptop that is busy with five JVMs may stall; its callers rather wait than fail.
      settings.put(DEADLINE, "PT10S");
    }
    return service(
        GivenSettings.Service.GATEWAY,
        name,
        "serving-gateway",
        port,
        settings,
        Map.of(UNIT_KEY, given.value(UNIT_KEY).orElse(secrets.unitKey())));
  }

  /** One more collector, with its own name and settings, beside the stack's own; not started. */
  public ServiceProcess anotherCollector(String name, int port, Map<String, String> settings) {
    return collector(name, port, settings);
  }

  /** One more gateway, with its own name and data, and gRPC on any free port; not started. */
  public ServiceProcess anotherGateway(String name, int port) {
    return gateway(name, port, 0);
  }

  private ServiceProcess service(
      GivenSettings.Service service,
      String name,
      String module,
      int port,
      Map<String, String> settings,
      Map<String, String> secretSettings) {
    given.requireFree(settings.keySet());
    Path jar = root.resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
    if (!Files.exists(jar)) {
      throw new StackException("%s is not built: run ./understudy, which builds it".formatted(jar));
    }
    List<String> arguments = new ArrayList<>(List.of("-Xmx512m"));
    arguments.add("-Dquarkus.http.host=127.0.0.1");
    arguments.add("-Dquarkus.http.port=" + port);
    arguments.add("-Dkafka.bootstrap.servers=" + bootstrapServers());
    settings.forEach((key, value) -> arguments.add("-D%s=%s".formatted(key, value)));
    arguments.add("-jar");
    arguments.add(jar.toString());
    Map<String, String> environment = new LinkedHashMap<>(secretSettings);
    environment.put("ORT_DISABLE_TELEMETRY", "1");
    ServiceProcess process =
        new ServiceProcess(
                name,
                java(arguments.toArray(String[]::new)),
                environment,
                log(name),
                ServiceProcess.health(url(port).resolve("/q/health/ready")))
            .inheriting(variable -> GivenSettings.mayHave(service, variable));
    parts.put(name, process);
    return process;
  }

  private static List<String> java(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    // Five young JVMs on two cores: the quick compiler alone has them ready in half the time.
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    command.addAll(List.of(arguments));
    return command;
  }

  private boolean brokerAnswers() {
    // A client would warn of every attempt before the port is open.
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.kafka()), 500);
    } catch (IOException e) {
      return false;
    }
    try (Admin admin =
        Admin.create(
            Map.of(
                "bootstrap.servers",
                bootstrapServers(),
                "request.timeout.ms",
                "2000",
                "default.api.timeout.ms",
                "3000"))) {
      return admin.listTopics().names().get(3, TimeUnit.SECONDS).stream()
              .filter(name -> name.startsWith(Topic.PREFIX))
              .count()
          == Topic.values().length;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** The part of that name: kafka, registry, collector, gateway, or one that was added. */
  public ServiceProcess part(String name) {
    ServiceProcess part = parts.get(name);
    if (part == null) {
      throw new IllegalArgumentException("no part of the stack is called " + name);
    }
    return part;
  }

  /** Where data, logs and secrets live. */
  public Path home() {
    return home;
  }

  /** The ports in use. */
  public Ports ports() {
    return ports;
  }

  /** What Kafka clients connect to. */
  public String bootstrapServers() {
    return "127.0.0.1:" + ports.kafka();
  }

  /** The gateway's address. */
  public URI gatewayUrl() {
    return url(ports.gateway());
  }

  /** The registry's address. */
  public URI registryUrl() {
    return url(ports.registry());
  }

  /** The collector's address. */
  public URI collectorUrl() {
    return url(ports.collector());
  }

  private static URI url(int port) {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** The key that collector and registry share. */
  public String evaluationKey() {
    return given.value(EVALUATION_KEY).orElse(secrets.evaluationKey());
  }

  /** The first part that has ended by itself, if one has; while the stack is stopped, none has. */
  public Optional<ServiceProcess> ended() {
    if (closed) {
      return Optional.empty();
    }
    return List.copyOf(parts.values()).stream().filter(part -> !part.running()).findFirst();
  }

  /** Stops all parts in order; may be called again. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    List<ServiceProcess> all = new ArrayList<>(List.copyOf(parts.values()));
    ServiceProcess kafka = parts.get("kafka");
    all.remove(kafka);
    // Gateways stop first, so that what they still have to log finds a broker.
    all.reversed().parallelStream().forEach(ServiceProcess::stop);
    if (kafka != null) {
      kafka.stop();
    }
    try {
      if (database != null) {
        database.close();
      }
    } catch (IOException e) {
      System.err.println("PostgreSQL did not stop in order: " + e.getMessage());
    }
    StackFile.delete(home);
  }

  /** Starts a part unless the stack is being closed, which then finds it among the others. */
  private synchronized void begin(ServiceProcess part) {
    requireOpen();
    part.start();
    parts.put(part.name(), part);
    StackFile.write(home, ports, List.copyOf(parts.values()));
  }

  private void requireOpen() {
    if (closed) {
      throw new StackException("the stack is being stopped");
    }
  }

  private Path log(String name) {
    return home.resolve("logs").resolve(name + ".log");
  }
}
