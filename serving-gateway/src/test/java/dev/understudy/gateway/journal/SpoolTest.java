package dev.understudy.gateway.journal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log on disk: nothing is lost by a stop, and what a crash has torn is skipped and counted. */
class SpoolTest {
  private static final SpoolMark NONE = new SpoolMark(0, 0);
  private static final long BOUND = 1 << 20;

  @TempDir private Path directory;
  private final AtomicInteger torn = new AtomicInteger();

  @Test
  void recordsComeBackAsTheyWereAndInTheirOrder() throws IOException {
    LogRecord shadow =
        new LogRecord(
            LogRecord.Kind.SHADOW,
            1_764_000_000_123L,
            bytes("key"),
            bytes("key/2"),
            bytes("value"),
            bytes("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01a=b"));
    try (Spool spool = open(NONE)) {
      spool.write(List.of(record(1), shadow), true, true);
      spool.write(List.of(record(2)), true, false);

      assertThat(read(spool)).containsExactly("1", "value", "2");
    }
    try (Spool spool = open(NONE)) {
      spool.next();
      assertThat(spool.next().record()).usingRecursiveComparison().isEqualTo(shadow);
    }
  }

  @Test
  void theNextProcessReadsWhatIsNotSettled() throws IOException {
    try (Spool spool = open(NONE)) {
      spool.write(records(0, 10), true, false);
    }
    try (Spool spool = open(NONE)) {
      spool.write(records(10, 12), true, false);
      assertThat(read(spool)).containsExactlyElementsOf(values(0, 12));
      assertThat(spool.bytes()).isPositive();
    }
  }

  @Test
  void theMarkSavesTheNextProcessFromSendingWhatIsAcknowledged() throws IOException {
    SpoolMark mark = NONE;
    try (Spool spool = open(NONE)) {
      spool.write(records(0, 10), true, false);
      for (int i = 0; i < 4; i++) {
        Spool.Spooled next = spool.next();
        mark = new SpoolMark(next.segment().number(), next.end());
      }
    }
    try (Spool spool = open(SpoolMark.of(mark.written()))) {
      assertThat(read(spool)).containsExactlyElementsOf(values(4, 10));
    }
  }

  @Test
  void aFileIsDeletedWhenAllOfItIsSettled() throws IOException {
    try (Spool spool = open(NONE)) {
      spool.write(records(0, 2), true, false);
      Segment segment = spool.next().segment();
      spool.next();
      spool.sweep();
      assertThat(files()).hasSize(1);

      segment.settled();
      segment.settled();
      spool.sweep();

      assertThat(files()).isEmpty();
      assertThat(spool.bytes()).isZero();
    }
  }

  @Test
  void aCopyOfWhatKafkaHasIsReadOnlyByTheNextProcess() throws IOException {
    try (Spool spool = open(NONE)) {
      Segment copy = spool.write(records(0, 2), false, false);
      copy.unsettled();
      spool.write(records(2, 4), true, false);
      assertThat(read(spool)).containsExactly("2", "3");
    }
    try (Spool spool = open(NONE)) {
      assertThat(read(spool)).containsExactly("0", "1", "2", "3");
    }
  }

  @Test
  void aTornTailIsSkippedAndCounted() throws IOException {
    try (Spool spool = open(NONE)) {
      spool.write(records(0, 3), true, false);
    }
    Path file = files().getFirst();
    byte[] content = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(content, content.length - 1));

    try (Spool spool = open(NONE)) {
      spool.write(List.of(record(7)), true, false);
      assertThat(read(spool)).containsExactly("0", "1", "7");
    }
    assertThat(torn).hasValue(1);
  }

  @Test
  void everyCutOfAFileIsReadToItsLastWholeRecord() throws IOException {
    try (Spool spool = open(NONE)) {
      spool.write(records(0, 2), true, false);
    }
    Path file = files().getFirst();
    byte[] content = Files.readAllBytes(file);
    int half = content.length / 2;
    for (int length = 0; length < content.length; length++) {
      Files.write(file, Arrays.copyOf(content, length));
      try (Spool spool = open(NONE)) {
        assertThat(read(spool)).hasSize(length / half);
      }
    }
    assertThat(torn).hasValue(content.length - 2);
  }

  @Test
  void aFlippedBitIsNotTakenForARecord() throws IOException {
    try (Spool spool = open(NONE)) {
      spool.write(List.of(record(1)), true, false);
    }
    Path file = files().getFirst();
    byte[] content = Files.readAllBytes(file);
    for (int i = 0; i < content.length; i++) {
      byte[] flipped = content.clone();
      flipped[i] ^= 0x10;
      Files.write(file, flipped);
      try (Spool spool = open(NONE)) {
        assertThat(spool.next()).isNull();
      }
      // The skipped file is over, so it is gone.
      assertThat(file).doesNotExist();
      assertThat(torn).hasValue(i + 1);
    }
  }

  @Test
  void theBoundHoldsOverAllFiles() throws IOException {
    try (Spool spool = open(NONE)) {
      LogRecord large = record(LogRecord.Kind.PREDICTION, new byte[100_000]);
      int written = 0;
      while (spool.hasRoomFor(SpoolFrame.size(large))) {
        spool.write(List.of(large), true, false);
        written++;
      }
      assertThat(written).isEqualTo(10);
      assertThat(spool.bytes()).isEqualTo(10L * SpoolFrame.size(large)).isLessThan(BOUND);
      assertThat(files()).hasSizeGreaterThan(2);
    }
  }

  private Spool open(SpoolMark mark) throws IOException {
    return Spool.open(directory, BOUND, mark, torn::incrementAndGet);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  private static List<String> read(Spool spool) {
    List<String> values = new ArrayList<>();
    for (Spool.Spooled next = spool.next(); next != null; next = spool.next()) {
      values.add(new String(next.record().value(), UTF_8));
    }
    return values;
  }

  private static List<LogRecord> records(int from, int to) {
    return IntStream.range(from, to).mapToObj(SpoolTest::record).toList();
  }

  private static List<String> values(int from, int to) {
    return IntStream.range(from, to).mapToObj(String::valueOf).toList();
  }

  private static LogRecord record(int number) {
    return record(LogRecord.Kind.PREDICTION, bytes(String.valueOf(number)));
  }

  private static LogRecord record(LogRecord.Kind kind, byte[] value) {
    return new LogRecord(kind, 0, bytes("key"), bytes("id"), value);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
