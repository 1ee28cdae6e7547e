package dev.understudy.scoring;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * An artefact that says where a model lives: {@code {"understudy_remote": {"protocol": "rest",
 * "url": "http://triton:8000", "model": "credit", "version": "3", "timeout_ms": 500}}}. It is a
 * value like any artefact; that the server keeps the same model behind the address is the server's
 * promise, which a named version makes firmer.
 *
 * @param url without the protocol's own path, e.g. {@code http://triton:8000}
 * @param version empty: the server chooses
 * @param timeout of one call, however much more the caller allows
 */
record RemoteDocument(URI url, String model, Optional<String> version, Duration timeout) {
  private static final String KEY = "understudy_remote";
  private static final int LONGEST = 1 << 16;
  private static final long MOST_MILLIS = 600_000;
  private static final Set<String> KEYS =
      Set.of("protocol", "url", "model", "version", "timeout_ms");
  private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9._-]{1,128}");

  /** Whether the content says that it is one. */
  static boolean isOne(byte[] content) {
    if (content.length > LONGEST) {
      return false;
    }
    try {
      JsonNode root = Json.tree(content);
      return root.isObject() && root.size() == 1 && root.has(KEY);
    } catch (IOException noJson) {
      return false;
    }
  }

  static RemoteDocument of(byte[] content) throws ModelRefused {
    try {
      JsonNode remote = Json.tree(content).path(KEY);
      for (String name : (Iterable<String>) remote::fieldNames) {
        if (!KEYS.contains(name)) {
          throw new IllegalArgumentException("%s is not one of %s".formatted(name, KEYS));
        }
      }
      String protocol = Json.text(remote, "protocol");
      if (!protocol.equals("rest")) {
        throw new IllegalArgumentException(
            "protocol '%s' is not supported; use rest".formatted(protocol));
      }
      Optional<String> version =
          remote.has("version") ? Optional.of(Json.text(remote, "version")) : Optional.empty();
      version
          .filter(text -> !VERSION.matcher(text).matches())
          .ifPresent(
              text -> {
                throw new IllegalArgumentException("version is not of the form " + VERSION);
              });
      JsonNode timeout = remote.path("timeout_ms");
      if (!timeout.isMissingNode()
          && !(timeout.canConvertToLong()
              && timeout.isIntegralNumber()
              && timeout.asLong() >= 1
              && timeout.asLong() <= MOST_MILLIS)) {
        throw new IllegalArgumentException(
            "timeout_ms is a whole number from 1 to %d".formatted(MOST_MILLIS));
      }
      return new RemoteDocument(
          url(Json.text(remote, "url")),
          Json.text(remote, "model"),
          version,
          Duration.ofMillis(timeout.asLong(MOST_MILLIS)));
    } catch (IOException | IllegalArgumentException e) {
      throw new ModelRefused(
          ModelRefused.Reason.UNREADABLE,
          "the description of the remote model cannot be used: " + e.getMessage(),
          e);
    }
  }

  private static URI url(String text) {
    URI url = URI.create(text);
    boolean plain =
        url.getRawUserInfo() == null && url.getRawQuery() == null && url.getRawFragment() == null;
    boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    if (!web || url.getHost() == null || !plain) {
      throw new IllegalArgumentException(
          "url is of the form http(s)://host[:port][/path], without user or query");
    }
    return url;
  }

  /** The address of the server itself. */
  URI server() {
    return URI.create(base() + "/v2");
  }

  /** The address of the model, which is also that of its metadata. */
  URI metadata() {
    return URI.create(
        base()
            + "/v2/models/"
            + segment(model)
            + version.map(name -> "/versions/" + segment(name)).orElse(""));
  }

  URI infer() {
    return URI.create(metadata() + "/infer");
  }

  private String base() {
    return url.toString().replaceAll("/+$", "");
  }

  private static String segment(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
