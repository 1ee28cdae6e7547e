package dev.understudy.scoring;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that this process shows to servers, and who must have certified theirs, out of
 * PEM files. The certificate may be replaced while the process runs; what is believed is read once.
 * Thread-safe.
 */
public final class RemoteTls {
  private final @Nullable PemIdentity identity;
  private final TrustManager @Nullable [] trust;

  private RemoteTls(@Nullable PemIdentity identity, TrustManager @Nullable [] trust) {
    this.identity = identity;
    this.trust = trust;
  }

  /**
   * Reads the files.
   *
   * @param certificate of this process, in front of those that certify it; with the key, or neither
   * @param key of the certificate, PKCS #8 and not encrypted
   * @param serverCa who must have certified the server; empty: whom this process believes anyway
   * @throws IllegalArgumentException if they do not serve; the message names the file
   */
  public static RemoteTls of(
      Optional<Path> certificate, Optional<Path> key, Optional<Path> serverCa) {
    if (certificate.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException("a certificate needs its key, and a key its certificate");
    }
    return new RemoteTls(
        certificate.isPresent() && key.isPresent()
            ? new PemIdentity(certificate.get(), key.get())
            : null,
        serverCa.isPresent() ? trusting(serverCa.get()) : null);
  }

  private static TrustManager[] trusting(Path serverCa) {
    List<X509Certificate> certificates = PemFile.certificates(serverCa);
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < certificates.size(); i++) {
        store.setCertificateEntry("ca-" + i, certificates.get(i));
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory.getTrustManagers();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException("%s does not serve as CA".formatted(serverCa), e);
    }
  }

  /** What shows the certificate; null: nothing is shown. */
  KeyManager @Nullable [] keyManagers() {
    return identity == null ? null : new KeyManager[] {identity};
  }

  /** Who decides what is believed; null: as everywhere in this process. */
  TrustManager @Nullable [] trustManagers() {
    return trust == null ? null : trust.clone();
  }

  SSLContext context() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keyManagers(), trust, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has TLS", e);
    }
  }
}
