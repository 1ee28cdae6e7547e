package dev.understudy.scoring;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Who this process is where it is the client of a TLS connection. The files are looked at whenever
 * one is made, and read again if they were changed; what does not serve changes nothing.
 * Thread-safe.
 */
final class PemIdentity extends X509ExtendedKeyManager {
  private static final System.Logger LOG = System.getLogger(PemIdentity.class.getName());

  private final Path certificate;
  private final Path key;
  private volatile Read read;
  private List<FileTime> seen;
  private long number;

  /**
   * What was in the files.
   *
   * @param alias of its own, by which a handshake that began before a change finds the rest
   * @param before what it replaced; null of the first, and of what was replaced itself
   */
  private record Read(String alias, X509ExtendedKeyManager keys, @Nullable Read before) {
    Read of(String wanted) {
      Read old = before;
      return old != null && old.alias().equals(wanted) ? old : this;
    }
  }

  PemIdentity(Path certificate, Path key) {
    this.certificate = certificate;
    this.key = key;
    this.seen = changedAt();
    this.read = new Read("client-0", keys("client-0"), null);
  }

  private synchronized Read newest() {
    List<FileTime> now = changedAt();
    if (!now.equals(seen)) {
      // Also when it fails, so that each state of the files is told once.
      seen = now;
      try {
        Read old = read;
        String alias = "client-" + (number + 1);
        read = new Read(alias, keys(alias), new Read(old.alias(), old.keys(), null));
        number++;
      } catch (RuntimeException e) {
        LOG.log(
            System.Logger.Level.WARNING,
            "the changed client certificate does not serve; the one before is shown: {0}",
            e.getMessage());
      }
    }
    return read;
  }

  private X509ExtendedKeyManager keys(String alias) {
    List<X509Certificate> chain = PemFile.certificates(certificate);
    PrivateKey own = PemFile.key(key, chain.getFirst());
    requireOneIdentity(chain.getFirst(), own);
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry(alias, own, new char[0], chain.toArray(X509Certificate[]::new));
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, new char[0]);
      return (X509ExtendedKeyManager) factory.getKeyManagers()[0];
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException("%s does not serve".formatted(certificate), e);
    }
  }

  // The two are replaced one after the other, and no connection could be made in between.
  private void requireOneIdentity(X509Certificate leaf, PrivateKey own) {
    try {
      Signature signature =
          Signature.getInstance(
              switch (own.getAlgorithm()) {
                case "RSA" -> "SHA256withRSA";
                case "EC" -> "SHA256withECDSA";
                default -> own.getAlgorithm();
              });
      byte[] text = {1, 2, 3, 4};
      signature.initSign(own);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(leaf.getPublicKey());
      signature.update(text);
      if (signature.verify(signed)) {
        return;
      }
    } catch (GeneralSecurityException otherKind) {
      // Told below.
    }
    throw new IllegalArgumentException(
        "%s is not the private key of the first certificate in %s".formatted(key, certificate));
  }

  private List<FileTime> changedAt() {
    return List.of(changedAt(certificate), changedAt(key));
  }

  private static FileTime changedAt(Path file) {
    try {
      return Files.getLastModifiedTime(file);
    } catch (IOException | RuntimeException gone) {
      return FileTime.fromMillis(0);
    }
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return newest().keys().chooseClientAlias(types, issuers, socket);
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return newest().keys().chooseEngineClientAlias(types, issuers, engine);
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    return read.of(alias).keys().getCertificateChain(alias);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    return read.of(alias).keys().getPrivateKey(alias);
  }

  @Override
  public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
    return read.keys().getClientAliases(type, issuers);
  }

  @Override
  public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }
}
