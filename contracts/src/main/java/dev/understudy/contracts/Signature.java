package dev.understudy.contracts;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * HMAC-SHA256 of a record's value under the key that collector and registry share. It is what tells
 * an evaluation of the judge from one that somebody else wrote to the topic. Immutable,
 * thread-safe.
 */
public final class Signature {
  /** The header that carries it. */
  public static final String HEADER = "understudy-signature";

  /** The shortest key that is accepted, in bytes. */
  public static final int MINIMUM_KEY_BYTES = 16;

  private final SecretKeySpec key;

  /** A signer and verifier for one shared key. */
  public Signature(String key) {
    byte[] bytes = key.getBytes(UTF_8);
    if (bytes.length < MINIMUM_KEY_BYTES) {
      throw new IllegalArgumentException(
          "the evaluation key has %d bytes, at least %d are needed"
              .formatted(bytes.length, MINIMUM_KEY_BYTES));
    }
    this.key = new SecretKeySpec(bytes, "HmacSHA256");
  }

  /** The signature of a value. */
  public byte[] of(byte[] value) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return mac.doFinal(value);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  /** Whether the signature is that of the value; takes the same time either way. */
  public boolean matches(byte[] value, byte @Nullable [] signature) {
    return signature != null && MessageDigest.isEqual(of(value), signature);
  }
}
