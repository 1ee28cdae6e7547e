package dev.understudy.bench;

import dev.understudy.local.stack.StackException;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** How fast it is. */
@Command(
    name = "understudy bench",
    description = "Measures on this machine; leave it alone meanwhile.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "WHAT",
    subcommands = {
      GatewayVerb.class,
      ScoringVerb.class,
      CollectorVerb.class,
      DecisionVerb.class,
      CommandLine.HelpCommand.class
    })
public final class Bench {
  // Kept, because the log manager holds its loggers weakly.
  private static final Logger EVERYTHING = Logger.getLogger("");

  private Bench() {}

  /** Runs a verb; the exit code says whether all was measured and nothing failed. */
  public static void main(String[] args) {
    EVERYTHING.setLevel(Level.WARNING);
    System.exit(command().execute(args));
  }

  static CommandLine command() {
    return new CommandLine(new Bench())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (problem, command, parsed) -> {
              if (problem instanceof StackException) {
                command.getErr().println("understudy: " + problem.getMessage());
                return 1;
              }
              throw problem;
            });
  }
}
