package dev.understudy.local;

import dev.understudy.collector.oracle.Oracle;
import dev.understudy.collector.oracle.OracleReport;
import dev.understudy.local.stack.StackException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks the judge's statistics against figures from outside. */
@Command(
    name = "oracle",
    description = {
      "Computes a file of cases with the classes that judge, and reports each figure that differs.",
      "Exit code 0 only when every case is of a known method and matches."
    },
    mixinStandardHelpOptions = true)
final class OracleVerb implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      description =
          "Cases with id, method, inputs, expected and tol, as in"
              + " metrics-collector/src/test/resources/oracles/statistics.json.")
  private Path file = Path.of("");

  @Option(
      names = "--json",
      description = "Print cases, mismatches, unknown and details as one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    OracleReport report = check();
    PrintWriter out = out();
    if (json) {
      out.println(report.toJson().toPrettyString());
    } else {
      report.toLines().forEach(out::println);
    }
    out.flush();
    return report.passed() ? 0 : 1;
  }

  private OracleReport check() {
    try (InputStream cases = Files.newInputStream(file)) {
      return Oracle.check(cases);
    } catch (NoSuchFileException e) {
      throw new StackException("There is no file %s.".formatted(file));
    } catch (IOException e) {
      throw new StackException("%s cannot be read: %s".formatted(file, e.getMessage()));
    } catch (IllegalArgumentException e) {
      throw new StackException("%s: %s.".formatted(file, e.getMessage()));
    }
  }

  private PrintWriter out() {
    return spec == null ? new PrintWriter(System.out, true) : spec.commandLine().getOut();
  }
}
