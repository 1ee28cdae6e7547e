package dev.understudy.local;

import dev.understudy.local.stack.StackException;
import dev.understudy.simulation.Simulate;
import dev.understudy.training.Train;
import dev.understudy.training.pipeline.TrainingFailed;
import dev.understudy.training.register.RegistryRefused;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The one command. */
@Command(
    name = "understudy",
    description = "Serves models, rehearses candidates, and lets evidence decide.",
    mixinStandardHelpOptions = true,
    version = "understudy 0.1.0",
    synopsisSubcommandLabel = "VERB",
    subcommands = {
      DemoVerb.class,
      UpVerb.class,
      DownVerb.class,
      StatusVerb.class,
      TailVerb.class,
      OracleVerb.class,
      ReplayVerb.class,
      AuditVerb.class,
      Train.class,
      Simulate.class,
      CommandLine.HelpCommand.class
    },
    footer = {
      "%nVerbs of the script:",
      "  ./understudy test    runs all tests",
      "  ./understudy bench   measures how fast the gateway and the models are"
    })
public final class Understudy {
  // Kept, because the log manager holds its loggers weakly.
  private static final Logger EVERYTHING = Logger.getLogger("");

  private Understudy() {}

  /** Runs a verb; the exit code says whether it did what it is for. */
  public static void main(String[] args) {
    // The libraries' chatter would drown the story; what they warn of is shown.
    EVERYTHING.setLevel(Level.WARNING);
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Understudy())
        .setExecutionExceptionHandler(
            (problem, command, parsed) -> {
              if (problem instanceof StackException
                  || problem instanceof TrainingFailed
                  || problem instanceof RegistryRefused) {
                command.getErr().println("understudy: " + problem.getMessage());
                return 1;
              }
              throw problem;
            });
  }
}
