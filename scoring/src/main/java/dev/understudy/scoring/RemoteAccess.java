package dev.understudy.scoring;

import java.net.URI;
import java.util.Locale;
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
 */
public record RemoteAccess(Set<String> hosts, int concurrency, int responseBytes) {
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
  }

  /** Refuses an address that is not allowed. */
  void require(URI url) throws ModelRefused {
    String host = url.getHost().toLowerCase(Locale.ROOT);
    int port = url.getPort() >= 0 ? url.getPort() : url.getScheme().equals("https") ? 443 : 80;
    if (!hosts.contains(host) && !hosts.contains(host + ":" + port)) {
      throw new ModelRefused(
          ModelRefused.Reason.REMOTE_FORBIDDEN,
          "it lives on %s:%d, which is not among the allowed hosts %s; the gateway's setting for them is understudy.remote.allowed-hosts"
              .formatted(host, port, new TreeSet<>(hosts)));
    }
  }
}
