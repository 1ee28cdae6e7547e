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

/** wrk, where it is installed: a closed loop that costs little of the machine. HTTP/1.1 only. */
public final class Wrk implements ClosedLoop {
  /** How to get it. */
  public static final String INSTALL = "apt-get install wrk, or brew install wrk";

  private static final Pattern RESULT = Pattern.compile("^understudy (\\d+) (\\d+) (\\d+)$");

  private final String version;
  private final int connections;
  private final Path directory;

  private Wrk(String version, int connections, Path directory) {
    this.version = version;
    this.connections = connections;
    this.directory = directory;
  }

  /** wrk, if it is on the path. Its scripts are written to the directory. */
  public static Optional<Wrk> find(int connections, Path directory) {
    try {
      // Without arguments it names itself, and its exit code means nothing.
      String said = Tool.run(List.of("wrk", "-v"), Duration.ZERO);
      Matcher version = Pattern.compile("^wrk \\S*").matcher(said);
      return Optional.of(new Wrk(version.find() ? version.group() : "wrk", connections, directory));
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
    if (target.wire() != Target.Wire.HTTP) {
      throw new IllegalArgumentException("wrk speaks HTTP/1.1, not " + target.wire());
    }
    List<String> command =
        List.of(
            "wrk",
            "-t" + Tool.threads(),
            "-c" + connections,
            "-d" + Math.max(1, duration.toSeconds()) + "s",
            "--timeout",
            "2s",
            "-s",
            script(target).toString(),
            target.url());
    try {
      return result(Tool.run(command, duration));
    } catch (IOException e) {
      throw new UncheckedIOException("wrk did not run", e);
    }
  }

  // No function request(): wrk then writes the request once and sends the same bytes each time.
  private Path script(Target target) {
    try {
      Path body = Files.write(directory.resolve("wrk.body"), target.body());
      List<String> lines = new ArrayList<>();
      lines.add("wrk.method = 'POST'");
      lines.add("local file = io.open('%s', 'rb')".formatted(quoted(body.toString())));
      lines.add("wrk.body = file:read('*a')");
      lines.add("file:close()");
      target
          .headers()
          .forEach(
              (name, value) ->
                  lines.add("wrk.headers['%s'] = '%s'".formatted(quoted(name), quoted(value))));
      lines.add("function done(summary, latency, requests)");
      lines.add("  local errors = summary.errors");
      lines.add(
          "  io.write(string.format('understudy %d %d %d\\n', summary.requests, summary.duration,");
      lines.add(
          "    errors.connect + errors.read + errors.write + errors.status + errors.timeout))");
      lines.add("end");
      return Files.write(directory.resolve("wrk.lua"), lines);
    } catch (IOException e) {
      throw new UncheckedIOException("wrk's script cannot be written", e);
    }
  }

  private static String quoted(String text) {
    return text.replace("\\", "\\\\").replace("'", "\\'");
  }

  /** Reads what the script prints at the end: requests, microseconds, errors. */
  static Load result(String output) {
    for (String line : output.lines().toList()) {
      Matcher numbers = RESULT.matcher(line);
      if (numbers.matches()) {
        long errors = Long.parseLong(numbers.group(3));
        long requests = Long.parseLong(numbers.group(1));
        // Of the errors only a bad status is counted among the requests; to subtract all is safe.
        return new Load(
            Math.max(0, requests - errors), 0, errors, Long.parseLong(numbers.group(2)) / 1e6);
      }
    }
    throw new IllegalStateException("wrk gave no figures; it said: " + output);
  }
}
