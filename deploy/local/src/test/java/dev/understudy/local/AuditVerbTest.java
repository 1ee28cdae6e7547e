package dev.understudy.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.registry.chain.ChainEvent;
import dev.understudy.registry.chain.ChainHash;
import dev.understudy.registry.chain.CheckpointSigner;
import dev.understudy.registry.chain.Envelope;
import dev.understudy.registry.chain.MerkleEdge;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The verb as a person meets it: files, words, exit code. No service runs. */
class AuditVerbTest {
  private static final Instant NOON = Instant.parse("2026-08-01T12:00:00Z");

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<String> lines = new ArrayList<>();
  private Path export;
  private Path checkpoints;
  private Path key;

  @BeforeEach
  void fourEventsOfWhichThreeAreSigned() throws IOException {
    CheckpointSigner signer = CheckpointSigner.fresh();
    MerkleEdge tree = new MerkleEdge();
    byte[] previous = ChainHash.genesis();
    String signed = "";
    for (int seq = 1; seq <= 4; seq++) {
      String envelope =
          new Envelope("demo", seq, NOON, "api", "did", "m", "thing/1", "{}").canonical();
      byte[] hash = ChainHash.of(seq, previous, envelope);
      lines.add(new ChainEvent(seq, previous, hash, envelope).line());
      previous = hash;
      tree.add(hash);
      if (seq == 3) {
        signed = signer.sign("demo", seq, tree.root(), NOON).line();
      }
    }
    export = Files.write(folder.resolve("export.ndjson"), lines);
    checkpoints = Files.writeString(folder.resolve("checkpoints.ndjson"), signed + "\n");
    key = Files.writeString(folder.resolve("key.pem"), signer.publicPem());
  }

  @Test
  void aTrailThatHoldsIsSaidToAndTheExitCodeIs0() {
    assertThat(verify()).isZero();

    assertThat(out.toString())
        .contains("Project demo: looked at 4 events.", "The first 3 are what the registry signed")
        .contains("The last 1 link to them, and no checkpoint vouches for them yet.", "HOLDS");
  }

  @Test
  void theFirstBrokenPlaceIsToldInWords() throws IOException {
    lines.set(1, lines.get(1).replace("\"actor\":\"api\"", "\"actor\":\"mallory\""));
    Files.write(export, lines);

    assertThat(verify()).isEqualTo(1);
    assertThat(out.toString())
        .contains("BROKEN from event 2 on: event 2 does not say what was hashed: it was changed.");
  }

  @Test
  void asJsonForMachines() throws IOException {
    assertThat(verify("--json")).isZero();
    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertThat(report.path("valid").asBoolean()).isTrue();
    assertThat(report.path("first_broken_seq").isNull()).isTrue();
    assertThat(report.path("last_checkpoint").path("size").asLong()).isEqualTo(3);

    lines.remove(2);
    Files.write(export, lines);
    out.getBuffer().setLength(0);
    assertThat(verify("--json")).isEqualTo(1);
    assertThat(new ObjectMapper().readTree(out.toString()).path("first_broken_seq").asLong())
        .isEqualTo(3);
  }

  @Test
  void aFileThatIsMissingIsNamed() throws IOException {
    Files.delete(key);

    assertThat(verify()).isEqualTo(1);
    assertThat(err.toString()).contains("There is no file").contains("key.pem");
  }

  private int verify(String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "audit",
                "verify",
                export.toString(),
                "--checkpoints",
                checkpoints.toString(),
                "--public-key",
                key.toString()));
    arguments.addAll(List.of(more));
    CommandLine command = Understudy.commandLine();
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    return command.execute(arguments.toArray(String[]::new));
  }
}
