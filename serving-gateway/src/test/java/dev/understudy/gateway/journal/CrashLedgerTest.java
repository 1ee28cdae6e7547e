package dev.understudy.gateway.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashLedgerTest {
  @TempDir private Path directory;

  @Test
  void whatWasInMemoryAloneAtACrashIsToldOnce() throws IOException {
    Path afterCrash = directory.resolve("after");
    try (CrashLedger ledger = CrashLedger.open(directory.resolve("before"))) {
      for (int i = 0; i < 5; i++) {
        ledger.taken(LogRecord.Kind.PREDICTION);
      }
      ledger.taken(LogRecord.Kind.SHADOW);
      ledger.safe(LogRecord.Kind.PREDICTION);
      ledger.safe(LogRecord.Kind.SHADOW);
      ledger.mark(new SpoolMark(3, 77));
      // What the operating system would keep of the file if the process ended here.
      copy(directory.resolve("before"), afterCrash);
    }

    try (CrashLedger ledger = CrashLedger.open(afterCrash)) {
      assertThat(ledger.lost(LogRecord.Kind.PREDICTION)).isEqualTo(4);
      assertThat(ledger.lost(LogRecord.Kind.SHADOW)).isZero();
      assertThat(ledger.mark()).isEqualTo(new SpoolMark(3, 77));
    }
    try (CrashLedger ledger = CrashLedger.open(afterCrash)) {
      assertThat(ledger.lost(LogRecord.Kind.PREDICTION)).isZero();
      assertThat(ledger.mark()).isEqualTo(new SpoolMark(3, 77));
    }
  }

  @Test
  void aSecondGatewayIsKeptOutOfTheDirectory() throws IOException {
    try (CrashLedger first = CrashLedger.open(directory)) {
      assertThat(first.lost(LogRecord.Kind.PREDICTION)).isZero();
      assertThatThrownBy(() -> CrashLedger.open(directory))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("understudy.data-dir");
    }
    CrashLedger.open(directory).close();
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    Files.copy(from.resolve("ledger"), to.resolve("ledger"));
  }
}
