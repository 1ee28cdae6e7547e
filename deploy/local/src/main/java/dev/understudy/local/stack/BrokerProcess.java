package dev.understudy.local.stack;

import dev.understudy.testkit.LocalBroker;
import dev.understudy.testkit.TopicSetup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/** The broker as a process of its own: {@code BrokerProcess DIRECTORY PORT CONTROLLER_PORT}. */
public final class BrokerProcess {
  private BrokerProcess() {}

  /** Starts the broker, makes the topics, and runs until it is told to stop. */
  public static void main(String[] args) throws IOException, InterruptedException {
    LocalBroker broker =
        LocalBroker.start(Path.of(args[0]), Integer.parseInt(args[1]), Integer.parseInt(args[2]));
    TopicSetup.ensure(broker.bootstrapServers());
    CountDownLatch stop = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  broker.close();
                  stop.countDown();
                },
                "stop-broker"));
    System.out.println("broker ready at " + broker.bootstrapServers());
    stop.await();
  }
}
