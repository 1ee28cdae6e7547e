package dev.understudy.gateway;

import dev.understudy.scoring.RemoteAccess;
import dev.understudy.scoring.RemoteLogin;
import dev.understudy.scoring.RemoteTls;
import dev.understudy.scoring.RemoteToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which servers versions may live on, and who this gateway is to them, as the settings say. */
final class RemoteServers {
  private static final String LOGINS = "understudy.remote.logins.";

  private RemoteServers() {}

  /**
   * Reads the files that the settings name.
   *
   * @throws IllegalArgumentException if something does not serve; it names the setting, and quotes
   *     no secret
   */
  static RemoteAccess of(GatewaySettings.Remote settings) {
    List<RemoteLogin> logins = new ArrayList<>();
    for (Map.Entry<String, GatewaySettings.Login> login : settings.logins().entrySet()) {
      String name = LOGINS + login.getKey();
      try {
        logins.add(login(name, login.getValue()));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
      }
    }
    return new RemoteAccess(
        settings.allowedHosts().orElse(Set.of()),
        settings.concurrency(),
        settings.responseBytes(),
        logins);
  }

  private static RemoteLogin login(String name, GatewaySettings.Login settings) {
    boolean hasTls =
        settings.certificate().isPresent()
            || settings.key().isPresent()
            || settings.serverCa().isPresent();
    return new RemoteLogin(
        name,
        settings.hosts(),
        token(settings),
        hasTls
            ? Optional.of(RemoteTls.of(settings.certificate(), settings.key(), settings.serverCa()))
            : Optional.empty(),
        settings.plainText());
  }

  private static Optional<RemoteToken> token(GatewaySettings.Login settings) {
    if (settings.token().isPresent() && settings.tokenFile().isPresent()) {
      throw new IllegalArgumentException("set one of token and token-file, not both");
    }
    Optional<RemoteToken> token =
        settings
            .token()
            .map(value -> RemoteToken.of(settings.header(), value))
            .or(
                () ->
                    settings.tokenFile().map(file -> RemoteToken.inFile(settings.header(), file)));
    if (token.isEmpty() && settings.header().isPresent()) {
      throw new IllegalArgumentException("header is for a token, and there is none");
    }
    return token;
  }
}
