package dev.understudy.contracts;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** SHA-256 as lower-case hex: how artefacts and definitions are named and checked. */
public final class Digest {
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

  private Digest() {}

  /** A fresh SHA-256, for content that comes in pieces. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The digest of the bytes, 64 lower-case hex digits. */
  public static String of(byte[] bytes) {
    return hex(sha256().digest(bytes));
  }

  /** Bytes as lower-case hex. */
  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  /** Whether the text has the form of a digest. */
  public static boolean isOne(String text) {
    return HEX.matcher(text).matches();
  }
}
