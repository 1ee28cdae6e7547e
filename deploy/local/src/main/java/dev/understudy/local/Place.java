package dev.understudy.local;

import dev.understudy.local.stack.Ports;
import dev.understudy.local.stack.StackException;
import dev.understudy.local.stack.StackFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a stack lives and which ports it takes: the options that several verbs share. */
final class Place {
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Data, logs and secrets (default: .understudy/ in the checkout).")
  private @Nullable Path directory;

  @Option(
      names = "--gateway-port",
      paramLabel = "PORT",
      defaultValue = "8080",
      description = "Default: ${DEFAULT-VALUE}.")
  private int gateway;

  @Option(
      names = "--grpc-port",
      paramLabel = "PORT",
      defaultValue = "8083",
      description = "Of the gateway, for gRPC. Default: ${DEFAULT-VALUE}.")
  private int grpc;

  @Option(
      names = "--registry-port",
      paramLabel = "PORT",
      defaultValue = "8081",
      description = "Default: ${DEFAULT-VALUE}.")
  private int registry;

  @Option(
      names = "--collector-port",
      paramLabel = "PORT",
      defaultValue = "8082",
      description = "Default: ${DEFAULT-VALUE}.")
  private int collector;

  @Option(
      names = "--kafka-port",
      paramLabel = "PORT",
      defaultValue = "29092",
      description = "Default: ${DEFAULT-VALUE}.")
  private int kafka;

  @Option(
      names = "--controller-port",
      paramLabel = "PORT",
      defaultValue = "29093",
      description = "Of Kafka's controller. Default: ${DEFAULT-VALUE}.")
  private int controller;

  @Option(
      names = "--postgres-port",
      paramLabel = "PORT",
      defaultValue = "25432",
      description = "Default: ${DEFAULT-VALUE}.")
  private int postgres;

  Path home() {
    return directory != null ? directory.toAbsolutePath() : root().resolve(".understudy");
  }

  Ports ports() {
    return new Ports(gateway, grpc, registry, collector, kafka, controller, postgres);
  }

  /** What clients of the running stack's Kafka connect to. */
  String runningKafka() {
    return StackFile.read(home())
        .filter(stack -> stack.supervisor().alive())
        .map(stack -> "127.0.0.1:" + stack.ports().kafka())
        .orElseThrow(
            () ->
                new StackException(
                    "No stack runs in %s. './understudy up' starts one.".formatted(home())));
  }

  /** The checkout, as the script tells it. */
  static Path root() {
    return Path.of(System.getProperty("understudy.root", "")).toAbsolutePath();
  }
}
