package dev.understudy.scoring;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Who this process is to some of the servers that models live on. It comes from the owner of the
 * process, never from an artefact.
 *
 * @param name for errors, which say what of it is wrong
 * @param hosts that it is for, as {@code host} for any port or {@code host:port}
 * @param token sent with each call
 * @param tls what is shown, and whom is believed, where the call is over TLS
 * @param mayGoInPlainText whether the token may go over a connection that is not encrypted
 */
public record RemoteLogin(
    String name,
    Set<String> hosts,
    Optional<RemoteToken> token,
    Optional<RemoteTls> tls,
    boolean mayGoInPlainText) {
  private static final Set<String> ENCRYPTED = Set.of("https", "grpcs");

  public RemoteLogin {
    hosts =
        hosts.stream()
            .map(host -> host.strip().toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    if (hosts.isEmpty()) {
      throw new IllegalArgumentException("a login is for one host at least");
    }
    if (token.isEmpty() && tls.isEmpty()) {
      throw new IllegalArgumentException("a login needs a token, a certificate or a server's CA");
    }
  }

  /** Refuses a description that would have the login go where anybody can read it. */
  void requireEncrypted(String scheme) throws ModelRefused {
    if (!mayGoInPlainText && !ENCRYPTED.contains(scheme)) {
      throw new ModelRefused(
          ModelRefused.Reason.REMOTE_FORBIDDEN,
          ("its server has the login %s, which would go over %s for anybody to read; describe it with"
                  + " https or grpcs, or allow it with plain-text of the login")
              .formatted(name, scheme));
    }
  }
}
