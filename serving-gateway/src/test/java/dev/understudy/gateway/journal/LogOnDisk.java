package dev.understudy.gateway.journal;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.understudy.contracts.v1.AttributesGiven;
import dev.understudy.contracts.v1.PredictionEvent;
import dev.understudy.contracts.v1.PredictionLogged;
import dev.understudy.contracts.v1.ShadowScored;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
