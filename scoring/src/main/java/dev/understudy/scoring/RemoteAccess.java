package dev.understudy.scoring;

import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which servers a model may live on. An artefact comes from whoever may register a version, so what
 * it names is called only if the owner of this process allows it.
 *
 * @param hosts names or addresses, as {@code host} for any port or {@code host:port}
 * @param concurrency calls of one model that may be under way; one more is shed
 * @param responseBytes the longest answer that is read
 * @param logins who this process is to some of them; at most one for each host or port of it
 */
public record RemoteAccess(
    Set<String> hosts, int concurrency, int responseBytes, List<RemoteLogin> logins) {
  /** No remote model at all. */
  public static final RemoteAccess NONE = new RemoteAccess(Set.of(), 1, 1);

  public RemoteAccess {
    hosts =
        hosts.stream()
            .map(host -> host.strip().toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    if (hosts.stream().anyMatch(host -> host.isEmpty() || host.contains("/") || host.equals("*"))) {
      throw new IllegalArgumentException(
          "an allowed host is a name or an address with or without a port, not one of " + hosts);
    }
    if (concurrency < 1 || responseBytes < 1) {
      throw new IllegalArgumentException(
          "concurrency %d and response bytes %d must be at least 1"
              .formatted(concurrency, responseBytes));
    }
    logins = List.copyOf(logins);
    Set<String> known = new HashSet<>();
    for (RemoteLogin login : logins) {
      for (String host : login.hosts()) {
        if (!isAllowed(hosts, host)) {
          throw new IllegalArgumentException(
              "the login %s is for %s, which is not among the allowed hosts %s"
                  .formatted(login.name(), host, new TreeSet<>(hosts)));
        }
        if (!known.add(host)) {
          throw new IllegalArgumentException("there are two logins for " + host);
        }
      }
    }
  }

  /** Without any login. */
  public RemoteAccess(Set<String> hosts, int concurrency, int responseBytes) {
    this(hosts, concurrency, responseBytes, List.of());
  }

  /** Whether some port of it is. */
  private static boolean isAllowed(Set<String> hosts, String login) {
    return hosts.stream()
        .anyMatch(
            host ->
                host.equals(login) || login.startsWith(host + ":") || host.startsWith(login + ":"));
  }

  /** Refuses an address that is not allowed, or whose login would not be safe there. */
  void require(URI url) throws ModelRefused {
    String host = host(url);
    if (!hosts.contains(host) && !hosts.contains(host + ":" + port(url))) {
      throw new ModelRefused(
          ModelRefused.Reason.REMOTE_FORBIDDEN,
          "it lives on %s:%d, which is not among the allowed hosts %s; the gateway's setting for them is understudy.remote.allowed-hosts"
              .formatted(host, port(url), new TreeSet<>(hosts)));
    }
    Optional<RemoteLogin> login = login(url);
    if (login.isPresent()) {
      login.get().requireEncrypted(url.getScheme());
    }
  }

  /** Who this process is there; one for the port goes before one for the host. */
  Optional<RemoteLogin> login(URI url) {
    String host = host(url);
    return loginOf(host + ":" + port(url)).or(() -> loginOf(host));
  }

  private Optional<RemoteLogin> loginOf(String host) {
    return logins.stream().filter(login -> login.hosts().contains(host)).findFirst();
  }

  private static String host(URI url) {
    return url.getHost().toLowerCase(Locale.ROOT);
  }

  private static int port(URI url) {
    return url.getPort() >= 0 ? url.getPort() : url.getScheme().equals("https") ? 443 : 80;
  }
}
