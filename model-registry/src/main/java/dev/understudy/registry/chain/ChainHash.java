package dev.understudy.registry.chain;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.understudy.contracts.Digest;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * The rule of the chain: {@code SHA256("audit-v1" || 0x00 || uint64be(seq) || prev ||
 * SHA256(envelope))}, 32 bytes each. The database computes the same ({@code audit_hash}).
 */
public final class ChainHash {
  /** The size of a hash, in bytes. */
  public static final int BYTES = 32;

  private static final byte[] DOMAIN = "audit-v1\0".getBytes(US_ASCII);

  private ChainHash() {}

  /** What the first event follows: 32 zero bytes. */
  public static byte[] genesis() {
    return new byte[BYTES];
  }

  /** The hash of one event, given that of the event before it. */
  public static byte[] of(long seq, byte[] previous, String envelope) {
    byte[] content = Digest.sha256().digest(envelope.getBytes(UTF_8));
    MessageDigest sha256 = Digest.sha256();
    sha256.update(DOMAIN);
    sha256.update(ByteBuffer.allocate(Long.BYTES).putLong(seq).array());
    sha256.update(previous);
    return sha256.digest(content);
  }
}
