package dev.understudy.gateway.protocol;

import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.AdvancedTlsX509TrustManager.Verification;
import io.grpc.util.CertificateUtils;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Who the port for gRPC is, and whom it listens to, out of PEM files that may be replaced while it
 * runs: new connections get what was read last. What is read is taken over whole or not at all.
 * Thread-safe.
 */
public final class GrpcTls {
  private static final Logger LOG = Logger.getLogger(GrpcTls.class);

  private final Path certificate;
  private final Path key;
  private final Optional<Path> clientCa;
  private final AdvancedTlsX509KeyManager identity = new AdvancedTlsX509KeyManager();
  private final Optional<AdvancedTlsX509TrustManager> clients;
  private List<FileTime> seen;

  /**
   * Reads the files.
   *
   * @param certificate of the server, in front of those that certify it
   * @param key of the certificate, PKCS #8 and not encrypted
   * @param clientCa who must have certified every client; empty: clients need no certificate
   * @throws IllegalArgumentException if they do not serve; the message names the file
   */
  public GrpcTls(Path certificate, Path key, Optional<Path> clientCa) {
    this.certificate = certificate;
    this.key = key;
    this.clientCa = clientCa;
    this.clients = clientCa.map(ca -> trustingNobody());
    this.seen = changedAt();
    load();
  }

  private static AdvancedTlsX509TrustManager trustingNobody() {
    try {
      // What a client's host is called says nothing about who it is.
      return AdvancedTlsX509TrustManager.newBuilder()
          .setVerification(Verification.CERTIFICATE_ONLY_VERIFICATION)
          .build();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has a trust manager", e);
    }
  }

  /** What a server is built with. */
  ServerCredentials credentials() {
    TlsServerCredentials.Builder credentials =
        TlsServerCredentials.newBuilder().keyManager(identity);
    clients.ifPresent(
        trust ->
            credentials.trustManager(trust).clientAuth(TlsServerCredentials.ClientAuth.REQUIRE));
    return credentials.build();
  }

  /** Reads the files again if one was changed; those that do not serve change nothing. */
  synchronized void refresh() {
    List<FileTime> now = changedAt();
    if (now.equals(seen)) {
      return;
    }
    // Also when it fails, so that each state of the files is told once.
    seen = now;
    try {
      load();
      LOG.infof("gRPC uses the certificate %s from now on", certificate);
    } catch (RuntimeException e) {
      // Anything else would silently end the looking.
      LOG.error("the new TLS files do not serve; gRPC goes on with those before", e);
    }
  }

  private void load() {
    X509Certificate[] chain = certificates(certificate);
    PrivateKey own = privateKey();
    requireOneIdentity(chain[0], own);
    Optional<X509Certificate[]> trusted = clientCa.map(GrpcTls::certificates);
    try {
      if (clients.isPresent() && trusted.isPresent()) {
        clients.get().updateTrustCredentials(trusted.get());
      }
      identity.updateIdentityCredentials(chain, own);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException("the TLS files do not serve: " + e.getMessage(), e);
    }
  }

  private static X509Certificate[] certificates(Path file) {
    X509Certificate[] read;
    try (InputStream pem = Files.newInputStream(file)) {
      read = CertificateUtils.getX509Certificates(pem);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "%s cannot be read; it must hold certificates in PEM".formatted(file), e);
    }
    if (read.length == 0) {
      throw new IllegalArgumentException("%s holds no certificate in PEM".formatted(file));
    }
    return read;
  }

  private PrivateKey privateKey() {
    try (InputStream pem = Files.newInputStream(key)) {
      return CertificateUtils.getPrivateKey(pem);
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      // Without what was read: an error about a key may quote it.
      throw new IllegalArgumentException(
          "%s cannot be read; it must hold a private key in PEM, PKCS #8 and not encrypted (%s)"
              .formatted(key, e.getClass().getSimpleName()));
    }
  }

  // The two are replaced one after the other, and no client could connect in between.
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
      // Told below: a key of another kind than the certificate's is another key.
    }
    throw new IllegalArgumentException(
        "%s is not the private key of the first certificate in %s".formatted(key, certificate));
  }

  private List<FileTime> changedAt() {
    List<FileTime> times = new ArrayList<>();
    for (Path file :
        clientCa.map(ca -> List.of(certificate, key, ca)).orElse(List.of(certificate, key))) {
      try {
        times.add(Files.getLastModifiedTime(file));
      } catch (IOException | RuntimeException gone) {
        times.add(FileTime.fromMillis(0));
      }
    }
    return times;
  }
}
