package dev.understudy.registry.chain;

import dev.understudy.contracts.Digest;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The right-hand edge of a Merkle tree as in RFC 6962, section 2.1: the roots of its complete
 * subtrees, largest first, at most 63 of them. It is all that is needed to add leaves and to tell
 * the root of however many there are. Not thread-safe.
 */
public final class MerkleEdge {
  private final List<byte[]> roots = new ArrayList<>();
  private long size;

  /** Of the empty tree. */
  public MerkleEdge() {}

  /**
   * As it was kept.
   *
   * @param size how many leaves it has
   * @param kept what {@link #bytes} gave
   * @throws IllegalArgumentException if the two do not go together
   */
  public MerkleEdge(long size, byte[] kept) {
    if (size < 0 || kept.length != Long.bitCount(size) * ChainHash.BYTES) {
      throw new IllegalArgumentException(
          "%d bytes are not the edge of a tree of %d leaves".formatted(kept.length, size));
    }
    for (int at = 0; at < kept.length; at += ChainHash.BYTES) {
      roots.add(Arrays.copyOfRange(kept, at, at + ChainHash.BYTES));
    }
    this.size = size;
  }

  /** Adds a leaf. */
  public void add(byte[] leaf) {
    MessageDigest sha256 = Digest.sha256();
    sha256.update((byte) 0);
    roots.add(sha256.digest(leaf));
    size++;
    // Two subtrees of one size make one of twice the size: a carry, as in counting.
    for (long carry = size; (carry & 1) == 0; carry >>= 1) {
      byte[] right = roots.removeLast();
      roots.add(node(roots.removeLast(), right));
    }
  }

  /** How many leaves it has. */
  public long size() {
    return size;
  }

  /** The root over all leaves. */
  public byte[] root() {
    if (roots.isEmpty()) {
      return Digest.sha256().digest();
    }
    byte[] root = roots.getLast();
    for (int i = roots.size() - 2; i >= 0; i--) {
      root = node(roots.get(i), root);
    }
    return root;
  }

  /** The edge, to be kept. */
  public byte[] bytes() {
    byte[] all = new byte[roots.size() * ChainHash.BYTES];
    for (int i = 0; i < roots.size(); i++) {
      System.arraycopy(roots.get(i), 0, all, i * ChainHash.BYTES, ChainHash.BYTES);
    }
    return all;
  }

  private static byte[] node(byte[] left, byte[] right) {
    MessageDigest sha256 = Digest.sha256();
    sha256.update((byte) 1);
    sha256.update(left);
    return sha256.digest(right);
  }
}
