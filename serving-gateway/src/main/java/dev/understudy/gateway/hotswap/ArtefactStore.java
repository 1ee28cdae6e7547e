package dev.understudy.gateway.hotswap;

import dev.understudy.contracts.Digest;
import dev.understudy.scoring.ModelPool;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Artefacts by digest: on local disk, or fetched from the registry and then on local disk. A file
 * is there under its digest only when its content has it. Thread-safe.
 */
final class ArtefactStore {
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration FETCH = Duration.ofSeconds(60);

  /** What a registry, or a proxy before it, answers that cannot answer now. */
  private static final Set<Integer> AWAY = Set.of(429, 502, 503, 504);

  private final Path directory;
  private final URI registry;
  private final long maximumBytes;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT).build();

  ArtefactStore(Path directory, URI registry, long maximumBytes) throws IOException {
    this.directory = Files.createDirectories(directory);
    this.registry = registry;
    this.maximumBytes = maximumBytes;
  }

  /** Sees to it that the artefact is on disk, so that loading it need not wait for the network. */
  void require(String sha256) throws IOException {
    Path file = directory.resolve(sha256);
    if (!Files.exists(file)) {
      fetch(sha256, file);
    }
  }

  /** The bytes of that digest. Blocks. */
  byte[] content(String sha256) throws IOException {
    Path file = directory.resolve(sha256);
    if (Files.exists(file)) {
      byte[] content = Files.readAllBytes(file);
      if (Digest.of(content).equals(sha256)) {
        return content;
      }
      // A file that was damaged on disk is worth no more than none.
      Files.delete(file);
    }
    fetch(sha256, file);
    return Files.readAllBytes(file);
  }

  /** The same, for whoever may need it later. */
  ModelPool.Artefact artefact(String sha256) {
    return new ModelPool.Artefact() {
      @Override
      public byte[] content() throws IOException {
        return ArtefactStore.this.content(sha256);
      }

      @Override
      public long bytes() {
        return directory.resolve(sha256).toFile().length();
      }
    };
  }

  private void fetch(String sha256, Path file) throws IOException {
    URI address = URI.create(registry.toString().replaceAll("/+$", "") + "/v1/artefacts/" + sha256);
    HttpRequest request = HttpRequest.newBuilder(address).timeout(FETCH).build();
    Path temporary = Files.createTempFile(directory, sha256, ".part");
    try {
      HttpResponse<InputStream> response = send(request);
      String actual;
      try (InputStream body = response.body()) {
        if (response.statusCode() != 200) {
          String answer =
              "the registry answers %d for artefact %s".formatted(response.statusCode(), sha256);
          throw AWAY.contains(response.statusCode())
              ? new RegistryAway(answer)
              : new IOException(answer);
        }
        actual = copy(new FromRegistry(body), temporary);
      }
      if (!actual.equals(sha256)) {
        throw new DigestMismatch(
            "the registry's artefact has the SHA-256 %s, announced was %s"
                .formatted(actual, sha256));
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while an artefact was fetched", e);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private HttpResponse<InputStream> send(HttpRequest request)
      throws IOException, InterruptedException {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw new RegistryAway(e.toString(), e);
    }
  }

  private String copy(InputStream body, Path file) throws IOException {
    MessageDigest digest = Digest.sha256();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        OutputStream out = new DigestOutputStream(Channels.newOutputStream(channel), digest)) {
      long copied = body.transferTo(new Bounded(out, maximumBytes));
      if (copied == 0) {
        throw new IOException("the registry's artefact is empty");
      }
      channel.force(true);
    }
    return Digest.hex(digest.digest());
  }

  /** The registry cannot be asked, which says nothing of the artefact. */
  static final class RegistryAway extends IOException {
    private static final long serialVersionUID = 1;

    RegistryAway(String message) {
      super(message);
    }

    RegistryAway(String message, IOException cause) {
      super(message, cause);
    }
  }

  /** An answer's body; that it breaks off is the registry's failure, and no disk's. */
  private static final class FromRegistry extends FilterInputStream {
    FromRegistry(InputStream body) {
      super(body);
    }

    @Override
    public int read() throws IOException {
      try {
        return super.read();
      } catch (IOException e) {
        throw new RegistryAway("the artefact broke off: " + e.getMessage(), e);
      }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return super.read(bytes, offset, length);
      } catch (IOException e) {
        throw new RegistryAway("the artefact broke off: " + e.getMessage(), e);
      }
    }
  }

  /** Content with another digest: asking again will not help. */
  static final class DigestMismatch extends IOException {
    private static final long serialVersionUID = 1;

    DigestMismatch(String message) {
      super(message);
    }
  }

  private static final class Bounded extends OutputStream {
    private final OutputStream out;
    private long left;

    Bounded(OutputStream out, long maximum) {
      this.out = out;
      this.left = maximum;
    }

    @Override
    public void write(int single) throws IOException {
      write(new byte[] {(byte) single}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      left -= length;
      if (left < 0) {
        throw new IOException(
            "the artefact is larger than understudy.artefact-bytes allows; raise it");
      }
      out.write(bytes, offset, length);
    }
  }

  /** Deletes what no route names any more. */
  void keepOnly(Set<String> digests) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (Digest.isOne(name) && !digests.contains(name)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
