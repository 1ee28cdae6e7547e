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
 * "url": "http://triton:8000", "model": "credit", "version": "3", "timeout_ms": 500}}}, or with the
 * protocol {@code grpc} and {@code grpc://triton:8001}. It is a value like any artefact; that the
 * server keeps the same model behind the address is the server's promise, which a named version
 * makes firmer.
 *
 * @param url without the protocol's own path, e.g. {@code http://triton:8000}; {@code https} and
 *     {@code grpcs} are over TLS, with the trust of this process
 * @param version empty: the server chooses
 * @param timeout of one call, however much more the caller allows
 */
record RemoteDocument(
    Protocol protocol, URI url, String model, Optional<String> version, Duration timeout) {
  /** Over which transport the server is called. */
  enum Protocol {
    REST,
    GRPC
  }

  /** What is said where a description asks for gRPC and this process does not carry it. */
  static final String NEEDS_GRPC =
      "its server is called over gRPC, which this application does not carry: add"
          + " dev.understudy:contracts, io.grpc:grpc-protobuf, io.grpc:grpc-stub and a transport"
          + " such as io.grpc:grpc-netty";

  private static final String KEY = "understudy_remote";
  private static final int LONGEST = 1 << 16;
  private static final long MOST_MILLIS = 600_000;
  private static final int MOST_PORT = 65_535;
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
      Protocol protocol =
          switch (Json.text(remote, "protocol")) {
            case "rest" -> Protocol.REST;
            case "grpc" -> Protocol.GRPC;
            default ->
                throw new IllegalArgumentException("protocol is not supported; use rest or grpc");
          };
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
          protocol,
          url(protocol, Json.text(remote, "url")),
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

  private static URI url(Protocol protocol, String text) {
    URI url = URI.create(text);
    boolean plain =
        url.getHost() != null
            && url.getRawUserInfo() == null
            && url.getRawQuery() == null
            && url.getRawFragment() == null;
    String scheme = String.valueOf(url.getScheme());
    return switch (protocol) {
      case REST -> {
        if (!plain || !Set.of("http", "https").contains(scheme)) {
          throw new IllegalArgumentException(
              "url is of the form http(s)://host[:port][/path], without user or query");
        }
        yield url;
      }
      case GRPC -> {
        boolean bare = url.getRawPath().isEmpty() || url.getRawPath().equals("/");
        boolean port = url.getPort() >= 1 && url.getPort() <= MOST_PORT;
        if (!plain || !bare || !port || !Set.of("grpc", "grpcs").contains(scheme)) {
          throw new IllegalArgumentException(
              "url is of the form grpc(s)://host:port, without user, path or query");
        }
        yield url;
      }
    };
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
