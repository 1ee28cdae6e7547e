package dev.understudy.registry.chain;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Signs checkpoints with Ed25519. Immutable, thread-safe; never tells its key. */
public final class CheckpointSigner {
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

  private final KeyPair pair;
  private final String id;

  private CheckpointSigner(KeyPair pair) {
    this.pair = pair;
    this.id = CheckpointKeys.id(pair.getPublic());
  }

  /** With a key that was made now. */
  public static CheckpointSigner fresh() {
    try {
      return new CheckpointSigner(KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has Ed25519", e);
    }
  }

  /**
   * With a key in PKCS#8, as {@code openssl genpkey -algorithm ed25519} writes it.
   *
   * @throws IllegalArgumentException if it is none; the message never holds the key
   */
  public static CheckpointSigner ofPem(String pem) {
    Matcher block = PEM.matcher(pem);
    if (!block.find()) {
      throw new IllegalArgumentException("there is no PRIVATE KEY in PEM (PKCS#8)");
    }
    try {
      PrivateKey key =
          KeyFactory.getInstance("Ed25519")
              .generatePrivate(
                  new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(block.group(1))));
      byte[] seed = ((EdECPrivateKey) key).getBytes().orElseThrow();
      // Java derives the public key of an Ed25519 seed only while it makes a pair.
      KeyPairGenerator pairs = KeyPairGenerator.getInstance("Ed25519");
      pairs.initialize(NamedParameterSpec.ED25519, new Seed(seed));
      KeyPair pair = pairs.generateKeyPair();
      byte[] again = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
      if (!java.security.MessageDigest.isEqual(seed, again)) {
        throw new IllegalStateException("this Java platform makes Ed25519 keys in another way");
      }
      return new CheckpointSigner(pair);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalArgumentException("the private key is not one of Ed25519");
    }
  }

  /** A signed checkpoint. */
  public Checkpoint sign(String project, long size, byte[] root, Instant at) {
    Checkpoint unsigned = new Checkpoint(project, size, root, at, id, new byte[0]);
    try {
      Signature ed25519 = Signature.getInstance("Ed25519");
      ed25519.initSign(pair.getPrivate());
      ed25519.update(unsigned.statement());
      return new Checkpoint(project, size, root, unsigned.at(), id, ed25519.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the checkpoint could not be signed", e);
    }
  }

  /** The public half. */
  public CheckpointKeys keys() {
    return CheckpointKeys.ofPem(publicPem());
  }

  /** The public half, for those who verify. */
  public String publicPem() {
    return CheckpointKeys.pem(pair.getPublic());
  }

  /** The private half, to be kept where only its owner can read it. */
  public String privatePem() {
    String body =
        Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII))
            .encodeToString(pair.getPrivate().getEncoded());
    return "-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n";
  }

  @Override
  public String toString() {
    return "CheckpointSigner[" + id + "]";
  }

  private static final class Seed extends SecureRandom {
    private static final long serialVersionUID = 1L;

    private final byte[] seed;

    Seed(byte[] seed) {
      this.seed = seed;
    }

    @Override
    public void nextBytes(byte[] bytes) {
      System.arraycopy(seed, 0, bytes, 0, bytes.length);
    }
  }
}
