package dev.understudy.local;

import dev.understudy.local.demo.Demo;
import dev.understudy.local.demo.DemoReport;
import java.io.IOException;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The whole loop on real data. */
@Command(
    name = "demo",
    description =
        "The whole loop on real loan applications, on a stack of its own: four candidates rehearse,"
            + " two are promoted, two are not. Exit code 0 only if so and no request was lost.",
    mixinStandardHelpOptions = true)
final class DemoVerb implements Callable<Integer> {
  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Drives row split, training, order and delays. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "600",
      description = "Requests a second. Default: ${DEFAULT-VALUE}.")
  private double rate;

  @Option(
      names = "--json",
      description = "Print one JSON object as the last line; the story goes to standard error.")
  private boolean json;

  @Option(names = "--keep", description = "Keep the demo's data and logs when it ends.")
  private boolean keep;

  @Override
  public Integer call() throws IOException {
    PrintStream story = json ? System.err : System.out;
    DemoReport report = new Demo(Place.root(), seed, rate, keep, story).run();
    if (json) {
      System.out.println(report.json());
    }
    return report.asItShould() ? 0 : 1;
  }
}
