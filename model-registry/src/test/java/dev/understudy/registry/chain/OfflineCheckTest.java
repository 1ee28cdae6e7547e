package dev.understudy.registry.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files only: an export of five events, signed at two and at five. */
class OfflineCheckTest {
  private static final Instant NOON = Instant.parse("2026-08-01T12:00:00Z");
  private static final CheckpointSigner SIGNER = CheckpointSigner.fresh();

  @TempDir Path folder;

  private final List<ChainEvent> events = new ArrayList<>();
  private final List<String> vouching = new ArrayList<>();

  @BeforeEach
  void aLog() {
    MerkleEdge tree = new MerkleEdge();
    byte[] previous = ChainHash.genesis();
    for (int seq = 1; seq <= 5; seq++) {
      String envelope =
          new Envelope(
                  "demo",
                  seq,
                  NOON,
                  "api",
                  "did",
                  null,
                  "thing/" + seq,
                  "{\"a\":\"},\u2028\u0085\\r\"}")
              .canonical();
      byte[] hash = ChainHash.of(seq, previous, envelope);
      events.add(new ChainEvent(seq, previous, hash, envelope));
      previous = hash;
      tree.add(hash);
      if (seq == 2 || seq == 5) {
        vouching.add(SIGNER.sign("demo", seq, tree.root(), NOON).line());
      }
    }
  }

  @Test
  void aLogThatIsWhatItWasHolds() throws IOException {
    ChainReport report = check(lines());

    assertThat(report.valid()).isTrue();
    assertThat(report.checked()).isEqualTo(5);
    assertThat(report.lastCheckpoint()).isNotNull();
    assertThat(report.lastCheckpoint().size()).isEqualTo(5);
  }

  @Test
  void checkpointsOfOtherProjectsAndOfTwoRegistriesMayStandInOneFile() throws IOException {
    vouching.addAll(List.copyOf(vouching));
    vouching.add(SIGNER.sign("another", 9, new byte[32], NOON).line());

    assertThat(check(lines()).valid()).isTrue();
  }

  @Test
  void withoutACheckpointNothingVouchesForTheLog() throws IOException {
    vouching.clear();

    ChainReport report = check(lines());

    assertThat(report.valid()).isFalse();
    assertThat(report.reason()).contains("holds no checkpoint of project demo");
  }

  @Test
  void anotherKeyVouchesForNothing() throws IOException {
    ChainReport report = check(lines(), CheckpointSigner.fresh().publicPem());

    assertThat(report.valid()).isFalse();
    assertThat(report.reason()).contains("not signed by a known key");
    assertThat(check(lines(), CheckpointSigner.fresh().publicPem() + SIGNER.publicPem()).valid())
        .isTrue();
  }

  @Test
  void aCheckpointThatWasChangedVouchesForNothing() throws IOException {
    vouching.set(1, vouching.get(1).replace("12:00:00", "13:00:00"));

    ChainReport report = check(lines());

    assertThat(report.valid()).isFalse();
    assertThat(report.firstBrokenSeq()).isEqualTo(3);
    assertThat(report.lastCheckpoint().size()).isEqualTo(2);
  }

  @Test
  void anExportThatEndsEarlyIsCutOff() throws IOException {
    ChainReport report = check(lines().subList(0, 4));

    assertThat(report.valid()).isFalse();
    assertThat(report.firstBrokenSeq()).isEqualTo(5);
    assertThat(report.reason()).contains("cut off");
  }

  @Test
  void aLineThatIsNoneIsNamed() throws IOException {
    List<String> lines = lines();
    lines.set(2, lines.get(2).substring(5));

    ChainReport report = check(lines);

    assertThat(report.firstBrokenSeq()).isEqualTo(3);
    assertThat(report.reason()).startsWith("line 3:");
  }

  @Test
  void anEventOfAnotherLogDoesNotStandInThisOne() throws IOException {
    byte[] previous = events.get(4).hash();
    String envelope =
        new Envelope("another", 6, NOON, "api", "did", null, "thing/6", "{}").canonical();
    events.add(new ChainEvent(6, previous, ChainHash.of(6, previous, envelope), envelope));

    ChainReport report = check(lines());

    assertThat(report.firstBrokenSeq()).isEqualTo(6);
    assertThat(report.reason()).contains("another place");
  }

  @Test
  void anEnvelopeOfTwoMeaningsIsRefused() throws IOException {
    byte[] previous = events.get(4).hash();
    String envelope =
        events
            .get(4)
            .envelope()
            .replace("\"actor\":\"api\"", "\"actor\":\"api\",\"actor\":\"bob\"");
    events.add(new ChainEvent(6, previous, ChainHash.of(6, previous, envelope), envelope));

    assertThat(check(lines()).firstBrokenSeq()).isEqualTo(6);
  }

  @Test
  void filesThatAreNoneAreSaidToBe() throws IOException {
    assertThatThrownBy(() -> check(List.of())).hasMessageContaining("holds no event");
    assertThatThrownBy(() -> check(List.of("{}"))).hasMessageContaining("line 1");
    assertThatThrownBy(() -> check(lines(), "nothing")).hasMessageContaining("PUBLIC KEY");
    vouching.add("{\"project\":\"demo\"}");
    assertThatThrownBy(() -> check(lines())).hasMessageContaining("line 3 is not a checkpoint");
  }

  @Test
  void aKeyThatWasWrittenAndReadAgainIsTheSame() {
    assertThat(CheckpointSigner.ofPem(SIGNER.privatePem()).publicPem())
        .isEqualTo(SIGNER.publicPem());
    assertThatThrownBy(() -> CheckpointSigner.ofPem(SIGNER.publicPem()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(SIGNER.toString()).doesNotContain(SIGNER.privatePem().lines().toList().get(1));
  }

  private List<String> lines() {
    return new ArrayList<>(events.stream().map(ChainEvent::line).toList());
  }

  private ChainReport check(List<String> export) throws IOException {
    return check(export, SIGNER.publicPem());
  }

  private ChainReport check(List<String> export, String keys) throws IOException {
    return OfflineCheck.check(
        Files.write(folder.resolve("export.ndjson"), export),
        Files.write(folder.resolve("checkpoints.ndjson"), vouching),
        Files.writeString(folder.resolve("public.pem"), keys));
  }
}
