package dev.understudy.registry.artefact;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.understudy.contracts.ProblemType;
import dev.understudy.registry.problem.Refused;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Set;

/**
 * Whether an artefact describes a model on another server. The registry never calls it: the gateway
 * does, if its settings allow the host, and checks what it answers with.
 */
public final class RemoteOutline {
  private static final long MOST_BYTES = 1 << 16;
  private static final String KEY = "understudy_remote";
  private static final Set<String> FIELDS =
      Set.of("protocol", "url", "model", "version", "timeout_ms");
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private RemoteOutline() {}

  /**
   * Checks a file.
   *
   * @throws Refused when it is no such description
   */
  public static void check(Path file) throws IOException {
    if (Files.size(file) > MOST_BYTES) {
      throw refused("the description of a remote model has %d bytes at most".formatted(MOST_BYTES));
    }
    check(Files.readAllBytes(file));
  }

  static void check(byte[] content) {
    JsonNode root;
    try {
      root = JSON.readTree(content);
    } catch (IOException e) {
      throw refused("it is no JSON");
    }
    JsonNode remote = root.path(KEY);
    if (!remote.isObject() || root.size() != 1) {
      throw refused("it is not of the form {\"%s\": {...}}".formatted(KEY));
    }
    for (Iterator<String> names = remote.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!FIELDS.contains(name)) {
        throw refused("its field %s is none of %s".formatted(name, FIELDS));
      }
    }
    String url = remote.path("url").asText();
    boolean isAddress =
        switch (remote.path("protocol").asText()) {
          case "rest" -> isAddress(url, false, "http", "https");
          case "grpc" -> isAddress(url, true, "grpc", "grpcs");
          default -> throw refused("its protocol must be rest or grpc");
        };
    if (remote.path("model").asText().isEmpty() || !isAddress) {
      throw refused(
          "it needs a model, and a url of the form http(s)://host[:port][/path] for rest, or"
              + " grpc(s)://host:port for grpc");
    }
  }

  /** Whether it is one; a bare one has a port and no path. */
  private static boolean isAddress(String text, boolean bare, String plain, String secure) {
    try {
      URI url = URI.create(text);
      return (plain.equals(url.getScheme()) || secure.equals(url.getScheme()))
          && url.getHost() != null
          && url.getRawUserInfo() == null
          && url.getRawQuery() == null
          && url.getRawFragment() == null
          && !(bare && (url.getPort() < 1 || url.getRawPath().length() > 1));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static Refused refused(String why) {
    return Refused.field(ProblemType.INVALID_ARTEFACT, "sha256", why);
  }
}
