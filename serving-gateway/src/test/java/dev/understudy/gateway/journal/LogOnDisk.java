package dev.understudy.gateway.journal;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.v1.AttributesGiven;
import dev.understudy.contracts.v1.PredictionEvent;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.ShadowScored;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a journal that was closed while Kafka was away has left on disk.
 *
 * @param bytes of every record, as they would be sent
 */
public record LogOnDisk(
    List<PredictionLogged> predictions,
    List<ShadowScored> shadows,
    List<AttributesGiven> attributes,
    List<byte[]> bytes) {

  /** Reads the directory of a spool. */
  public static LogOnDisk read(Path directory) throws IOException {
    LogOnDisk log =
        new LogOnDisk(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (LogRecord record : records(directory)) {
      log.add(record);
    }
    return log;
  }

  /** What the operating system would keep of a journal's files if the process ended now. */
  public static Path copy(Path directory, Path to) {
    try (Stream<Path> files = Files.list(directory)) {
      Files.createDirectory(to);
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
      return to;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<LogRecord> records(Path directory) throws IOException {
    List<LogRecord> records = new ArrayList<>();
    try (Spool spool = Spool.open(directory, 1 << 30, new SpoolMark(0, 0), () -> {})) {
      for (Spool.Spooled next = spool.next(); next != null; next = spool.next()) {
        records.add(next.record());
      }
    }
    return records;
  }

  private void add(LogRecord record) throws InvalidProtocolBufferException {
    bytes.add(record.value());
    switch (record.kind()) {
      case PREDICTION -> predictions.add(PredictionEvent.parseFrom(record.value()).getLogged());
      case SHADOW -> shadows.add(PredictionEvent.parseFrom(record.value()).getShadow());
      case ATTRIBUTES -> attributes.add(AttributesGiven.parseFrom(record.value()));
    }
  }
}
