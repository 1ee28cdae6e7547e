package dev.understudy.scoring;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what PEM files hold, without gRPC's own reader, which an application may not carry. */
final class PemFile {
  private static final int LONGEST = 1 << 20;
  private static final Pattern KEY =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

  private PemFile() {}

  /** At least one, in their order. */
  static List<X509Certificate> certificates(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      List<X509Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (!certificates.isEmpty()) {
        return certificates;
      }
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "%s cannot be read; it must hold certificates in PEM".formatted(file), e);
    }
    throw new IllegalArgumentException("%s holds no certificate in PEM".formatted(file));
  }

  /** The private key for a certificate's public one. */
  static PrivateKey key(Path file, X509Certificate certificate) {
    try (InputStream in = Files.newInputStream(file)) {
      Matcher key = KEY.matcher(new String(in.readNBytes(LONGEST), US_ASCII));
      if (key.find()) {
        return KeyFactory.getInstance(certificate.getPublicKey().getAlgorithm())
            .generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(key.group(1))));
      }
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      // Without what was read: an error about a key may quote it.
      throw new IllegalArgumentException(
          "%s cannot be read; it must hold the certificate's private key in PEM, PKCS #8 and not encrypted (%s)"
              .formatted(file, e.getClass().getSimpleName()));
    }
    throw new IllegalArgumentException(
        "%s holds no private key in PEM, PKCS #8 and not encrypted".formatted(file));
  }
}
