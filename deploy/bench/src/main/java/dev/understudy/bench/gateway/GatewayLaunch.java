package dev.understudy.bench.gateway;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How gateways are started.
 *
 * @param root of the checkout, where the built gateway is
 * @param home where data and logs go
 * @param jvm the JVM's arguments
 * @param settings of every gateway, beside those that a case needs
 */
public record GatewayLaunch(Path root, Path home, List<String> jvm, Map<String, String> settings) {
  /** The gateway's JVM unless told otherwise; the echo has the same, being in it. */
  public static final List<String> JVM =
      List.of(
          "-Xms512m",
          "-Xmx512m",
          "-XX:+UseParallelGC",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  public GatewayLaunch {
    jvm = List.copyOf(jvm);
    settings = Map.copyOf(settings);
  }
}
