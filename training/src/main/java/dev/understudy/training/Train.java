package dev.understudy.training;

import dev.understudy.training.data.CreditContract;
import dev.understudy.training.pipeline.Recipe;
import dev.understudy.training.pipeline.TrainedModel;
import dev.understudy.training.pipeline.Training;
import dev.understudy.training.pipeline.TrainingFailed;
import dev.understudy.training.register.RegistryClient;
import dev.understudy.training.register.RegistryRefused;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * The pipeline as a command. Exit codes: 0 done, 1 it failed and the last line says why, 2 the
 * command line is wrong.
 */
@Command(
    name = "train",
    description = "Trains a version of the sample model and, on request, registers it.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class Train implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--recipe",
      required = true,
      converter = RecipeConverter.class,
      description = "What to train: scorecard, logistic, trees, leaky or broken.")
  private @Nullable Recipe recipe;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Drives the split of the rows and the training.")
  private long seed;

  @Option(names = "--out", required = true, description = "Where the folder of the run is written.")
  private @Nullable Path out;

  @Option(
      names = "--registry",
      description = "Register with this registry, e.g. http://localhost:8081.")
  private @Nullable URI registry;

  @Option(
      names = "--project",
      defaultValue = CreditContract.PROJECT,
      description = "Created if it is missing.")
  private String project = CreditContract.PROJECT;

  @Option(
      names = "--model",
      defaultValue = CreditContract.MODEL,
      description = "Created if it is missing.")
  private String model = CreditContract.MODEL;

  /** For the command line, its own or one that has it as a verb. */
  public Train() {}

  /** Runs the command and exits. */
  public static void main(String... args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Train())
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              if (!(failure instanceof TrainingFailed || failure instanceof RegistryRefused)) {
                throw failure;
              }
              command.getErr().println(failure.getMessage());
              return CommandLine.ExitCode.SOFTWARE;
            });
  }

  @Override
  public Integer call() throws TrainingFailed, RegistryRefused {
    if (spec == null || recipe == null || out == null) {
      throw new IllegalStateException("called before the command line was read");
    }
    PrintWriter progress = spec.commandLine().getOut();
    try (RegistryClient client = client(spec.commandLine(), registry)) {
      TrainedModel trained = Training.run(recipe, seed, out, progress::println);
      if (client != null) {
        client.ensureProject(project);
        client.ensureModel(project, model);
        String version = client.register(project, model, trained);
        progress.printf("register  version %s of %s/%s%n", version, project, model);
      }
    }
    return CommandLine.ExitCode.OK;
  }

  /** Checked before the work is done, and not after it. */
  private static @Nullable RegistryClient client(CommandLine command, @Nullable URI registry) {
    try {
      return registry == null ? null : new RegistryClient(registry);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(command, String.valueOf(e.getMessage()), e);
    }
  }

  /** A recipe by its key. */
  static final class RecipeConverter implements ITypeConverter<Recipe> {
    @Override
    public Recipe convert(String key) {
      return Recipe.of(key)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "there is no recipe '%s', only %s".formatted(key, Recipe.keys())));
    }
  }
}
