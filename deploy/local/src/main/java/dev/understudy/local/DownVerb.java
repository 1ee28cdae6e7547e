package dev.understudy.local;

import dev.understudy.local.stack.StackFile;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Stops the stack, whoever started it, and whatever it left behind. */
@Command(
    name = "down",
    description = "Stops the stack; the data stay.",
    mixinStandardHelpOptions = true)
final class DownVerb implements Callable<Integer> {
  @Mixin private Place place = new Place();

  @Override
  public Integer call() {
    Optional<StackFile> stack = StackFile.read(place.home());
    if (stack.isEmpty()) {
      System.out.println("No stack runs in " + place.home());
      return 0;
    }
    stack.get().stop(place.home());
    System.out.println("Stopped. The data are kept in " + place.home());
    return 0;
  }
}
