package dev.understudy.bench.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.bench.models.BenchModel;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.local.stack.ServiceProcess;
import dev.understudy.local.stack.StackException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A real gateway in its own process, with the echo mounted. Closing it ends the process. */
public final class MeasuredGateway implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration START_LIMIT = Duration.ofSeconds(120);
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(120);

  private final ServiceProcess process;
  private final int port;
  private final int grpcPort;
  private final HttpClient http = HttpClient.newHttpClient();
  private final AllocationCounter allocations;

  private MeasuredGateway(ServiceProcess process, int port, int grpcPort) {
    this.process = process;
    this.port = port;
    this.grpcPort = grpcPort;
    this.allocations = AllocationCounter.of(process.pid());
  }

  /** What one gateway needs of its own. */
  public record Place(String name, int port, int grpcPort, String kafka, URI registry) {}

  /** Starts a gateway that serves these models, and waits until it is ready. */
  public static MeasuredGateway start(
      GatewayLaunch launch, Place place, List<Deployment> deployments, Map<String, String> own) {
    Path jar = launch.root().resolve("serving-gateway/target/quarkus-app/quarkus-run.jar");
    if (!Files.exists(jar)) {
      throw new StackException(
          "%s is not built: run ./understudy bench, which builds it".formatted(jar));
    }
    Path data = launch.home().resolve(place.name());
    lay(data, deployments);
    Map<String, String> settings = new TreeMap<>();
    settings.put("quarkus.http.host", "127.0.0.1");
    settings.put("quarkus.http.port", String.valueOf(place.port()));
    settings.put("kafka.bootstrap.servers", place.kafka());
    settings.put("understudy.gateway-id", place.name());
    settings.put("understudy.data-dir", data.toString());
    settings.put("understudy.registry-url", place.registry().toString());
    settings.put("understudy.bench.echo", "true");
    settings.putAll(own);
    settings.putAll(launch.settings());
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(launch.jvm());
    settings.forEach((key, value) -> command.add("-D%s=%s".formatted(key, value)));
    command.add("-jar");
    command.add(jar.toString());
    ServiceProcess process =
        new ServiceProcess(
                place.name(),
                command,
                // By environment: a gateway without gRPC would refuse the setting itself.
                Map.of(
                    "ORT_DISABLE_TELEMETRY",
                    "1",
                    "UNDERSTUDY_GRPC_PORT",
                    String.valueOf(place.grpcPort())),
                launch.home().resolve("logs").resolve(place.name() + ".log"),
                ServiceProcess.health(
                    URI.create("http://127.0.0.1:%d/q/health/ready".formatted(place.port()))))
            .inThisSession();
    // Whoever ends the benchmark early must not leave it behind.
    Runtime.getRuntime().addShutdownHook(new Thread(process::kill, "end-" + process.name()));
    process.start();
    try {
      process.awaitReady(START_LIMIT);
      return new MeasuredGateway(process, place.port(), place.grpcPort());
    } catch (RuntimeException e) {
      process.kill();
      throw e;
    }
  }

  // The layout is the hot swap's: a gateway starts from it with every neighbour away.
  private static void lay(Path data, List<Deployment> deployments) {
    try {
      Path routes = Files.createDirectories(data.resolve("routes"));
      Path artefacts = Files.createDirectories(data.resolve("artefacts"));
      for (Deployment deployment : deployments) {
        for (BenchModel model : deployment.artefacts().toList()) {
          Files.write(artefacts.resolve(model.sha256()), model.artefact());
        }
      }
      for (RoutePublished route : Deployment.published(deployments)) {
        Files.write(routes.resolve(Deployment.fileName(route)), route.toByteArray());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the gateway's data cannot be written", e);
    }
  }

  /** Of HTTP. */
  public int port() {
    return port;
  }

  /** Where gRPC is served if it has a port of its own. */
  public int grpcPort() {
    return grpcPort;
  }

  /** The process's CPU time since its start, of all threads, in user and kernel. */
  public Duration cpu() {
    return ProcessHandle.of(process.pid())
        .flatMap(handle -> handle.info().totalCpuDuration())
        .orElseThrow(
            () ->
                new StackException(
                    "The system does not tell the CPU time of process %d"
                        .formatted(process.pid())));
  }

  /** Resident memory in bytes; empty where the system does not tell. */
  public OptionalDouble residentBytes() {
    Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
    try {
      return Files.readAllLines(status).stream()
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D+", "")) * 1024)
          .findFirst();
    } catch (IOException e) {
      return OptionalDouble.empty();
    }
  }

  /** Bytes that all its Java threads have allocated since its start; empty: it does not tell. */
  public OptionalDouble allocatedBytes() {
    return allocations.bytes();
  }

  /** The extensions of the protocol that it says it has. */
  public Set<String> extensions() {
    try {
      JsonNode metadata = JSON.readTree(get("/v2"));
      Set<String> extensions = new LinkedHashSet<>();
      metadata.path("extensions").forEach(one -> extensions.add(one.asText()));
      return extensions;
    } catch (IOException e) {
      throw new StackException("The gateway's metadata cannot be read", e);
    }
  }

  /** The sum of a metric over its labels, of the lines that hold the text; empty: no such. */
  public OptionalDouble metric(String name, String containing) {
    return sum(get("/q/metrics"), name, containing);
  }

  static OptionalDouble sum(String metrics, String name, String containing) {
    double[] values =
        metrics
            .lines()
            .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
            .filter(line -> line.contains(containing))
            .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
            .toArray();
    return values.length == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(Arrays.stream(values).sum());
  }

  /**
   * Waits until what was answered is also sent to the log, from memory and from disk, so that its
   * cost is in the figures.
   */
  public void awaitDrained() {
    long end = System.nanoTime() + DRAIN_LIMIT.toNanos();
    while (!isDrained(get("/q/metrics"))) {
      if (System.nanoTime() > end) {
        throw new StackException(
            "The gateway's log was not sent within %d s; its log is %s"
                .formatted(DRAIN_LIMIT.toSeconds(), process.log()));
      }
      pause(Duration.ofMillis(20));
    }
  }

  private static boolean isDrained(String metrics) {
    return sum(metrics, "gateway_log_buffer_records", "").orElse(0) == 0
        && sum(metrics, "gateway_log_spool_bytes", "").orElse(0) == 0;
  }

  /** Sends one request; answers its status, or nothing when none came in time. */
  public Optional<Integer> status(String path, byte[] body, Duration limit) {
    HttpRequest request =
        request(path)
            .timeout(limit)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    try {
      return Optional.of(http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode());
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private String get(String path) {
    try {
      return http.send(
              request(path).timeout(Duration.ofSeconds(10)).build(),
              HttpResponse.BodyHandlers.ofString())
          .body();
    } catch (IOException e) {
      throw new StackException(
          "The gateway does not answer at %s; its log is %s".formatted(path, process.log()), e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port, path)))
        .version(HttpClient.Version.HTTP_1_1);
  }

  private static void pause(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static StackException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new StackException("interrupted", e);
  }

  @Override
  public void close() {
    allocations.close();
    process.stop();
  }
}
