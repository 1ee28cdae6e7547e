package dev.understudy.local;

import dev.understudy.local.stack.Ports;
import dev.understudy.local.stack.StackFile;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Says what runs and where. */
@Command(
    name = "status",
    description = "Says what runs and where; exit code 1 when something is missing.",
    mixinStandardHelpOptions = true)
final class StatusVerb implements Callable<Integer> {
  @Mixin private Place place = new Place();

  @Override
  public Integer call() {
    Optional<StackFile> stack = StackFile.read(place.home());
    if (stack.isEmpty() || !stack.get().supervisor().alive()) {
      System.out.printf("No stack runs in %s. './understudy up' starts one.%n", place.home());
      return 1;
    }
    print(stack.get().ports());
    System.out.println();
    boolean all = true;
    for (var part : stack.get().parts().entrySet()) {
      boolean alive = part.getValue().alive();
      all &= alive;
      System.out.printf(
          "%-10s %s (pid %d)%n", part.getKey(), alive ? "running" : "ENDED", part.getValue().pid());
    }
    return all ? 0 : 1;
  }

  static void print(Ports ports) {
    String web = "%-10s http://127.0.0.1:%d%s%n";
    System.out.printf(web, "gateway", ports.gateway(), "/v2            (API: /q/openapi)");
    System.out.printf("%-10s 127.0.0.1:%d%n", "grpc", ports.grpc());
    System.out.printf(web, "registry", ports.registry(), "/v1/projects   (API: /q/openapi)");
    System.out.printf(web, "collector", ports.collector(), "/v1/outcomes   (API: /q/openapi)");
    System.out.printf("%-10s 127.0.0.1:%d%n", "kafka", ports.kafka());
    System.out.printf(
        "%-10s jdbc:postgresql://127.0.0.1:%d/understudy%n", "postgres", ports.postgres());
  }
}
