package dev.understudy.local.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The ports of a stack, all on 127.0.0.1. Immutable. */
public record Ports(
    int gateway, int grpc, int registry, int collector, int kafka, int controller, int postgres) {

  /** Where people expect the services; broker and database off the beaten ports. */
  public static final Ports DEFAULT = new Ports(8080, 8083, 8081, 8082, 29092, 29093, 25432);

  /** Refuses what is no port, or one port twice. */
  public Ports {
    Map<Integer, String> seen = new LinkedHashMap<>();
    for (Map.Entry<String, Integer> one :
        named(gateway, grpc, registry, collector, kafka, controller, postgres).entrySet()) {
      int port = one.getValue();
      if (port < 1 || port > 65535) {
        throw new StackException("--%s-port %d is outside 1..65535".formatted(one.getKey(), port));
      }
      String other = seen.put(port, one.getKey());
      if (other != null) {
        throw new StackException(
            "port %d is given to both %s and %s".formatted(port, other, one.getKey()));
      }
    }
  }

  /** Ports that are free now. */
  public static Ports free() {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < 7; i++) {
        held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      List<Integer> ports = held.stream().map(ServerSocket::getLocalPort).toList();
      return new Ports(
          ports.get(0),
          ports.get(1),
          ports.get(2),
          ports.get(3),
          ports.get(4),
          ports.get(5),
          ports.get(6));
    } catch (IOException e) {
      throw new UncheckedIOException("no free port", e);
    } finally {
      held.forEach(Ports::close);
    }
  }

  /** Each port with the name of the part that takes it. */
  public Map<String, Integer> named() {
    return named(gateway, grpc, registry, collector, kafka, controller, postgres);
  }

  /** Says which port is taken and how to choose another. */
  void requireFree() {
    named()
        .forEach(
            (name, port) -> {
              try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
              } catch (IOException e) {
                throw new StackException(
                    "Port %d, meant for the %s, is taken. Stop what uses it, or choose another with --%s-port."
                        .formatted(port, name, name),
                    e);
              }
            });
  }

  private static Map<String, Integer> named(
      int gateway, int grpc, int registry, int collector, int kafka, int controller, int postgres) {
    Map<String, Integer> all = new LinkedHashMap<>();
    all.put("gateway", gateway);
    all.put("grpc", grpc);
    all.put("registry", registry);
    all.put("collector", collector);
    all.put("kafka", kafka);
    all.put("controller", controller);
    all.put("postgres", postgres);
    return all;
  }

  private static void close(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
