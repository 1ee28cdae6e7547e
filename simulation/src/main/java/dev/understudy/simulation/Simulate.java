package dev.understudy.simulation;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Simulates rollouts and shows how often the judge errs, beside the reference. Exit codes: 0 all
 * figures are accepted (those of which there were too few runs are not judged), 1 one is not, 2 the
 * command line is wrong.
 */
@Command(
    name = "simulate",
    description = {
      "Judges thousands of made-up rollouts whose truth is known, by the classes that serve, and",
      "shows how often the verdicts are false and how long they take, beside reference figures."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class Simulate implements Callable<Integer> {
  private static final int MOST_RUNS = 1_000_000;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "NAME",
      arity = "0..*",
      description = "Scenarios, or ids like s12 or ramp; all without a name. --list shows them.")
  private List<String> names = List.of();

  @Option(
      names = "--runs",
      defaultValue = "200",
      description = {
        "Rollouts of each scenario. Error rates want 1000 or more; medians are compared from 2000 on."
      })
  private int runs;

  @Option(names = "--seed", defaultValue = "2026", description = "Another seed, other rollouts.")
  private long seed;

  @Option(names = "--short", description = "Only the short set, which runs with every build.")
  private boolean brief;

  @Option(names = "--threads", description = "Default: one per processor.")
  private @Nullable Integer threads;

  @Option(names = "--list", description = "Show the scenarios and run none.")
  private boolean list;

  @Option(
      names = "--plots",
      paramLabel = "DIR",
      description = "Draw the pictures of the documentation into DIR and run no scenario.")
  private @Nullable Path plots;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Option(names = "--markdown", description = "Print a table of Markdown.")
  private boolean markdown;

  /** For the command line that has it as a verb. */
  public Simulate() {}

  @Override
  public Integer call() throws InterruptedException, IOException {
    CommandSpec command = Objects.requireNonNull(spec);
    PrintWriter out = command.commandLine().getOut();
    List<Scenario> scenarios = chosen(command);
    if (list) {
      scenarios.forEach(one -> out.printf("%-46s %-10s %s%n", one.name(), one.id(), one.note()));
      out.flush();
      return 0;
    }
    checkRuns(command);
    if (plots != null) {
      Pictures.write(plots, seed, runs).forEach(out::println);
      out.flush();
      return 0;
    }
    List<Row> rows = rows(command, scenarios);
    if (json) {
      out.println(
          new ObjectMapper()
              .enable(SerializationFeature.INDENT_OUTPUT)
              .writeValueAsString(Map.of("scenarios", rows)));
    } else if (markdown) {
      Table.printMarkdown(rows, out);
    } else {
      Table.print(rows, out);
    }
    out.flush();
    return rows.stream().anyMatch(row -> Boolean.FALSE.equals(row.accepted())) ? 1 : 0;
  }

  private void checkRuns(CommandSpec command) {
    if (runs < 1 || runs > MOST_RUNS) {
      throw new ParameterException(
          command.commandLine(), "--runs: %d is not in 1..%d".formatted(runs, MOST_RUNS));
    }
  }

  private List<Row> rows(CommandSpec command, List<Scenario> scenarios)
      throws InterruptedException {
    int processors = Runtime.getRuntime().availableProcessors();
    int atWork = threads == null ? processors : threads;
    if (atWork < 1 || atWork > 4 * processors) {
      throw new ParameterException(
          command.commandLine(), "--threads: %d is not in 1..%d".formatted(atWork, 4 * processors));
    }
    Simulation simulation = new Simulation(runs, seed, atWork);
    Progress progress = new Progress(command.commandLine().getErr(), scenarios.size(), runs);
    List<Row> rows = new ArrayList<>();
    for (Scenario scenario : scenarios) {
      progress.begins(scenario.name());
      rows.addAll(simulation.rows(scenario, progress::ranOnce));
      progress.ended();
    }
    return rows;
  }

  private List<Scenario> chosen(CommandSpec command) {
    List<Scenario> candidates = brief ? Catalogue.shortSet() : Catalogue.all();
    if (names.isEmpty()) {
      return candidates;
    }
    Set<Scenario> chosen = new LinkedHashSet<>();
    for (String name : names) {
      List<Scenario> named =
          candidates.stream()
              .filter(one -> one.name().equals(name) || one.id().equals(name))
              .toList();
      if (named.isEmpty()) {
        throw new ParameterException(
            command.commandLine(),
            "%s is no scenario%s; --list shows them"
                .formatted(name, brief ? " of the short set" : ""));
      }
      chosen.addAll(named);
    }
    return List.copyOf(chosen);
  }
}
