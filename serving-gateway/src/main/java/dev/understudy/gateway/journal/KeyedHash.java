package dev.understudy.gateway.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * HMAC-SHA256 cut to 16 bytes: tells values apart in the log without saying what they are.
 * Thread-safe.
 */
final class KeyedHash {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int BYTES = 16;
  private final ThreadLocal<Mac> mac;

  KeyedHash(byte[] key) {
    SecretKeySpec secret = new SecretKeySpec(key, ALGORITHM);
    this.mac = ThreadLocal.withInitial(() -> mac(secret));
  }

  private static Mac mac(SecretKeySpec key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }

  /** A hash whose values say nothing about those of this one. */
  KeyedHash derived(String purpose) {
    return new KeyedHash(mac.get().doFinal(purpose.getBytes(UTF_8)));
  }

  ByteString of(String unit) {
    return UnsafeByteOperations.unsafeWrap(of(unit.getBytes(UTF_8)));
  }

  /** The hash of the parts, one after the other. */
  byte[] of(byte[]... parts) {
    Mac hash = mac.get();
    for (byte[] part : parts) {
      hash.update(part);
    }
    return Arrays.copyOf(hash.doFinal(), BYTES);
  }
}
