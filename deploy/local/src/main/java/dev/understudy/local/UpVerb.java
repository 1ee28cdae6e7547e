package dev.understudy.local;

import dev.understudy.local.stack.ServiceProcess;
import dev.understudy.local.stack.Stack;
import dev.understudy.local.stack.StackException;
import dev.understudy.local.stack.StackFile;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Starts the stack and stays until Ctrl-C or {@code down}. */
@Command(
    name = "up",
    description = "Starts the stack, and stays until Ctrl-C or 'down'.",
    mixinStandardHelpOptions = true)
final class UpVerb implements Callable<Integer> {
  @Mixin private Place place = new Place();

  @Override
  public Integer call() throws InterruptedException {
    Optional<StackFile> before = StackFile.read(place.home());
    if (before.isPresent() && before.get().supervisor().alive()) {
      throw new StackException(
          "A stack already runs in %s. See it with './understudy status', stop it with './understudy down'."
              .formatted(place.home()));
    }
    before.ifPresent(leftOver -> leftOver.stop(place.home()));
    try (Stack stack =
        Stack.start(
            place.home(),
            place.ports(),
            Place.root(),
            part -> System.out.println("starting " + part))) {
      System.out.println();
      StatusVerb.print(stack.ports());
      System.out.println("logs       " + stack.home().resolve("logs"));
      System.out.println();
      System.out.println("Ready. Ctrl-C, or './understudy down' elsewhere, stops it.");
      return watch(stack);
    }
  }

  private static int watch(Stack stack) throws InterruptedException {
    while (true) {
      Optional<ServiceProcess> ended = stack.ended();
      if (ended.isPresent()) {
        System.err.printf(
            "understudy: the %s has ended; its log is %s%n", ended.get().name(), ended.get().log());
        return 1;
      }
      TimeUnit.SECONDS.sleep(1);
    }
  }
}
