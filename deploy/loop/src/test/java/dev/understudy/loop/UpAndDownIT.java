package dev.understudy.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.local.stack.Ports;
import dev.understudy.local.stack.StackFile;
import dev.understudy.testkit.TemporaryFiles;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The verbs of the local stack as processes, as a person runs them. */
class UpAndDownIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final int SIGINT = 2;

  private final Path root = Path.of(System.getProperty("understudy.root"));
  private final Ports ports = Ports.free();
  private Path home;
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void makeHome() throws IOException {
    home = Files.createTempDirectory("understudy-up");
  }

  @AfterEach
  void clear() {
    started.forEach(Process::destroyForcibly);
    TemporaryFiles.delete(home);
  }

  @Test
  void aSecondUpFindsEverythingAndDownLeavesNothingBehind() throws Exception {
    Process up = up();
    awaitReady(up);
    assertThat(post("/v1/projects", "{\"name\":\"kept\"}")).isEqualTo(201);
    List<ProcessHandle> parts = parts();
    assertThat(parts).hasSizeGreaterThanOrEqualTo(4).allMatch(ProcessHandle::isAlive);
    assertThat(run("status")).contains("registry").contains("running");
    assertThat(run("tail", "gateways", "--from-start", "--limit", "1")).contains("gateway_id");
    assertThat(Stream.of(ports.gateway(), ports.registry(), ports.collector()))
        .allSatisfy(port -> assertThat(protocolOf(port)).isEqualTo(HttpClient.Version.HTTP_1_1));

    assertThat(run("up")).contains("already runs");
    assertThat(run("down")).contains("Stopped");
    assertThat(up.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(up.exitValue()).isNotZero();
    assertThat(parts).noneMatch(ProcessHandle::isAlive);
    assertNothingIsLeft();

    Process again = up();
    awaitReady(again);
    assertThat(get("/v1/projects/kept")).isEqualTo(200);
    // Ctrl-C is SIGINT, SIGTERM is what a service manager sends; both run the same hooks.
    String signal = ignoresCtrlC() ? "-TERM" : "-INT";
    new ProcessBuilder("kill", signal, String.valueOf(again.pid())).start().waitFor();
    assertThat(again.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertNothingIsLeft();
  }

  @Test
  void aTakenPortStopsTheStartWithTheWayOut() throws Exception {
    try (var taken = new java.net.ServerSocket(ports.registry())) {
      assertThat(taken.isBound()).isTrue();
      assertThat(run("up")).contains("Port " + ports.registry()).contains("--registry-port");
    }
    assertNothingIsLeft();
  }

  /**
   * A shell has its background jobs ignore SIGINT, and everything that they start inherits that.
   */
  private static boolean ignoresCtrlC() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    String ignored =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .map(line -> line.substring("SigIgn:".length()).strip())
            .findFirst()
            .orElse("0");
    return (Long.parseUnsignedLong(ignored, 16) & 1L << (SIGINT - 1)) != 0;
  }

  /** Of an answer to a client that would rather speak HTTP/2. */
  private static HttpClient.Version protocolOf(int port) throws Exception {
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
      URI address = URI.create("http://127.0.0.1:" + port + "/q/metrics");
      HttpResponse<String> response =
          client.send(
              HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(200);
      return response.version();
    }
  }

  private void assertNothingIsLeft() {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      assertThat(all.filter(it -> it.info().commandLine().orElse("").contains(home.toString())))
          .isEmpty();
    }
    assertThat(StackFile.read(home)).isEmpty();
  }

  private List<ProcessHandle> parts() {
    return StackFile.read(home).orElseThrow().parts().values().stream()
        .flatMap(part -> ProcessHandle.of(part.pid()).stream())
        .toList();
  }

  private void awaitReady(Process up) {
    await()
        .atMost(LIMIT)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              assertThat(up.isAlive()).as("see %s", home.resolve("up.log")).isTrue();
              return Files.readString(home.resolve("up.log")).contains("Ready.");
            });
  }

  private Process up() throws IOException {
    Files.deleteIfExists(home.resolve("up.log"));
    Process process =
        command("up")
            .redirectErrorStream(true)
            .redirectOutput(home.resolve("up.log").toFile())
            .start();
    started.add(process);
    return process;
  }

  private String run(String... verb) throws Exception {
    Process process = command(verb).redirectErrorStream(true).start();
    started.add(process);
    String said = new String(process.getInputStream().readAllBytes());
    process.waitFor();
    return said;
  }

  private ProcessBuilder command(String... verb) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Dunderstudy.root=" + root);
    Path built = root.resolve("deploy/local/target");
    command.add("-cp");
    command.add("%s:%s".formatted(built.resolve("understudy-local.jar"), built.resolve("lib/*")));
    command.add("dev.understudy.local.Understudy");
    command.addAll(List.of(verb));
    command.add("--dir");
    command.add(home.toString());
    for (Map.Entry<String, Integer> port : ports.named().entrySet()) {
      command.add("--%s-port".formatted(port.getKey()));
      command.add(String.valueOf(port.getValue()));
    }
    return new ProcessBuilder(command);
  }

  private int post(String path, String body) throws Exception {
    return status(
        HttpRequest.newBuilder(registry(path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private int get(String path) throws Exception {
    return status(HttpRequest.newBuilder(registry(path)).GET());
  }

  private URI registry(String path) {
    return URI.create("http://127.0.0.1:" + ports.registry() + path);
  }

  private static int status(HttpRequest.Builder request) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    }
  }
}
