package dev.understudy.registry.chain;

import dev.understudy.contracts.Digest;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One event as the chain sees it.
 *
 * @param previous the hash that it links to, 32 bytes
 * @param hash its own, 32 bytes
 * @param envelope the text that was hashed
 */
@SuppressWarnings("ArrayRecordComponent") // made and read in one place, never compared
public record ChainEvent(long seq, byte[] previous, byte[] hash, String envelope) {
  // The envelope is taken out of the line byte by byte: it must be hashed as it was.
  private static final Pattern LINE =
      Pattern.compile(
          "\\{\"envelope\":(\\{.*\\}),\"hash\":\"([0-9a-f]{64})\","
              + "\"prev_hash\":\"([0-9a-f]{64})\",\"seq\":([1-9][0-9]{0,17})\\}",
          // Canonical JSON leaves what Unicode calls a line's end (U+0085, U+2028) as it is.
          Pattern.DOTALL);

  /** One line of an export, canonical JSON too, without its end. */
  public String line() {
    return "{\"envelope\":%s,\"hash\":\"%s\",\"prev_hash\":\"%s\",\"seq\":%d}"
        .formatted(envelope, Digest.hex(hash), Digest.hex(previous), seq);
  }

  /**
   * The event of a line.
   *
   * @throws IllegalArgumentException if the line is not of an export
   */
  public static ChainEvent ofLine(String line) {
    Matcher parts = LINE.matcher(line);
    if (!parts.matches()) {
      throw new IllegalArgumentException("this is not a line of an export");
    }
    return new ChainEvent(
        Long.parseLong(parts.group(4)),
        HexFormat.of().parseHex(parts.group(3)),
        HexFormat.of().parseHex(parts.group(2)),
        parts.group(1));
  }
}
