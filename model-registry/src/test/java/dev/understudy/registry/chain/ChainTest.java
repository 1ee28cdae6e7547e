package dev.understudy.registry.chain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.understudy.contracts.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules against vectors from outside, and the tree against its definition. */
class ChainTest {
  private static final JsonNode ORACLE = oracle();

  @Test
  void theChainIsThatOfTheVectors() {
    byte[] previous = ChainHash.genesis();
    MerkleEdge edge = new MerkleEdge();

    for (int i = 0; i < ORACLE.path("events").size(); i++) {
      JsonNode expected = ORACLE.path("chain").get(i);
      String canonical = Canonical.of(ORACLE.path("events").get(i));
      assertThat(canonical).isEqualTo(expected.path("canonical").asText());
      assertThat(Digest.of(canonical.getBytes(UTF_8)))
          .isEqualTo(expected.path("payload_sha256").asText());
      assertThat(Digest.hex(previous)).isEqualTo(expected.path("prev").asText());
      previous = ChainHash.of(expected.path("seq").asLong(), previous, canonical);
      assertThat(Digest.hex(previous)).isEqualTo(expected.path("hash").asText());
      edge.add(previous);
    }

    assertThat(Digest.hex(edge.root()))
        .isEqualTo(ORACLE.path("merkle_root_rfc6962_over_hashes").asText());
  }

  @Test
  void theChangedActorOfTheVectorsChangesTheDigest() {
    JsonNode second = ORACLE.path("events").get(1).deepCopy();
    ((com.fasterxml.jackson.databind.node.ObjectNode) second).put("actor", "mallory");

    assertThat(Digest.of(Canonical.of(second).getBytes(UTF_8)))
        .isEqualTo(ORACLE.path("tamper").path("recomputed_payload_sha256").asText());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"b\": 1, \"a\": [true, null]} | {\"a\":[true,null],\"b\":1}",
        "{\"n\": [1.0, 1E30, 4.50, 2e-3, 0.000000000000000000000000001, -0.0]}"
            + " | {\"n\":[1,1e+30,4.5,0.002,1e-27,0]}",
        "{\"\\u20ac\": \"\\u20ac\", \"\\r\": \"\\u000f\\n\\\"\\\\/\"}"
            + " | {\"\\r\":\"\\u000f\\n\\\"\\\\/\",\"€\":\"€\"}",
        "{\"\\ud83d\\ude00\": 1, \"\\ufb33\": 2} | {\"\uD83D\uDE00\":1,\"\uFB33\":2}",
        "{\"n\": [9007199254740991, 9007199254740993, 1e17]}"
            + " | {\"n\":[9007199254740991,\"9007199254740993\",100000000000000000]}"
      })
  void oneValueHasOneForm(String given, String canonical) {
    assertThat(Canonical.of(given)).isEqualTo(canonical);
    assertThat(Canonical.of(canonical)).isEqualTo(canonical);
  }

  @Test
  void aFieldThatComesTwiceHasNoForm() {
    assertThatThrownBy(() -> Canonical.of("{\"a\": 1, \"a\": 2}"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theEdgeGivesTheRootOfTheDefinitionForEverySize() {
    List<byte[]> leaves =
        IntStream.range(0, 70).mapToObj(i -> ("leaf " + i).getBytes(UTF_8)).toList();
    MerkleEdge edge = new MerkleEdge();

    for (int n = 0; n <= leaves.size(); n++) {
      assertThat(edge.root()).isEqualTo(root(leaves.subList(0, n)));
      edge = new MerkleEdge(n, edge.bytes());
      if (n < leaves.size()) {
        edge.add(leaves.get(n));
      }
    }
    assertThatThrownBy(() -> new MerkleEdge(3, new byte[32]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** RFC 6962, section 2.1, word by word. */
  private static byte[] root(List<byte[]> leaves) {
    if (leaves.isEmpty()) {
      return Digest.sha256().digest();
    }
    if (leaves.size() == 1) {
      return Digest.sha256().digest(joined(new byte[] {0}, leaves.getFirst()));
    }
    int k = Integer.highestOneBit(leaves.size() - 1);
    return Digest.sha256()
        .digest(
            joined(
                new byte[] {1},
                joined(root(leaves.subList(0, k)), root(leaves.subList(k, leaves.size())))));
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static JsonNode oracle() {
    try (InputStream file = ChainTest.class.getResourceAsStream("/oracles/audit.json")) {
      return new ObjectMapper().readTree(file).path("audit");
    } catch (IOException e) {
      throw new AssertionError("the vectors cannot be read", e);
    }
  }
}
