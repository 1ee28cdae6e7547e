package dev.understudy.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * h2load of nghttp2, where it is installed: what wrk is for HTTP/1.1, for HTTP/2 and so for gRPC.
 * It looks at the status of HTTP only; that of gRPC, which comes behind the answer, is checked in
 * the open loop.
 */
public final class H2Load implements ClosedLoop {
  /** How to get it. */
  public static final String INSTALL = "apt-get install nghttp2-client, or brew install nghttp2";

  private static final Pattern REQUESTS =
      Pattern.compile(
          "requests: \\d+ total, \\d+ started, \\d+ done, (\\d+) succeeded, (\\d+) failed,"
              + " (\\d+) errored, (\\d+) timeout");
  private static final Pattern SECONDS = Pattern.compile("finished in ([0-9.]+)(s|ms),");

  private final String version;
  private final int streams;
  private final Path directory;

  private H2Load(String version, int streams, Path directory) {
    this.version = version;
    this.streams = streams;
    this.directory = directory;
  }

  /**
   * h2load, if it is on the path. Bodies are written to the directory.
   *
   * @param concurrency calls on their way, over all connections
   */
  public static Optional<H2Load> find(int concurrency, Path directory) {
    try {
      String said = Tool.run(List.of("h2load", "--version"), Duration.ZERO);
      int streams = Math.ceilDiv(concurrency, OwnClient.HTTP2_CONNECTIONS);
      return Optional.of(new H2Load(said.strip(), streams, directory));
    } catch (IOException notThere) {
      return Optional.empty();
    }
  }

  @Override
  public String generator() {
    return version;
  }

  @Override
  public Load run(Target target, Duration duration) {
    if (target.wire() == Target.Wire.HTTP) {
      throw new IllegalArgumentException("h2load is for HTTP/2");
    }
    List<String> command = new ArrayList<>(List.of("h2load"));
    command.add("-D" + Math.max(1, duration.toSeconds()));
    command.add("-t" + Math.min(Tool.threads(), OwnClient.HTTP2_CONNECTIONS));
    command.add("-c" + OwnClient.HTTP2_CONNECTIONS);
    command.add("-m" + streams);
    target.headers().forEach((name, value) -> command.add("-H%s: %s".formatted(name, value)));
    try {
      command.add("-d" + Files.write(directory.resolve("h2load.body"), target.body()));
      command.add(target.url());
      return result(Tool.run(command, duration));
    } catch (IOException e) {
      throw new UncheckedIOException("h2load did not run", e);
    }
  }

  static Load result(String output) {
    Matcher requests = REQUESTS.matcher(output);
    Matcher seconds = SECONDS.matcher(output);
    if (!requests.find() || !seconds.find()) {
      throw new IllegalStateException("h2load gave no figures; it said: " + output);
    }
    // What failed has a bad status; what is in error or late is among the failed.
    return new Load(
        Long.parseLong(requests.group(1)),
        0,
        Long.parseLong(requests.group(2)),
        Double.parseDouble(seconds.group(1)) / (seconds.group(2).equals("ms") ? 1000 : 1));
  }
}
