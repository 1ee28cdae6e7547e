package dev.understudy.gateway.hotswap;

import dev.understudy.contracts.v1.RoutePublished;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** The last committed route of every model on local disk, one file each. Not thread-safe. */
final class RouteStore {
  private static final Logger LOG = Logger.getLogger(RouteStore.class);
  private static final String SUFFIX = ".pb";

  private final Path directory;

  RouteStore(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
  }

  /** Remembers the committed part of a record; whole or not at all. */
  void save(RoutePublished published) throws IOException {
    RoutePublished committed = published.toBuilder().clearPrepared().build();
    Path temporary = Files.createTempFile(directory, "route", ".part");
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      ByteBuffer content = ByteBuffer.wrap(committed.toByteArray());
      while (content.hasRemaining()) {
        channel.write(content);
      }
      channel.force(true);
    }
    // No name holds a '+', so two models never share a file.
    String name = published.getProject() + "+" + published.getModel() + SUFFIX;
    Files.move(temporary, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  /** What was remembered; a file that cannot be read is reported and left out. */
  List<RoutePublished> load() throws IOException {
    List<RoutePublished> routes = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(path -> path.toString().endsWith(SUFFIX)).sorted().toList()) {
        try {
          routes.add(RoutePublished.parseFrom(Files.readAllBytes(file)));
        } catch (IOException e) {
          LOG.errorf(e, "the remembered route %s cannot be read; it comes again from Kafka", file);
        }
      }
    }
    return routes;
  }
}
