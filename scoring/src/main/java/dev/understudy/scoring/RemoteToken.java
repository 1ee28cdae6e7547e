package dev.understudy.scoring;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A secret that is sent as a header with each call to a server. It may be in a file, which is read
 * again when it was changed, so that it can be replaced while the process runs. Never part of a
 * text or an error. Thread-safe.
 */
public final class RemoteToken {
  private static final System.Logger LOG = System.getLogger(RemoteToken.class.getName());
  private static final int LONGEST = 1 << 14;
  private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,64}");

  /** Visible characters, with blanks between them at most. */
  private static final Pattern VALUE = Pattern.compile("[!-~](?:[ -~]*[!-~])?");

  /** What the transports and the protocol write themselves. */
  private static final Set<String> TAKEN =
      Set.of(
          "connection",
          "content-encoding",
          "content-length",
          "content-type",
          "expect",
          "host",
          "inference-header-content-length",
          "te",
          "traceparent",
          "tracestate",
          "transfer-encoding",
          "upgrade",
          "user-agent");

  private final String header;
  private final String before;
  private final @Nullable Path file;
  private String value;
  private FileTime seen;

  private RemoteToken(Optional<String> header, @Nullable Path file, String value, FileTime seen) {
    this.header = header.map(name -> name.toLowerCase(Locale.ROOT)).orElse("authorization");
    if (!NAME.matcher(this.header).matches()
        || TAKEN.contains(this.header)
        || this.header.startsWith("grpc-")
        || this.header.endsWith("-bin")) {
      throw new IllegalArgumentException(
          "a token cannot go in the header %s".formatted(header.orElse("")));
    }
    this.before = header.isPresent() ? "" : "Bearer ";
    this.file = file;
    this.value = value;
    this.seen = seen;
  }

  /**
   * A token that stays.
   *
   * @param header that it goes in as it is; empty: Authorization, behind the word Bearer
   */
  public static RemoteToken of(Optional<String> header, String value) {
    return new RemoteToken(header, null, checked(value, "the token"), FileTime.fromMillis(0));
  }

  /**
   * The token that a file holds, blanks around it left out.
   *
   * @param header that it goes in as it is; empty: Authorization, behind the word Bearer
   * @throws IllegalArgumentException if it cannot be read now
   */
  public static RemoteToken inFile(Optional<String> header, Path file) {
    try {
      // Before it is read: what is written meanwhile is read again.
      FileTime at = changedAt(file);
      return new RemoteToken(header, file, read(file), at);
    } catch (IOException e) {
      throw new IllegalArgumentException("the token file %s cannot be read".formatted(file), e);
    }
  }

  private static String read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      // One more than is allowed, so that what is longer is seen to be.
      return checked(new String(in.readNBytes(LONGEST + 1), UTF_8).strip(), file.toString());
    }
  }

  // Both transports would refuse it too, and quote it.
  private static String checked(String value, String where) {
    if (value.length() > LONGEST || !VALUE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "%s must be 1 to %d visible ASCII characters".formatted(where, LONGEST));
    }
    return value;
  }

  /** In lower case. */
  String header() {
    return header;
  }

  /** What the header is to say now. Reads the file where it was changed. */
  synchronized String value() {
    refresh();
    return before + value;
  }

  private void refresh() {
    if (file == null) {
      return;
    }
    FileTime now = changedAt(file);
    if (now.equals(seen)) {
      return;
    }
    // Also when it does not serve, so that each state of the file is told once.
    seen = now;
    try {
      value = read(file);
    } catch (IOException | RuntimeException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "the token file {0} does not serve; calls go on with the token before: {1}",
          file,
          e.toString());
    }
  }

  private static FileTime changedAt(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException | RuntimeException gone) {
      return FileTime.fromMillis(0);
    }
  }

  @Override
  public String toString() {
    return "a token in the header " + header;
  }
}
