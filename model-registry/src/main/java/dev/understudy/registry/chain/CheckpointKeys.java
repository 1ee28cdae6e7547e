package dev.understudy.registry.chain;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.understudy.contracts.Digest;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The Ed25519 public keys that checkpoints are believed by. A key's id is the SHA-256 of its {@code
 * SubjectPublicKeyInfo}. Immutable.
 */
public final class CheckpointKeys {
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----");

  private final Map<String, PublicKey> keys;

  private CheckpointKeys(Map<String, PublicKey> keys) {
    this.keys = Map.copyOf(keys);
  }

  /**
   * The keys of a PEM text, one block each.
   *
   * @throws IllegalArgumentException if there is none, or one is not an Ed25519 key
   */
  public static CheckpointKeys ofPem(String pem) {
    Map<String, PublicKey> keys = new LinkedHashMap<>();
    Matcher block = PEM.matcher(pem);
    while (block.find()) {
      try {
        PublicKey key =
            KeyFactory.getInstance("Ed25519")
                .generatePublic(
                    new X509EncodedKeySpec(Base64.getMimeDecoder().decode(block.group(1))));
        keys.put(id(key), key);
      } catch (GeneralSecurityException | IllegalArgumentException e) {
        throw new IllegalArgumentException("a public key is not one of Ed25519", e);
      }
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException("there is no PUBLIC KEY in PEM");
    }
    return new CheckpointKeys(keys);
  }

  /** These and those. */
  public CheckpointKeys with(CheckpointKeys more) {
    Map<String, PublicKey> all = new LinkedHashMap<>(keys);
    all.putAll(more.keys);
    return new CheckpointKeys(all);
  }

  /** Whether one of the keys signed the checkpoint as it is. */
  public boolean signed(Checkpoint checkpoint) {
    PublicKey key = keys.get(checkpoint.key());
    if (key == null) {
      return false;
    }
    try {
      Signature ed25519 = Signature.getInstance("Ed25519");
      ed25519.initVerify(key);
      ed25519.update(checkpoint.statement());
      return ed25519.verify(checkpoint.signature());
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  static String id(PublicKey key) {
    return Digest.of(key.getEncoded());
  }

  static String pem(PublicKey key) {
    String body =
        Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(key.getEncoded());
    return "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n";
  }
}
